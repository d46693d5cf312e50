"""How long people are kept of whom nothing is heard any more."""

from pydantic import BaseModel, ConfigDict, Field


class Retention(BaseModel):
    """`[retention]` of the policy."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customers_after_months: int = Field(default=0, ge=0)
    """After so many months without an order, an invoice, a mail or a word of theirs, and with nothing open, a customer
    is erased. 0: nobody is."""
    a_night: int = Field(default=50, ge=1)
    """More than so many at once are not erased by themselves: a person says so."""
