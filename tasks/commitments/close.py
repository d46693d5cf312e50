"""What people here owe: promised with a name and a time, closed by an outcome in words or by a new promise.

Every change goes into the history with its cause and its actor. What ladders do meanwhile: `tasks.commitments.ladder`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import facts, history
from models.queries.commitments import commitments
from models.queries.escalation import ladder_steps, silent_customers
from models.queries.mailboxes import inbound
from models.rules.commitments import ledger
from models.rules.responses.call_hour import CallTime
from models.tables import Commitment
from models.words import CommitmentKind, CommitmentState, Subject
from tasks.commitments.make import About, NewCommitment, Owners, make, promise_all
from tasks.commitments.of_the_company import still_stands


def promise(
    session: Session,
    policy: Policy,
    customer_id: int,
    kind: CommitmentKind,
    about: About,
    *,
    now: datetime,
    inbound_id: int | None = None,
    actor: str = "customer",
    due_at: datetime | None = None,
    owners: Owners | None = None,
    case_id: int | None = None,
    words: str | None = None,
    asked_at: datetime | None = None,
    call_time: CallTime | None = None,
) -> Commitment:
    """Write down that somebody owes this customer something, and plan whom to tell of it, and when.

    One that is open already takes the new matter in: its time runs on from the first asking, and the owner is told
    again once a day at most. Asking more often improves nobody's place (B10).

    Args:
        session: an open transaction.
        policy: gives time and ladder.
        customer_id: to whom it is owed.
        kind: see `models.words.CommitmentKind`; deliveries are made by planning alone.
        about: subject type and id; `("case", id)` for a listening call.
        now: aware.
        inbound_id: the mail that asked for it.
        actor: reference of who says so, `customer`, or the name of a flow.
        due_at: aware; by when, where a time was named. Otherwise the policy's time for the kind.
        owners: who sees to it; otherwise whoever the order belongs to, and is here today.
        case_id: the case that it belongs to; otherwise the customer's open one.
        words: what was promised or asked for.
        asked_at: when the customer asked, from which the time runs; now, when not given.
        call_time: the hour at which the customer wants to be called; it goes before `due_at`.
    """
    wanted = NewCommitment(
        customer_id, about, inbound_id, due_at, owners, case_id, words, asked_at, call_time
    )
    return promise_all(session, policy, kind, [wanted], now=now, actor=actor)[0]


def fulfil(
    session: Session,
    commitment: Commitment,
    outcome: str,
    text: str,
    *,
    now: datetime,
    actor: str,
    reason_code: str | None = None,
) -> bool:
    """Close a commitment, and the mails that asked for it, with what happened. False if it was closed.

    `reason_code` says why it is late, where it is (B12); unstated otherwise.

    Raises:
        ValueError: the words are missing (a promise is not kept by a click), or it is the call that an open case owes:
            that one ends with its case; or it is a look at something that still stands.
    """
    if not text.strip():
        raise ValueError("say in a few words what happened")
    if commitment.done_at is not None:
        return False
    if commitment.kind == CommitmentKind.LISTENING_CALL and commitments.case_is_open(session, commitment):
        raise ValueError(
            "this call ends with its case: close the case with its outcome, or agree on another time"
        )
    if how := still_stands(session, commitment):
        raise ValueError(how)
    asking = [mail.id for mail in inbound.asking(session, commitment)]
    state = ledger.ended(commitment.due_at, now)
    _close(session, commitment, state, f"{outcome}: {text.strip()}", now)
    if state is CommitmentState.LATE:
        commitment.reason = reason_code or ledger.UNSTATED
    if commitment.kind in {CommitmentKind.REPLY, CommitmentKind.MAIL}:
        inbound.handled(session, asking, now, actor, outcome)
    if commitment.customer_id is not None and commitment.kind != CommitmentKind.DELIVERY:
        silent_customers.end(session, [commitment.customer_id])
    _note(session, commitment, "done", now, actor, cause=outcome, state=state)
    return True


def re_promise(
    session: Session,
    policy: Policy,
    commitment: Commitment,
    due_at: datetime,
    reason_code: str,
    text: str,
    *,
    now: datetime,
    actor: str,
    kind: CommitmentKind | None = None,
    not_before: datetime | None = None,
    owners: Owners | None = None,
) -> Commitment:
    """Close a promise with a new one that takes its place; the old due time stays what it was (B26).

    This is also how "I'll call back" closes: with `kind` CALL_BACK and the time that was named.

    Args:
        session: an open transaction; `commitment` is locked in it.
        policy: its reasons and ladders.
        commitment: an open promise.
        due_at: aware, ahead of `now`.
        reason_code: one of `policy.ledger.reasons`; `customer-asked` makes no slip.
        text: what was said to the customer.
        now: aware.
        actor: reference of the member of staff.
        kind: of the new promise; the same when not given. A case's listening call stays one.
        not_before: from when on, where an hour was named.
        owners: who keeps the new one; the same when not given.

    Returns: the new promise, with `root_id` and `breaks` of its chain.

    Raises:
        ValueError: it was closed before, the time has passed, the code is not on the list, or the words are missing.
    """
    if commitment.done_at is not None:
        raise ValueError(f"commitment {commitment.id} was closed before ({commitment.state})")
    if due_at <= now:
        raise ValueError("due: that time has passed; promise one that lies ahead")
    _check_reason(policy, reason_code)
    if not text.strip():
        raise ValueError("say in a few words what you agreed on")
    if kind is None or commitment.kind == CommitmentKind.LISTENING_CALL:
        kind = CommitmentKind(commitment.kind)
    slips = now > commitment.due_at or ledger.is_slip(commitment.due_at, due_at, reason_code)
    state = ledger.gave_way(commitment.due_at, now)
    _close(session, commitment, state, f"re-promised: {text.strip()}", now)
    commitment.reason = reason_code
    row = successor_of(commitment, made_at=now, due_at=due_at, slips=slips) | {
        "kind": kind,
        "words": text.strip(),
        "not_before": not_before,
    }
    if owners is not None:
        row |= {"owner_id": owners.owner_id, "deputy_id": owners.deputy_id}
    complaining = facts.complaints(session, [id_ for id_ in (commitment.customer_id,) if id_ is not None])
    [new] = make(session, policy, [row], now, actor, complaining)
    commitment.successor_id = new.id
    _note(session, commitment, "re-promised", now, actor, cause=reason_code, state=state, successor=new.id)
    return new


def withdraw(session: Session, commitment: Commitment, text: str, *, now: datetime, actor: str) -> bool:
    """It is owed no longer, and why: neither kept nor broken. False if it was closed.

    Raises:
        ValueError: the words are missing, or it is the call that an open case owes.
    """
    if not text.strip():
        raise ValueError("say in a few words why nothing is owed any more")
    if commitment.done_at is not None:
        return False
    if commitment.kind == CommitmentKind.LISTENING_CALL and commitments.case_is_open(session, commitment):
        raise ValueError("an open case always owes its call; close the case with its outcome")
    _close(session, commitment, CommitmentState.WITHDRAWN, f"withdrawn: {text.strip()}", now)
    _note(session, commitment, "withdrawn", now, actor)
    return True


def successor_of(
    commitment: Commitment, *, made_at: datetime, due_at: datetime, slips: bool
) -> dict[str, Any]:
    """The columns of the promise that takes the place of another one."""
    return {
        "customer_id": commitment.customer_id,
        "kind": commitment.kind,
        "case_id": commitment.case_id,
        "subject_type": commitment.subject_type,
        "subject_id": commitment.subject_id,
        "inbound_id": commitment.inbound_id,
        "owner_id": commitment.owner_id,
        "deputy_id": commitment.deputy_id,
        "made_at": made_at,
        "asked_at": commitment.since,
        "due_at": due_at,
        **_climbed(commitment, due_at, slips=slips),
        "root_id": commitment.root_id or commitment.id,
        "breaks": commitment.breaks + slips,
    }


def _climbed(commitment: Commitment, due_at: datetime, *, slips: bool) -> dict[str, Any]:
    """A delivery that slips keeps the clock of the day that was promised first, and who was told already."""
    goes_on = slips and commitment.kind == CommitmentKind.DELIVERY
    return {
        "clock_at": commitment.clock if goes_on and commitment.clock < due_at else None,
        "level": commitment.level if goes_on else None,
        "told_id": commitment.told_id if goes_on else None,
    }


def _check_reason(policy: Policy, code: str) -> None:
    if code not in policy.ledger.reasons:
        raise ValueError(f"reason: this is not on the list; choose from {', '.join(policy.ledger.reasons)}")


def _close(
    session: Session, commitment: Commitment, state: CommitmentState, outcome: str, now: datetime
) -> None:
    commitment.state, commitment.done_at, commitment.outcome = state, now, outcome
    session.flush()  # a new promise of the same kind may only come after
    ladder_steps.withdraw(session, [commitment.id], "closed")


def _note(
    session: Session,
    commitment: Commitment,
    event: str,
    now: datetime,
    actor: str,
    cause: str | None = None,
    **details: Any,
) -> None:
    history.note(session, (Subject.COMMITMENT, commitment.id), event, now, actor, cause=cause, **details)
