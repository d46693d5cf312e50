"""The report as a page in markdown: no customer is named, and no owner unless the policy says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from models.policy import Company
from models.queries.reporting.measures.orders import LeadTimes
from models.rules.reporting.figures import Share, Spread
from models.rules.reporting.tallies import Tally
from models.words import EndKind
from tasks.reporting.bar_charts import bars, picture
from tasks.reporting.measures import Measures
from tasks.reporting.report_language import ReportWords

_HOW = ("fell-due", "kept", "late", "broken", "moved")
_LINES = (
    "line",
    "orders",
    "promised-median",
    "reached-median",
    "promised-p80",
    "reached-p80",
    "by-first-day",
)
_OFTEN = ("contacts", "cases-closed", "median-wait", "within-p80")


@dataclass(frozen=True)
class Series:
    """One week of the pictures."""

    start: datetime
    turnover_cents: Mapping[str, int]
    cases_opened: int


def sentence(of: Measures, company: Company) -> str:
    """The report in one sentence, for the state of the run."""
    words = ReportWords(company.language)
    return words.say(
        "sentence",
        orders=of.orders,
        turnover=words.money(of.turnover_cents),
        sent=sum(of.sent.values()),
        answers=of.contacts.answers,
        opened=of.cases.opened,
        closed=of.cases.closed,
        kept=words.share(of.promises.kept_share),
    )


def page(
    now: Measures, before: Measures, lines: Sequence[LeadTimes], series: Sequence[Series], company: Company
) -> str:
    """The whole page, in the language of the company."""
    zone, words = ZoneInfo(company.timezone), ReportWords(company.language)
    code = words.code
    spans = (_days(now, zone, words), _days(before, zone, words))
    parts: tuple[tuple[str, tuple[str, ...], Sequence[Sequence[object]]], ...] = (
        ("promises", words.head("promise", *_HOW), _kept(now.promises_by_kind, words, "owed")),
        ("slipped", words.head("reason", "promises"), _counted(now.promises.reasons, partial(code, "slip"))),
        ("missed", words.head("owner", *_HOW), _kept(now.promises_by_owner, words, "team")),
        ("reached", words.head(*_LINES), [_line(one, words) for one in lines]),
        (
            "waits",
            words.head("waiting", "customers"),
            [(words.age(age), number) for age, number in now.backlog.by_age.items()],
        ),
        ("often", words.head(*_OFTEN), [_waits(one, words) for one in now.waits_by_contacts.items()]),
        ("ends", words.head("how", "cause", "customers"), _ends(now, words)),
        ("sent", words.head("kind", "contacts"), _counted(now.sent, partial(code, "kind"))),
    )
    side_by_side = _table(("", *spans), _side_by_side(now, before, words), words)
    sections = [f"# {spans[0]}", side_by_side, _pictures(series, zone, words)]
    for key, head, rows in parts:
        sections += [f"## {words.say(key)}", _table(head, rows, words)]
        if key == "waits":
            sections.append(_queue(now, words))
    return "\n\n".join(sections)


def _side_by_side(now: Measures, before: Measures, words: ReportWords) -> list[tuple[str, str, str]]:
    both = zip(_rows(now, words), _rows(before, words), strict=True)
    return [(words.say(key), this, old) for (key, this), (_, old) in both]


def _rows(of: Measures, words: ReportWords) -> list[tuple[str, str]]:
    contacts, cases, share = of.contacts, of.cases, words.share
    rows: list[tuple[str, object]] = [
        ("orders-signed", of.orders),
        ("turnover", words.money(of.turnover_cents)),
        ("delivered-in-time", share(of.delivered_in_time)),
        ("confirmed", share(contacts.confirmed)),
        ("welcomed", share(contacts.welcomed)),
        ("alerts", contacts.alerts),
        ("alerts-ahead", share(contacts.alerts_ahead)),
        ("alert-lead", words.lead(contacts.alert_lead_hours.median)),
        ("contacts-sent", sum(of.sent.values())),
        ("answers", contacts.answers),
        ("silent", share(contacts.silent)),
        ("ratings", _ratings(contacts.ratings, contacts.rating_mean, words)),
        ("low-ratings", share(Share(contacts.low_ratings, contacts.ratings))),
        ("cases-opened", cases.opened),
        ("cases-closed", cases.closed),
        ("cases-open", cases.open_at_end),
        ("first-contact", words.time(cases.hours_to_first_contact.median)),
        ("to-close", words.time(cases.hours_to_close.median)),
        ("not-solved", share(cases.not_solved)),
        ("withdrawals", sum(of.contract_ends[EndKind.WITHDRAWAL].values())),
        ("terminations", sum(of.contract_ends[EndKind.TERMINATION].values())),
        ("promises-kept", share(of.promises.kept_share)),
        ("promises-late", of.promises.late),
        ("promises-broken", of.promises.broken),
        ("calls", share(Share(of.calls.made, of.calls.capacity))),
        ("waiting-customers", of.backlog.customers),
        ("longest-wait", of.backlog.oldest_days),
    ]
    return [(key, str(value)) for key, value in rows]


def _kept(tallies: Mapping[str, Tally], words: ReportWords, section: str) -> list[tuple[object, ...]]:
    return [
        (words.code(section, name), of.due, words.share(of.kept_share), of.late, of.broken, of.moved)
        for name, of in tallies.items()
    ]


def _counted(counts: Mapping[str, int], word: Callable[[str], str]) -> list[tuple[object, ...]]:
    return [(word(code), count) for code, count in counts.items()]


def _ends(of: Measures, words: ReportWords) -> list[tuple[object, ...]]:
    return [
        (words.code("end", kind), words.code("cause", cause), count)
        for kind, by in of.contract_ends.items()
        for cause, count in by.items()
    ]


def _line(of: LeadTimes, words: ReportWords) -> tuple[object, ...]:
    promised, reached = of.promised_days, of.reached_days
    days = (promised.median, reached.median, promised.p80, reached.p80)
    return (
        words.code("line", of.line),
        of.in_time.of,
        *(words.days(value) for value in days if value is not None),
        words.share(of.in_time),
    )


def _waits(item: tuple[str, Spread], words: ReportWords) -> tuple[object, ...]:
    name, hours = item
    return name, hours.n, words.time(hours.median), words.time(hours.p80)


def _queue(of: Measures, words: ReportWords) -> str:
    contacts, waiting = of.queue.place_by_contacts, of.queue.place_by_waiting
    count = words.say("queue", count=of.queue.waiting)
    if contacts is None:
        return count
    told = words.say("none") if waiting is None else f"{waiting:+.2f}"
    return f"{count} {words.say('correlation', contacts=f'{contacts:+.2f}', waiting=told)}"


def _pictures(series: Sequence[Series], zone: ZoneInfo, words: ReportWords) -> str:
    most = max(series, key=lambda week: sum(week.turnover_cents.values())).turnover_cents
    main = max(most, key=lambda name: most[name], default="EUR")
    starts = [week.start.astimezone(zone) for week in series]
    labels = [f"{start:%d.%m.}" for start in starts]
    sold = [week.turnover_cents.get(main, 0) / 100_000 for week in series]
    opened = [float(week.cases_opened) for week in series]
    thousands = words.say("turnover-thousands", currency=main)
    turnover = bars(thousands, labels, sold, [f"{value:.0f}" for value in sold])
    cases = bars(words.say("opened-weeks"), labels, opened, [f"{value:.0f}" for value in opened])
    return "\n\n".join(
        (picture(words.say("turnover-weeks"), turnover), picture(words.say("opened-weeks"), cases))
    )


def _days(of: Measures, zone: ZoneInfo, words: ReportWords) -> str:
    last = (of.end - timedelta(microseconds=1)).astimezone(zone)
    return words.span(of.start.astimezone(zone).date(), last.date())


def _table(head: Sequence[str], rows: Sequence[Sequence[object]], words: ReportWords) -> str:
    lines = [f"| {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for row in rows]
    empty = f"| {words.say('none')} |{' |' * (len(head) - 1)}"
    return "\n".join([f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(lines or [empty])])


def _ratings(count: int, mean: float | None, words: ReportWords) -> str:
    if mean is None:
        return words.say("none")
    return words.say("ratings-told", count=count, mean=words.number(mean, "0.0"))
