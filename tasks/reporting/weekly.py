"""The report: turnover, and beside it what became of the customers afterwards (B14)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.queries.reporting.measures.cases import opened_in
from models.queries.reporting.measures.orders import delivered, lead_times, turnover
from models.queries.reporting.measures.span import Span
from models.rules.calendar.reach import check
from tasks.reporting.markdown import Series, page, sentence
from tasks.reporting.measures import measure
from tasks.services import Services

_WEEKS = 8
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True)
class WeeklyReport:
    """A report on a span of days, in the three forms that people and programs read."""

    markdown: str
    sentence: str
    figures: dict[str, Any]
    """The measures of the span and of the one before it: `{"now": …, "before": …}`; docs/reference/report.md."""


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_report(services: Services, monday: date, language: str | None = None) -> WeeklyReport:
    """The report on the week from `monday`. Lead times are those of thirteen weeks: a single one says little."""
    check(monday)
    return report(
        services, monday, monday + timedelta(days=6), lead_times_since=monday - 12 * _WEEK, language=language
    )


def report(
    services: Services,
    first: date,
    last: date,
    *,
    lead_times_since: date | None = None,
    language: str | None = None,
) -> WeeklyReport:
    """The report on a span of days of the company, both included, beside the span of equal length before it.

    Raises:
        ValueError: the span runs backwards, or leaves the years that can be reckoned with.
    """
    if last < first:
        raise ValueError(f"the last day ({last}) lies before the first ({first}); swap them")
    for day in (first, last):
        check(day)
    company = services.policy.company
    if language is not None:
        company = company.model_copy(update={"language": language})
    end = last + timedelta(days=1)
    now, zone = services.clock.now(), ZoneInfo(services.policy.company.timezone)
    with services.db.read() as session:
        this, before = (
            measure(session, services.policy, _span(*days, zone), now)
            for days in ((first, end), (first - (end - first), first))
        )
        came = delivered(session, _span(lead_times_since or first, end, zone))
        weeks = [
            _span(end - (back + 1) * _WEEK, end - back * _WEEK, zone) for back in reversed(range(_WEEKS))
        ]
        series = [Series(week.start, turnover(session, week)[1], opened_in(session, week)) for week in weeks]
    return WeeklyReport(
        page(this, before, lead_times(came), series, company),
        sentence(this, company),
        {"now": this.as_json(), "before": before.as_json()},
    )


def _span(first: date, end: date, zone: ZoneInfo) -> Span:
    return Span(_start(first, zone), _start(end, zone))


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
