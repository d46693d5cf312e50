"""What the report says, in the language of the company."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from babel.numbers import format_decimal
from babel.units import format_unit

from models.languages import BY_CODE
from models.rules.reporting.figures import Share
from tasks.mails.formats import long_day
from tasks.mails.labels import worded
from tasks.mails.shelf import laid


@dataclass(frozen=True)
class ReportWords:
    """The report's words and figures as one language writes them."""

    language: str

    def say(self, key: str, **names: object) -> str:
        """A text of the report, its gaps filled."""
        return laid().words["report"][self.language][f"report.{key}"].format(**names)

    def head(self, *keys: str) -> tuple[str, ...]:
        """The head of a table; an empty key stays empty."""
        return tuple(self.say(key) if key else "" for key in keys)

    def code(self, section: str, code: str) -> str:
        """What a code means; one that only the company knows is shown as it is."""
        return worded(self.language, section, code)

    def age(self, bracket: str) -> str:
        """How long somebody has waited: a bracket of `models.rules.reporting.ageing`."""
        return laid().words["report"][self.language].get(f"age.{bracket}", bracket)

    def number(self, value: float, form: str = "#,##0") -> str:
        """A number."""
        return format_decimal(value, form, locale=BY_CODE[self.language].locale)

    def share(self, of: Share) -> str:
        """A ratio with its denominator."""
        if not of.of:
            return self.say("none")
        return self.say("share", part=of.part, of=of.of, percent=f"{100 * of.part / of.of:.0f}")

    def money(self, cents: Mapping[str, int]) -> str:
        """Sums by currency, without cents."""
        sums = [f"{self.number(amount / 100)} {name}" for name, amount in sorted(cents.items())]
        return ", ".join(sums) or self.say("no-turnover")

    def span(self, first: date, last: date) -> str:
        """Two days and what lies between."""
        return self.say("span", first=long_day(self.language, first), last=long_day(self.language, last))

    def time(self, hours: float | None) -> str:
        """A length of time in hours, or in days from two of them on."""
        if hours is None:
            return self.say("none")
        return unit(self.language, hours)

    def days(self, value: float) -> str:
        """A number of days."""
        return unit(self.language, value * _DAY_HOURS, least_days=0)

    def lead(self, hours: float | None) -> str:
        """How long before or after its time something came."""
        if hours is None:
            return self.say("none")
        return self.say("ahead" if hours > 0 else "too-late", time=self.time(abs(hours)))


_DAY_HOURS = 24


def unit(language: str, hours: float, least_days: int = 2) -> str:
    """Rounded to whole hours, or to whole days from `least_days` on."""
    if hours >= least_days * _DAY_HOURS:
        return format_unit(round(hours / _DAY_HOURS), "duration-day", "long", locale=BY_CODE[language].locale)
    return format_unit(round(hours), "duration-hour", "long", locale=BY_CODE[language].locale)
