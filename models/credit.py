"""The policy on money that is owed: fresh payments, promises to pay, interest."""

import re
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from models import rates
from models.rules.credit_recovery.interest import Terms

_WARNING = timedelta(days=60)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Elsewhere(_Strict):
    """Interest on late payments where the project has no table of a country: what the company's contracts say."""

    percent: Decimal = Field(ge=0)
    """A year."""
    flat_euro_cents: int = Field(default=0, ge=0)


class Credit(_Strict):
    """How money that is owed is asked for; the steps themselves are cadences."""

    payments_max_age_hours: int = Field(default=24, ge=1)
    """Older than this, payments are not fresh (`payments-fresh`): who has paid must not be reminded."""
    payment_sources: tuple[str, ...] = ()
    """Sources whose invoices have to be fresh; empty: every one that ever brought some."""
    days_after_complaint: int = Field(default=14, ge=1)
    """How long after a complaint was closed a manager is asked, at the earliest, whether the ladder goes on. Sooner
    only the customer ends the rest, by saying that it is solved."""
    promise_grace: str = "2 business days"
    """How long after the day that a customer names for the payment its reminders still rest."""
    promise_max_days: int = Field(default=30, ge=1)
    """The furthest day that a customer may name by himself; for a later one a person is asked."""
    days_between_letters: int = Field(default=7, ge=0, le=60)
    """The least distance between two letters about one invoice; an outage or a late import brings them no closer."""
    by_post: tuple[str, ...] = ()
    """Countries (ISO 3166-1 alpha-2) where a signed warning goes by registered post too: somebody owes that."""
    complaint_holds: Literal["address", "customer"] = "address"
    """Whose reminders an open complaint holds: all that go to the same address, or the customer's alone."""
    rates: dict[str, dict[date, Decimal]] = {}
    """Reference rates of further half-years, by country and first day; see models/rates."""
    elsewhere: Elsewhere | None = None
    """For countries without a table; none is claimed when empty."""

    @property
    def holds_by_address(self) -> bool:
        """Whether an open complaint holds all letters to one address."""
        return self.complaint_holds == "address"

    @property
    def payments_max_age(self) -> timedelta:
        """The same as a span."""
        return timedelta(hours=self.payments_max_age_hours)

    @field_validator("by_post")
    @classmethod
    def _are_countries(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [one for one in value if not re.fullmatch("[A-Z]{2}", one)]:
            raise ValueError(f"by_post: {wrong[0]!r} is no country; write two capital letters, such as 'PL'")
        return value

    @field_validator("promise_grace")
    @classmethod
    def _is_span(cls, value: str) -> str:
        return _distance(value, "2 business days")

    @model_validator(mode="after")
    def _rates_meet(self) -> Self:
        for country, more in self.rates.items():
            if country not in rates.shipped():
                raise ValueError(
                    f"rates.{country}: there is no table of {country} to add to; choose from "
                    f"{', '.join(rates.shipped())}, or use [credit.elsewhere]"
                )
            rates.extended(rates.shipped()[country], more)
        return self

    def terms(self, country: str) -> Terms | None:
        """What a late payment costs in a country (ISO 3166-1 alpha-2); None where nothing is claimed."""
        if (known := rates.shipped().get(country)) is not None:
            return rates.extended(known, self.rates.get(country, {}))
        if self.elsewhere is None:
            return None
        return rates.fixed(country, self.elsewhere.percent, self.elsewhere.flat_euro_cents)

    def terms_for(self, country: str, *, is_business: bool) -> Terms | None:
        """As `terms`; None of a consumer too, of whom nothing is claimed."""
        return self.terms(country) if is_business else None


def ending_tables(credit: Credit, today: date, countries: Collection[str]) -> list[str]:
    """The tables of rates that end within 60 days, or have ended, of countries where somebody buys."""
    found = []
    for country in sorted(set(countries) & set(rates.shipped())):
        terms = credit.terms(country)
        if terms is not None and terms.covered_until < today + _WARNING:
            ends = "ended" if terms.covered_until < today else "ends"
            found.append(
                f"the table of interest of {country} {ends} on {terms.covered_until}: later interest cannot be told; "
                f"add the next half-year under [credit.rates.{country}]"
            )
    return found


def _distance(value: str, example: str) -> str:
    if not re.fullmatch(r"\d+ (hours?|days?|business days?)", value):
        raise ValueError(f"{value!r} is no span of time; write for instance '4 hours' or '{example}'")
    return value
