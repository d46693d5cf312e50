"""What one of our people does about something owed: one function each, behind page, command line and form alike."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import history, people
from models.queries.mailboxes import inbound
from models.rules.cases.acting import Act, ActError, checked, left_to_others
from models.rules.commitments.outcomes import (
    AGREED,
    ASKED_WORKS,
    CALLED_OFF,
    DELIVERED,
    NEW_DAY,
    NEXT,
    NOT_REACHED,
    NOTED,
    outcomes_of,
)
from models.rules.mailboxes.parked import NOTHING_NEEDED
from models.tables import Commitment, Staff
from models.words import CommitmentKind, Subject
from tasks.commitments import ladder
from tasks.commitments.agreements import FARTHEST, Agreement, day_is_known, settle
from tasks.commitments.appointments_and_help import ask_for_help
from tasks.commitments.close import fulfil, promise, re_promise
from tasks.commitments.conversations import JUST_NOW, Spoke, noted
from tasks.commitments.looks import check_done
from tasks.commitments.make import About, tell_called_off
from tasks.commitments.not_reached import try_again
from tasks.commitments.own_sales import check_act, check_own_sale
from tasks.commitments.solved import remedy_kept

NOTHING = Agreement()
_LONGEST = timedelta(days=3650)


@dataclass(frozen=True)
class Owing:
    """Who acts, about what, and when. The commitment is locked."""

    session: Session
    policy: Policy
    owed: Commitment
    by: Staff
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Where times without an offset are meant."""
        return ZoneInfo(self.policy.company.timezone)


def take(owing: Owing, until: datetime | None = None) -> datetime:
    """Say "mine until then", or as long as the policy allows; returns until when it counts.

    Raises:
        ActError: it is closed, the time has passed, or it is a case's call and whoever sells would take it.
    """
    _check(owing, Act.TAKE)
    with _refused("need-until"):
        return ladder.acknowledge(
            owing.session,
            owing.policy,
            owing.owed,
            until or owing.now + _LONGEST,
            now=owing.now,
            actor=owing.by.ref,
        )


def close(
    owing: Owing,
    outcome: str,
    text: str,
    reason_code: str | None = None,
    following: Agreement = NOTHING,
    spoke: Spoke = JUST_NOW,
) -> bool:
    """Close it with what happened; False when it was closed. Who was not reached is called again: it stays open.

    What was agreed on (`following`) is owed instead. An undelivered delivery is closed by its coming or by another day
    alone: that the works were asked, or the customer told, is noted.

    Raises:
        ActError: no words, an outcome that does not fit its kind, a reason that is not on the policy's list, a case's
            call, or an agreement without what `tasks.commitments.agreements.owe_next` asks for.
    """
    words = checked(text) + noted(owing.policy, owing.owed, outcome, spoke, owing.now)
    fitting = outcomes_of(owing.owed.kind)
    if outcome not in fitting:
        code = "of-delivery" if owing.owed.kind == CommitmentKind.DELIVERY else "need-outcome"
        raise ActError(code, f"outcome: choose from {', '.join(fitting)}")
    if reason_code:
        _check_reason(owing, reason_code)
    if owing.owed.kind == CommitmentKind.MAIL:
        check_done(owing.policy, inbound.asking(owing.session, owing.owed), outcome)
    _check_seller(owing, outcome)
    if owing.owed.kind == CommitmentKind.RELEASE:
        raise ActError("need-day-on", "day: this ends by the day from which the ladder goes on; see its page")
    if owing.owed.done_at is None and outcome in NEXT:
        return _agree(owing, outcome, words, reason_code or "", following)
    if owing.owed.done_at is None and outcome in NOTED:
        return _note_of_delivery(owing, outcome, words)
    if outcome == NOT_REACHED and owing.owed.done_at is None:
        try_again(owing.session, owing.policy, owing.owed, words, now=owing.now, actor=owing.by.ref)
        return True
    with _refused("with-case"):
        done = fulfil(
            owing.session,
            owing.owed,
            outcome,
            words,
            now=owing.now,
            actor=owing.by.ref,
            reason_code=reason_code or None,
        )
    if done and outcome == DELIVERED:
        about, by = owing.owed.subject_id, owing.by.ref
        day_is_known(owing.session, owing.owed.buyer_id, about, outcome, words, now=owing.now, actor=by)
    if done:
        _after_end(owing, outcome)
    return done


def _after_end(owing: Owing, outcome: str) -> None:
    """An appointment that was called off is told; what was done in a closed case is asked about."""
    if outcome == CALLED_OFF:
        tell_called_off(owing.session, owing.policy, owing.owed, owing.now, owing.by.id)
    else:
        remedy_kept(owing.session, owing.policy, owing.owed, owing.now)


def _check_seller(owing: Owing, outcome: str) -> None:
    """Nobody who sold says that nothing is needed, and nobody who sells settles for a colleague by words alone.

    What is one's own is settled by what was done; an appointment may be set by whoever comes.
    """
    is_anothers = owing.owed.owner_id != owing.by.id
    if outcome in {NOTHING_NEEDED, CALLED_OFF} and owing.owed.customer_id is not None:
        check_own_sale(owing.session, owing.by, owing.owed.customer_id, "saying that nothing is needed")
    if is_anothers and outcome in {NOTHING_NEEDED, CALLED_OFF, AGREED, NEW_DAY}:
        check_act(owing.session, owing.by, Act.OUTCOME)


def _agree(owing: Owing, outcome: str, words: str, reason: str, following: Agreement) -> bool:
    """Settle it with the next promise."""
    if outcome == NEW_DAY:
        _check(owing, Act.NEW_DAY)
    settle(
        owing.session,
        owing.policy,
        owing.owed,
        outcome,
        following,
        words,
        now=owing.now,
        by=owing.by,
        reason=reason,
    )
    return True


def _note_of_delivery(owing: Owing, outcome: str, words: str) -> bool:
    """Note what was done about a delivery that has not come; who asked the works is owed the day, by a time."""
    owed = owing.owed
    if owed.owner_id == owing.by.id:
        owed.acted_at = owing.now
    history.note(owing.session, (Subject.COMMITMENT, owed.id), outcome, owing.now, owing.by.ref, cause=words)
    if outcome == ASKED_WORKS:
        promise(
            owing.session,
            owing.policy,
            owed.buyer_id,
            CommitmentKind.SET_APPOINTMENT,
            (owed.subject_type, owed.subject_id),
            now=owing.now,
            actor=owing.by.ref,
            words=words,
        )
    return True


def promise_anew(owing: Owing, due_at: datetime | None, reason_code: str, text: str) -> Commitment:
    """Another time, agreed on with the customer, for a reason of the policy's list; the first time stays on record.

    Raises:
        ActError: no time or one that has passed, no reason, no words, or it was closed.
    """
    _check(owing, Act.RE_PROMISE)
    if due_at is None or not owing.now < due_at <= owing.now + FARTHEST:
        raise ActError("need-due", f"due: name a time that lies ahead, within {FARTHEST.days} days")
    _check_reason(owing, reason_code)
    with _refused("too-late"):
        return re_promise(
            owing.session,
            owing.policy,
            owing.owed,
            due_at,
            reason_code,
            checked(text),
            now=owing.now,
            actor=owing.by.ref,
        )


def snooze(owing: Owing, until: datetime | None, text: str) -> bool:
    """Let it rest until a time, with a reason; a question or complaint of the customer wakes it.

    Raises:
        ActError: no time, no reason, as often as the policy allows already, or whoever sells would delay it (B04).
    """
    _check(owing, Act.SNOOZE)
    words = checked(text)
    if until is None or until <= owing.now:
        raise ActError("need-until", "until: name a time that lies ahead")
    if owing.owed.snoozes >= owing.policy.ledger.snoozes:
        raise ActError(
            "snoozed",
            f"it was put off {owing.owed.snoozes} times already; say what came of it, or hand it over",
        )
    with _refused("need-until"):
        ladder.snooze(
            owing.session, owing.policy, owing.owed, until, words, now=owing.now, actor=owing.by.ref
        )
    return True


def hand_over(owing: Owing, to: str, text: str) -> Staff:
    """Give it to the colleague of a reference, who is told at once.

    Raises:
        ActError: nobody has this reference, it is that colleague's already, no reason, or it was closed.
    """
    _check(owing, Act.HAND_OVER)
    person = people.staff_by_ref(owing.session, to.strip())
    if person is None or person.id == owing.owed.owner_id:
        raise ActError(
            "unknown-person", f"to: give the reference of another colleague than {to!r}, such as S-10"
        )
    words = checked(text)
    with _refused("too-late"):
        ladder.hand_over(
            owing.session, owing.policy, owing.owed, person.id, now=owing.now, actor=owing.by.ref, cause=words
        )
    return person


def help_wanted(owing: Owing, text: str) -> Commitment:
    """Ask a manager for help with it; the request has a clock of its own (B32), and this one's runs on.

    Raises:
        ActError: no words, or nobody who could help.
    """
    about = owing.owed.subject_type, owing.owed.subject_id
    return ask(owing.session, owing.policy, owing.owed.buyer_id, about, text, now=owing.now, by=owing.by)


def ask(
    session: Session, policy: Policy, customer_id: int, about: About, text: str, *, now: datetime, by: Staff
) -> Commitment:
    """As `help_wanted`, about a customer with or without something owed.

    Raises:
        ActError: no words, or nobody who could help.
    """
    words = checked(text)
    with _refused("no-help"):
        return ask_for_help(session, policy, customer_id, about, words, now=now, by=by.id, actor=by.ref)


def _check(owing: Owing, act: Act) -> None:
    """A case's own call is after-sale's and the managers'; nobody who sells puts off anything, or moves a colleague's.

    A delivery day is the order's: it comes with the import, or with the outcome that says so.
    """
    if owing.owed.kind == CommitmentKind.DELIVERY and act is Act.RE_PROMISE:
        raise ActError("of-order", "the day of a delivery is the order's: change it there, and import it")
    owed, by = owing.owed, owing.by
    left = left_to_others(
        is_own=owed.owner_id == by.id, is_deputy=owed.deputy_id == by.id, climbed=owed.told_id is not None
    )
    if owed.kind == CommitmentKind.LISTENING_CALL or act in left:
        check_act(owing.session, owing.by, act)


def _check_reason(owing: Owing, code: str) -> None:
    known = owing.policy.ledger.reasons
    if code not in known:
        raise ActError("need-reason", f"reason: this is not on the list; choose from {', '.join(known)}")


@contextmanager
def _refused(code: str) -> Iterator[None]:
    """What the ledger refuses, under a name that the pages have words for."""
    try:
        yield
    except ActError:
        raise
    except ValueError as error:
        raise ActError(code, str(error)) from error
