"""How mails are sent: how many, how fast, and what happens to those in doubt. `[sending]` of the policy."""

import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models.rules.sending.breaker import BreakerLimits


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pace(_Strict):
    """How fast the mail server is written to, by all runs on all machines. Empty: as fast as it takes mails."""

    per_minute: int | None = Field(default=None, ge=1)
    """Mails a minute; runs wait for their share."""
    connections: int | None = Field(default=None, ge=1)
    """Connections open at once, on every machine together; kept by the Prefect server (`seguito setup`)."""
    ramp: tuple[int, ...] = ()
    """Mails an hour to customers on the first, second, … day that we send at all; no limit after the last one."""
    ramp_per_domain: tuple[int, ...] = ()
    """The same for each domain that mails go to."""


class Breaker(_Strict):
    """When a run of like answers counts as the mail server's, and stops the sweep (docs/how-to/mail-server.md)."""

    alike: int = Field(default=5, ge=2)
    """So many like refusals or silences in a row, for different recipients."""
    dead_addresses: int = Field(default=25, ge=2)
    """The same for answers that an address does not exist: an old list may well hold some in a row."""
    share: float = Field(default=0.5, gt=0, le=1)
    """So large a part of the last answers, if alike, though some mails pass."""
    of_last: int = Field(default=50, ge=10)
    first_tries: int = Field(default=3, ge=1)
    """Mails that the next run tries first, before it sends the rest."""

    @property
    def limits(self) -> BreakerLimits:
        """As the rule takes them."""
        return BreakerLimits(self.alike, self.dead_addresses, self.share, self.of_last)


class Sending(_Strict):
    """How much, and what happens to a mail of which a crash left no outcome."""

    max_per_run: int = Field(default=20_000, ge=1)
    connections: int = Field(default=8, ge=1, le=100)
    retry_minutes: tuple[int, ...] = (5, 15, 60, 240)
    """Waits after a temporary refusal; when they are used up the contact fails."""
    server_retry_seconds: tuple[int, ...] = (15, 60, 180)
    """Waits while no mail server answers at all; when they are used up the run fails, and all of it stays due."""
    lease_minutes: int = Field(default=10, ge=1)
    """How long a claim holds before another run may take it over."""
    doubtful: Literal["look", "resend", "ask"] = "look"
    """`look` searches the archive mailbox and resends what is not there; `ask` leaves it to a person."""
    max_resends: int = Field(default=1, ge=0, le=5)
    """How often a mail in doubt goes again, to customers and to our own people alike."""
    doubts_of_others_hours: int = Field(default=24, ge=1)
    """Doubts are settled by the machine that marked them; by another one after so many hours."""
    batch_minutes: int = Field(default=60, ge=1)
    """A batch that takes longer is ended; what it did not send stays due."""
    link_days: int = Field(default=90, ge=1)
    """How long the links in a mail stay good."""
    max_per_recipient_per_day: int = Field(default=20, ge=1)
    """Mails to one customer's address in 24 hours; more wait. Ends whatever loop two programs get into."""
    courtesies_a_week: int = Field(default=2, ge=1)
    """Courtesies to one person in seven days, over all orders; at most one a day, and none beside other mail."""
    mails_an_order: int = Field(default=6, ge=1)
    """Mails about one order for which all goes well: beyond them no notice goes before an invoice is due. Reminders of
    a question are not counted, and nothing else is left out by this."""
    no_courtesies_in: tuple[str, ...] = ()
    """Countries (ISO 3166-1 alpha-2) whose law wants a consent that is not on record: nobody there is asked for an
    opinion. § 7 UWG in Germany, for instance."""
    notices_at_once: int = Field(default=3, ge=1)
    """Notices at once to one of our own people that are a mail each; more share one, and none is left out."""
    notices_a_day: int = Field(default=3, ge=0)
    """Mails a day to a manager about what is no complaint; what comes after stands in the digest."""
    fan_out_over: int = Field(default=5_000, ge=1)
    """A sweep that finds more than this due starts one further run for each time, which share the work by claiming."""
    max_runs: int = Field(default=2, ge=1, le=64)
    """Runs of one sweep at once, the first among them. 1: none are started."""
    pace: Pace = Pace()
    breaker: Breaker = Breaker()

    @field_validator("no_courtesies_in")
    @classmethod
    def _are_countries(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [one for one in value if not re.fullmatch("[A-Z]{2}", one)]:
            raise ValueError(
                f"no_courtesies_in: {wrong[0]!r} is no country; write two capital letters, such as 'DE'"
            )
        return value

    @model_validator(mode="after")
    def _one_run_fits(self) -> Self:
        if self.pace.connections is not None and self.pace.connections < self.connections:
            raise ValueError(
                f"sending.pace.connections: one run alone opens {self.connections} (sending.connections); "
                "give at least as many, or fewer to a run"
            )
        return self
