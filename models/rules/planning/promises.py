"""What the behaviours that Seguito promises (docs/behaviours) need of a policy, and what a policy leaves out.

Each gap has a name. A company that wants it so writes the name into `accepts` of its policy, and sees it every night.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.rules.calendar import offsets
from models.rules.calendar.calendars import Window
from models.rules.calendar.offsets import Offset
from models.rules.planning.cadence import Cadence

_LEAST_STAFF_MINUTES = 120
_LEAST_CHECKS = 2
_LEAST_LATE = 0.25
"""Days: sweeps come every hour, and a stop of some hours is nothing out of the way."""
_WARNING = "credit-recovery-warning"
_DAYS = {"hour": 1 / 24, "day": 1.0, "business day": 1.4, "week": 7.0, "month": 30.0}


NAMES = frozenset(
    {
        "complaint-holds-nothing",
        "delay-can-be-stopped",
        "delay-owes-no-day",
        "late-welcome-alarm",
        "no-acknowledgement",
        "no-case-notice",
        "no-confirmation",
        "no-delay-alert",
        "no-inbound-notice",
        "no-ladders",
        "no-listening-call",
        "no-missing-date-alarm",
        "no-new-date-alert",
        "no-not-reached-mail",
        "no-progress-news",
        "no-random-calls",
        "no-re-check",
        "no-satisfaction-check",
        "no-version-request",
        "no-welcome",
        "no-welcome-alarm",
        "short-staff-hours",
        "silence-ends-in-nothing",
        "stale-at-once",
        "warning-without-call",
        "warning-without-signature",
    }
)


@dataclass(frozen=True)
class PolicyGap:
    """A behaviour that cannot hold under a policy."""

    name: str
    behaviour: str
    why: str


def gaps(
    cadences: Mapping[str, Cadence],
    windows: Mapping[str, Window],
    *,
    has_ladders: bool,
    silent_call_share: float = 1.0,
) -> list[PolicyGap]:
    """Everything that a policy leaves out, in the order of the behaviours; the share is that of silent customers."""
    every = list(cadences.values())
    found = [
        *_of_staff(every, windows, has_ladders=has_ladders),
        *_of_orders(every),
        *_of_contacts(every),
        *_of_silence(every, silent_call_share),
        *_of_stale(cadences),
        *_of_money(every, cadences.get(_WARNING)),
    ]
    return sorted(found, key=lambda gap: (gap.behaviour, gap.name))


def gaps_in_words(found: Sequence[PolicyGap], accepts: Collection[str]) -> list[str]:
    """A few words for each gap, for the state of a run: those that the company wants so, and those that it does not."""
    return [
        f"{gap.behaviour} {'is given up' if gap.name in accepts else 'cannot hold'} ({gap.name})"
        for gap in found
    ]


def _of_staff(
    every: list[Cadence], windows: Mapping[str, Window], *, has_ladders: bool
) -> Iterator[PolicyGap]:
    if not any(one.subject == "case" and one.anchor == "opened" for one in every):
        yield PolicyGap(
            "no-case-notice", "B03", "no mail tells a manager of a case; add [cadences.case-notice]"
        )
    if not any(one.subject == "inbound" for one in every):
        yield PolicyGap(
            "no-inbound-notice", "B34", "nobody hears of a parked mail; add [cadences.inbound-notice]"
        )
    if not has_ladders:
        yield PolicyGap("no-ladders", "B04", "what nobody does goes up to nobody; add [ladders.default]")
    minutes = sum(_minutes(hours) for hours in windows["staff"].hours) if "staff" in windows else 24 * 60
    if minutes < _LEAST_STAFF_MINUTES:
        yield PolicyGap(
            "short-staff-hours",
            "B03",
            f"[windows.staff] has {minutes} minutes a day; give the hours you work",
        )


def _of_orders(every: list[Cadence]) -> Iterator[PolicyGap]:
    orders = [one for one in every if one.subject == "order"]
    late = [one for one in orders if one.sends and one.anchor == "promised" and _latest(one) > 0]
    moved = [one for one in orders if one.sends and one.anchor == "promise-moved"]
    if not any(one.sends and one.anchor == "signed" and "promised" in one.needs for one in orders):
        yield PolicyGap(
            "no-confirmation",
            "B08",
            "no mail confirms an order with its day; add [cadences.order-confirmation]",
        )
    if not late:
        yield PolicyGap(
            "no-delay-alert", "B09", "nobody is told that a day has passed; add [cadences.delay-alert]"
        )
    if not moved:
        yield PolicyGap(
            "no-new-date-alert", "B09", "nobody is told of a day that moved; add [cadences.new-date-alert]"
        )
    if late and not any(one.owes for one in late):
        yield PolicyGap(
            "delay-owes-no-day",
            "B09",
            "the alert promises the new day, and nobody owes it; set owes to set-appointment",
        )
    if any(one.extra for one in (*late, *moved)):
        yield PolicyGap("delay-can-be-stopped", "B09", "an alert of a delay is no extra; take `extra` out")
    alarms = [
        one for one in orders if one.opens_case and any(step.offset.of_withdrawal for step in one.steps)
    ]
    if not alarms:
        yield PolicyGap(
            "no-welcome-alarm",
            "B29",
            "a welcome that never came rings no alarm; add [cadences.welcome-missing]",
        )
    if any(step.offset.count > 100 for one in alarms for step in one.steps if step.offset.of_withdrawal):  # noqa: PLR2004 (per cent)
        yield PolicyGap(
            "late-welcome-alarm",
            "B29",
            "the alarm of the welcome rings after the withdrawal window; set it lower",
        )


def _of_contacts(every: list[Cadence]) -> Iterator[PolicyGap]:
    """What is said to customers, and asked of them, beside days and money."""
    orders = [one for one in every if one.subject == "order" and one.sends]
    rated = [one for one in orders if "rating" in one.answers]
    lacks = (
        (
            not any(one.opens_case == "no-promised-date" for one in every),
            PolicyGap(
                "no-missing-date-alarm",
                "B08",
                "an order without a day is noticed by nobody; add missing-date",
            ),
        ),
        (
            not any(one.anchor == "signed" and "rating" in one.answers for one in orders),
            PolicyGap(
                "no-welcome", "B18", "nobody asks the buyer after the sale; add [cadences.welcome-contact]"
            ),
        ),
        (
            sum(len(one.steps) for one in rated if one.anchor == "delivered") < _LEAST_CHECKS,
            PolicyGap(
                "no-satisfaction-check", "B21", "satisfaction is not asked at several ages of a purchase"
            ),
        ),
        (
            not any(one.subject == "closed-case" and "not-solved" in one.answers for one in every),
            PolicyGap("no-re-check", "B22", "nobody asks whether it is solved; add [cadences.re-check]"),
        ),
        (
            not any(one.subject == "heard" for one in every),
            PolicyGap(
                "no-acknowledgement", "B19", "who complains hears nothing; add [cadences.acknowledgement]"
            ),
        ),
        (
            not any(one.subject == "case" and one.anchor == "complained" for one in every),
            PolicyGap(
                "no-version-request", "B02", "nobody asks for the seller's version; add version-request"
            ),
        ),
        (
            not any(one.sends and one.subject == "customer" and one.anchor == "not-reached" for one in every),
            PolicyGap(
                "no-not-reached-mail",
                "B11",
                "who is not reached is not written to; add [cadences.not-reached]",
            ),
        ),
        (
            not any(one.anchor == "promised" and _earliest(one) < 0 for one in orders),
            PolicyGap("no-progress-news", "B13", "who waits hears nothing; add [cadences.progress-update]"),
        ),
    )
    yield from (gap for is_so, gap in lacks if is_so)


def _of_silence(every: list[Cadence], share: float) -> Iterator[PolicyGap]:
    if not any(_asks_after(one) for one in every if one.subject == "order"):
        yield PolicyGap(
            "silence-ends-in-nothing",
            "B27",
            "silence is taken for satisfaction; set on_silence to case, list or draw",
        )
    drawn = any(
        (step.on_silence or one.on_silence) in {"draw", "list"} for one in every for step in one.steps
    )
    if drawn and not share:
        yield PolicyGap(
            "no-random-calls", "B27", "nobody who is silent is called; set answers.silent_call_share above 0"
        )


def _of_stale(cadences: Mapping[str, Cadence]) -> Iterator[PolicyGap]:
    """Contacts of which the next sweep would say that they come too late."""
    stale = [
        name
        for name, one in cadences.items()
        if one.sends and _days(offsets.parse(one.max_late)) < _LEAST_LATE
    ]
    if stale:
        what = ", ".join(stale)
        yield PolicyGap(
            "stale-at-once",
            "B09",
            f"{what}: max_late is shorter than the time between two sweeps; make it a day",
        )


def _asks_after(one: Cadence) -> bool:
    """Whether silence at one of its steps brings anybody to the customer."""
    return bool(one.wait) and any((step.on_silence or one.on_silence) != "nothing" for step in one.steps)


def _of_money(every: list[Cadence], warning: Cadence | None) -> Iterator[PolicyGap]:
    """`warning` is the formal one, wherever it stands; whatever comes after the listening call is one, too."""
    dunning = [one for one in every if one.subject == "invoice" and one.sends and _latest(one) > 0]
    calls = [one for one in every if one.subject == "invoice" and one.opens_case == "listening-call"]
    if any("open-complaint" not in one.hold_when for one in dunning):
        yield PolicyGap(
            "complaint-holds-nothing",
            "B06",
            "a reminder goes out beside an open complaint; add it to hold_when",
        )
    if dunning and not calls:
        yield PolicyGap(
            "no-listening-call", "B06", "no manager calls before a warning; add [cadences.listening-call]"
        )
    first = min((_latest(one) for one in calls), default=0.0)
    warnings = [one for one in dunning if (calls and _latest(one) > first) or (one is warning and calls)]
    if any("listened" not in one.needs for one in warnings):
        yield PolicyGap(
            "warning-without-call", "B06", "a warning goes out before the call; add listened to its needs"
        )
    if any("signed" not in one.needs for one in warnings):
        yield PolicyGap(
            "warning-without-signature", "B06", "a warning goes out unsigned; add signed to its needs"
        )


def _latest(one: Cadence) -> float:
    """How many days after its date the last step lies, about."""
    return max(_days(step.offset) for step in one.steps)


def _earliest(one: Cadence) -> float:
    """How many days after its date the first step lies, about."""
    return min(_days(step.offset) for step in one.steps)


def _days(offset: Offset) -> float:
    return offset.count * _DAYS.get(offset.unit, 1.0)


def _minutes(hours: str) -> int:
    (start, end) = (int(part[:2]) * 60 + int(part[3:5]) for part in hours.split("-"))
    return end - start
