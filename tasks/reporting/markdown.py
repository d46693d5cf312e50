"""The report as a page in markdown: no customer is named, and no owner unless the policy says so."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from models.policy import Company
from models.queries.reporting.measures.orders import LeadTimes
from models.rules.reporting.figures import Share, Spread
from models.rules.reporting.tallies import Tally
from models.words import EndKind
from tasks.mails.labels import worded
from tasks.reporting.bar_charts import bars, picture
from tasks.reporting.measures import Measures

_DAY_HOURS = 24
_HOW = ("fell due", "kept", "late", "broken", "moved in time")


@dataclass(frozen=True)
class Series:
    """One week of the pictures."""

    start: datetime
    turnover_cents: Mapping[str, int]
    cases_opened: int


def sentence(of: Measures) -> str:
    """The report in one sentence, for the state of the run."""
    return (
        f"{of.orders} orders, {money(of.turnover_cents)}; {sum(of.sent.values())} contacts sent, "
        f"{of.contacts.answers} answers, {of.cases.opened} cases opened, {of.cases.closed} closed, "
        f"promises kept: {share(of.promises.kept_share)}"
    )


def page(
    now: Measures, before: Measures, lines: Sequence[LeadTimes], series: Sequence[Series], company: Company
) -> str:
    """The whole page: its frame in English, as the UI's; what a code means in the company's language."""
    zone, word = ZoneInfo(company.timezone), partial(worded, company.language)
    return "\n\n".join(
        (
            f"# {_days(now, zone)}",
            _table(("", _days(now, zone), _days(before, zone)), _side_by_side(now, before)),
            _pictures(series, zone),
            "## Promises",
            _table(("promise", *_HOW), _kept(now.promises_by_kind, partial(word, "owed"))),
            "## Why promises slipped",
            _table(("reason", "promises"), _counted(now.promises.reasons, partial(word, "slip"))),
            "## Missed terms",
            _table(("owner", *_HOW), _kept(now.promises_by_owner, partial(word, "team"))),
            "## Promised and reached",
            _table(
                (
                    "line",
                    "orders",
                    "promised, median",
                    "reached, median",
                    "promised, 80 % within",
                    "reached, 80 % within",
                    "by the day promised first",
                ),
                (_line(one, partial(word, "line")) for one in lines),
            ),
            "## Who waits",
            _table(("waiting", "customers"), now.backlog.by_age.items()),
            _queue(now),
            "## Does it help to ask more often?",
            _table(
                ("contacts", "cases closed", "median wait", "80 % within"),
                map(_waits, now.waits_by_contacts.items()),
            ),
            "## Contracts that customers ended",
            _table(("how", "cause", "customers"), _ends(now, word)),
            "## What was sent",
            _table(("kind", "contacts"), _counted(now.sent, partial(word, "kind"))),
        )
    )


def _side_by_side(now: Measures, before: Measures) -> list[tuple[str, str, str]]:
    return [(name, this, old) for (name, this), (_, old) in zip(_rows(now), _rows(before), strict=True)]


def _rows(of: Measures) -> list[tuple[str, str]]:
    contacts, cases = of.contacts, of.cases
    rows: list[tuple[str, object]] = [
        ("orders signed", of.orders),
        ("turnover", money(of.turnover_cents)),
        ("delivered by the day promised first", share(of.delivered_in_time)),
        ("confirmed within a day", share(contacts.confirmed)),
        ("welcome proven in time", share(contacts.welcomed)),
        ("delay alerts", contacts.alerts),
        ("of them before the customer asked or the day was over", share(contacts.alerts_ahead)),
        ("median lead of the alerts", _lead(contacts.alert_lead_hours.median)),
        ("contacts sent to customers", sum(of.sent.values())),
        ("answers", contacts.answers),
        ("contacts that nobody answered", share(contacts.silent)),
        ("ratings", _ratings(contacts.ratings, contacts.rating_mean)),
        ("ratings of 1 or 2", share(Share(contacts.low_ratings, contacts.ratings))),
        ("cases opened", cases.opened),
        ("cases closed", cases.closed),
        ("cases open at the end", cases.open_at_end),
        ("median time to the first contact", _time(cases.hours_to_first_contact.median)),
        ("median time to close a case", _time(cases.hours_to_close.median)),
        ("customers who say it is not solved", share(cases.not_solved)),
        ("withdrawals", sum(of.contract_ends[EndKind.WITHDRAWAL].values())),
        ("terminations", sum(of.contract_ends[EndKind.TERMINATION].values())),
        ("promises kept", share(of.promises.kept_share)),
        ("promises late", of.promises.late),
        ("promises broken", of.promises.broken),
        ("calls of managers, of those they could make", share(Share(of.calls.made, of.calls.capacity))),
        ("customers who wait, at the end", of.backlog.customers),
        ("the longest wait, in days", of.backlog.oldest_days),
    ]
    return [(name, str(value)) for name, value in rows]


def _kept(tallies: Mapping[str, Tally], word: Callable[[str], str]) -> list[tuple[object, ...]]:
    return [
        (word(name), of.due, share(of.kept_share), of.late, of.broken, of.moved)
        for name, of in tallies.items()
    ]


def _counted(counts: Mapping[str, int], word: Callable[[str], str]) -> list[tuple[str, int]]:
    return [(word(code), count) for code, count in counts.items()]


def _ends(of: Measures, word: Callable[[str, str], str]) -> list[tuple[object, ...]]:
    return [
        (word("end", kind), word("cause", cause), count)
        for kind, by in of.contract_ends.items()
        for cause, count in by.items()
    ]


def _line(of: LeadTimes, word: Callable[[str], str]) -> tuple[object, ...]:
    promised, reached = of.promised_days, of.reached_days
    days = (promised.median, reached.median, promised.p80, reached.p80)
    return (
        word(of.line),
        of.in_time.of,
        *(f"{value:.0f} days" for value in days if value is not None),
        share(of.in_time),
    )


def _waits(item: tuple[str, Spread]) -> tuple[object, ...]:
    name, hours = item
    return name, hours.n, _time(hours.median), _time(hours.p80)


def _queue(of: Measures) -> str:
    contacts, waiting = of.queue.place_by_contacts, of.queue.place_by_waiting
    if contacts is None:
        return f"{of.queue.waiting} customers stand on the call list now."
    return (
        f"{of.queue.waiting} customers stand on the call list now. Rank correlation of place and number of contacts: "
        f"{contacts:+.2f}; of place and waiting time: {'none' if waiting is None else f'{waiting:+.2f}'}. (Near 0: no "
        "connection; towards -1: more of it stands nearer to the front.)"
    )


def _pictures(series: Sequence[Series], zone: ZoneInfo) -> str:
    most = max(series, key=lambda week: sum(week.turnover_cents.values())).turnover_cents
    main = max(most, key=lambda name: most[name], default="EUR")
    labels = [f"{week.start.astimezone(zone):%d %b}" for week in series]
    sold = [week.turnover_cents.get(main, 0) / 100_000 for week in series]
    opened = [float(week.cases_opened) for week in series]
    turnover = bars(f"Turnover, thousands of {main}", labels, sold, [f"{value:.0f}" for value in sold])
    cases = bars("Cases opened", labels, opened, [f"{value:.0f}" for value in opened])
    return picture("Turnover by week", turnover) + "\n\n" + picture("Cases opened by week", cases)


def _days(of: Measures, zone: ZoneInfo) -> str:
    first, last = of.start.astimezone(zone), (of.end - timedelta(microseconds=1)).astimezone(zone)
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in rows]
    empty = f"| none |{' |' * (len(head) - 1)}"
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(lines or [empty])])


def share(of: Share) -> str:
    """A ratio with its denominator."""
    return f"{of.part} of {of.of} ({100 * of.part / of.of:.0f} %)" if of.of else "none"


def money(cents: Mapping[str, int]) -> str:
    """Sums by currency, without cents."""
    return ", ".join(f"{amount / 100:,.0f} {name}" for name, amount in sorted(cents.items())) or "no turnover"


def _ratings(count: int, mean: float | None) -> str:
    return f"{count}, mean {mean:.1f}" if mean is not None else "none"


def _time(hours: float | None) -> str:
    if hours is None:
        return "none"
    return f"{hours:.0f} hours" if hours < 2 * _DAY_HOURS else f"{hours / _DAY_HOURS:.0f} days"


def _lead(hours: float | None) -> str:
    if hours is None:
        return "none"
    return f"{_time(abs(hours))} {'ahead' if hours > 0 else 'too late'}"
