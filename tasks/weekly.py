"""The weekly report: turnover, and beside it what became of the customers afterwards (B14)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from models.queries.weekly import Week, week
from tasks.charts import bars, picture
from tasks.services import Services

_WEEKS = 8


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def report(services: Services, monday: date) -> tuple[str, str]:
    """The report on the week from `monday`: markdown, and one sentence."""
    zone = ZoneInfo(services.policy.company.timezone)
    mondays = [monday - timedelta(weeks=back) for back in reversed(range(_WEEKS))]
    with services.db.read() as session:
        weeks = [
            week(session, _start(first, zone), _start(first + timedelta(weeks=1), zone)) for first in mondays
        ]
    return _markdown(weeks, zone), _sentence(weeks[-1])


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _sentence(of: Week) -> str:
    return (
        f"{of.orders} orders, {_money(of.turnover_cents)}; {sum(of.sent.values())} contacts sent, "
        f"{of.answers} answers, {of.cases_opened} cases opened, {of.cases_closed} closed"
    )


def _markdown(weeks: Sequence[Week], zone: ZoneInfo) -> str:
    before, now = weeks[-2], weeks[-1]
    last = now.end.astimezone(zone).date() - timedelta(days=1)
    rows = [
        ("orders signed", now.orders, before.orders),
        ("turnover", _money(now.turnover_cents), _money(before.turnover_cents)),
        ("delivered by the day promised", _ratio(now), _ratio(before)),
        ("contacts sent to customers", sum(now.sent.values()), sum(before.sent.values())),
        ("answers", now.answers, before.answers),
        ("ratings of 1 or 2", now.low_ratings, before.low_ratings),
        ("contacts that nobody answered", now.silent, before.silent),
        ("cases opened", now.cases_opened, before.cases_opened),
        ("cases closed", now.cases_closed, before.cases_closed),
        ("cases open at the end", now.cases_open, before.cases_open),
    ]
    table = "\n".join(f"| {name} | {value} | {old} |" for name, value, old in rows)
    kinds = "\n".join(f"| {kind} | {count} |" for kind, count in sorted(now.sent.items()))
    return f"""# Week of {now.start.astimezone(zone):%d %B %Y} to {last:%d %B %Y}

| | this week | the week before |
|---|---|---|
{table}

{_pictures(weeks, zone)}

## What was sent

| kind | contacts |
|---|---|
{kinds or "| nothing | 0 |"}
"""


def _pictures(weeks: Sequence[Week], zone: ZoneInfo) -> str:
    labels = [f"{of.start.astimezone(zone):%d %b}" for of in weeks]
    currency = max(weeks, key=lambda of: sum(of.turnover_cents.values())).turnover_cents
    main = max(currency, key=lambda name: currency[name], default="EUR")
    sold = [of.turnover_cents.get(main, 0) / 100_000 for of in weeks]
    opened = [float(of.cases_opened) for of in weeks]
    turnover = bars(f"Turnover, thousands of {main}", labels, sold, [f"{value:.0f}" for value in sold])
    cases = bars("Cases opened", labels, opened, [f"{value:.0f}" for value in opened])
    return picture("Turnover by week", turnover) + "\n\n" + picture("Cases opened by week", cases)


def _ratio(of: Week) -> str:
    return f"{of.on_time} of {of.delivered}" if of.delivered else "none delivered"


def _money(cents: dict[str, int]) -> str:
    return ", ".join(f"{amount / 100:,.0f} {name}" for name, amount in sorted(cents.items())) or "no turnover"
