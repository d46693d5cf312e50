"""The last look before a contact goes out: send it, skip it, hold it or open a case, always with the reason.

Unsubscribing takes effect here: a courtesy to somebody who has stopped the extras is skipped.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.rules.calendar import offsets
from models.rules.calendar.calendars import Place, Window, next_open
from models.rules.planning.cadence import Cadence
from models.rules.sending.holds import HELD_BY_HAND

EXTRAS_STOPPED = "the customer stopped the extras"
STALE = "stale: due too long ago"
CAPPED = "too many mails to one address"
PACED = "a new domain starts slowly"
ANSWERED = "answered"
ANSWERED_BEFORE = "answered before it was asked"
IN_DIGEST = "in the daily digest"
JUST_TOLD = "told the same person just now"
SUPERSEDED = "superseded by a newer step"
NOBODY = "nobody to tell"
VANISHED = "no longer in the export"
PAYMENTS_STALE = "payments not fresh"
TOO_SOON = "too soon after the last letter"
MAY_HAVE_ANSWERED = "a person looks whether a mail is the answer"
_MONEY = "invoice"
_FRESH = "payments-fresh"
_COVERED, _PAID = "covered", "paid"
_LOOK_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True)
class Moment:
    """What is true of a due follow-up at `now`."""

    now: datetime
    owed_at: datetime
    due_at: datetime
    place: Place
    conditions: frozenset[str]
    newer_step_due: bool = False
    answered: bool = False
    """A nudge whose contact was answered meanwhile."""
    may_have_answered: bool = False
    """A nudge, and of a mail of its reader a person has yet to say whether it is an answer."""
    extras_stopped: bool = False
    has_address: bool = True
    never_stale: bool = False
    """A rung of a ladder: however late, somebody hears of it."""
    last_letter_at: datetime | None = None
    """When the customer had the last letter about the same invoice."""
    letters_apart: timedelta = timedelta(0)
    """The least distance between two of them."""
    held_until: datetime | None = None
    """Until when a person here wants nothing written to this customer."""


@dataclass(frozen=True)
class Send:
    """Compose and send it now."""


@dataclass(frozen=True)
class Skip:
    """Never send it."""

    reason: str


@dataclass(frozen=True)
class HoldBack:
    """Not now; a change of the facts brings it back."""

    reason: str


@dataclass(frozen=True)
class Postpone:
    """Not at this hour; `until` is in UTC."""

    until: datetime
    reason: str | None = None
    """Nothing when it is the hour alone."""
    is_held: bool = False
    """It counts as held: what it waits for is no hour."""


@dataclass(frozen=True)
class Unheard:
    """A notice to our own people, and nobody of them can be reached. It stays owed, and is told once somebody can."""

    until: datetime
    """When to look again at the latest, in UTC."""
    is_known: bool = False
    """It was so at the last look: said once, it need not be said again."""


@dataclass(frozen=True)
class OpenCase:
    """No mail: a person has to see to it."""

    reason: str


@dataclass(frozen=True)
class Ask:
    """No mail: a manager has to decide (`models.rules.planning.cadence.DECISIONS`)."""

    what: str


Decision = Send | Skip | HoldBack | Postpone | Unheard | OpenCase | Ask


def decide(cadence: Cadence, window: Window, moment: Moment) -> Decision:
    """Judge one due follow-up. What makes it moot comes before what holds it, and both before the hour."""
    return (
        _moot(cadence, moment)
        or (_held(cadence, moment) if cadence.subject == _MONEY else None)  # a ladder is judged as a whole
        or _stale(cadence, moment)
        or _held(cadence, moment)
        or _too_soon(cadence, moment)
        or _blind(cadence, moment)
        or _held_by_hand(cadence, moment)
        or _perhaps_answered(moment)
        or _without_mail(cadence, window, moment)
        or _now(window, moment)
    )


def _moot(cadence: Cadence, moment: Moment) -> Skip | None:
    if moment.answered:
        return Skip(ANSWERED)
    for condition in cadence.moot_when:
        if condition in moment.conditions:
            return Skip(condition)
    if cadence.extra and moment.extras_stopped:
        return Skip(EXTRAS_STOPPED)
    return Skip(SUPERSEDED) if moment.newer_step_due else None


def _stale(cadence: Cadence, moment: Moment) -> Skip | None:
    """What is too late to be said. A person's decision about money never is: it is asked, however late."""
    if cadence.subject == _MONEY and not cadence.sends:
        return None
    latest = offsets.apply(moment.due_at, offsets.parse(cadence.max_late), moment.place)
    is_stale = not moment.never_stale and moment.now > max(latest, moment.due_at)
    return Skip(STALE) if is_stale else None


def _held(cadence: Cadence, moment: Moment) -> HoldBack | None:
    reasons = [word for word in cadence.hold_when if word in moment.conditions]
    if _COVERED in moment.conditions and _PAID in cadence.moot_when:
        reasons.append(_COVERED)  # a credit note may yet be used for something else
    reasons += [f"not {word}" for word in cadence.needs if word not in {*moment.conditions, _FRESH}]
    return HoldBack(reasons[0]) if reasons else None


def _too_soon(cadence: Cadence, moment: Moment) -> Postpone | None:
    """Some days lie between two letters about one invoice, whatever an outage or a late import has done."""
    if cadence.subject != _MONEY or not cadence.sends or moment.last_letter_at is None:
        return None
    earliest = moment.last_letter_at + moment.letters_apart
    return Postpone(earliest, TOO_SOON) if earliest > moment.now else None


def _blind(cadence: Cadence, moment: Moment) -> Postpone | None:
    """Who may have paid is not reminded. It is looked at again soon: an import that finds nothing changes no fact."""
    if _FRESH not in cadence.needs or _FRESH in moment.conditions:
        return None
    return Postpone(moment.now + _LOOK_AGAIN, PAYMENTS_STALE, is_held=True)


def _perhaps_answered(moment: Moment) -> Postpone | None:
    if not moment.may_have_answered:
        return None
    return Postpone(moment.now + _LOOK_AGAIN, MAY_HAVE_ANSWERED, is_held=True)


def _held_by_hand(cadence: Cadence, moment: Moment) -> Postpone | None:
    """Alarms to a manager are not held: nobody can mute them (B04)."""
    if moment.held_until is None or moment.held_until <= moment.now or cadence.opens_case is not None:
        return None
    return Postpone(moment.held_until, HELD_BY_HAND)


def _without_mail(cadence: Cadence, window: Window, moment: Moment) -> OpenCase | Ask | Postpone | None:
    """An alarm keeps to its hours like a mail: within the same hours, the mail it asks for could go out before it."""
    if not cadence.sends:
        now = _now(window, moment)
        if isinstance(now, Postpone):
            return now
        return OpenCase(cadence.opens_case) if cadence.opens_case is not None else Ask(cadence.asks or "")
    return None if moment.has_address else OpenCase("undeliverable")


def _now(window: Window, moment: Moment) -> Send | Postpone:
    opens = next_open(moment.now, window, moment.place)
    return Send() if opens <= moment.now else Postpone(opens)
