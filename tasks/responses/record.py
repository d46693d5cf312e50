"""Hearing what customers say: every channel ends here, and counts alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import cases
from models.queries.escalation import silent_customers
from models.queries.planning import plan
from models.queries.responses import responses
from models.rules.cases.case_reasons import GOOD_RATING, case_reason
from models.rules.inbound.trouble import asks_something, is_thanks, trouble
from models.rules.inbound.trouble_words import Urgency
from models.rules.responses.call_hour import CallTime
from models.tables import Case, FollowUp
from models.words import CaseReasonKind, CommitmentKind, FollowUpState, Meaning, Subject
from tasks.cases import contract_ends
from tasks.cases.close_case import settle_silence
from tasks.cases.matters import CUSTOMER, release
from tasks.cases.open_case import About, open_case
from tasks.cases.statements import customer_says
from tasks.commitments import ladder
from tasks.commitments.call_times import call_time, keep_to
from tasks.commitments.make import NewCommitment, promise_all
from tasks.responses.payments import await_payment, let_rest
from tasks.runtime.customer_rounds import turns


class Asks(StrEnum):
    """Who has to hear of an answer."""

    BY_MEANING = "by meaning"
    """A manager, where meaning or rating call for one."""
    MANAGER = "manager"
    """A manager at once: there are words of trouble in it."""
    AGREEMENT = "agreement"
    """A manager agrees on a payment, or not."""
    OWNER = "owner"
    """Somebody owes a reply."""
    NOBODY = "nobody"


@dataclass(frozen=True)
class Answer:
    """Something a customer said. `ref` is unique: the same answer heard twice counts once."""

    ref: str
    customer_id: int
    meaning: str
    channel: str
    received_at: datetime
    order_id: int | None = None
    invoice_id: int | None = None
    follow_up_id: int | None = None
    about: str | None = None
    """The kind of follow-up it answers, when only that is known."""
    rating: int | None = None
    text: str | None = None
    pays_on: date | None = None
    """The day that is named for the payment (`will-pay`)."""
    call_at: datetime | None = None
    """From when on a call is wanted, where that was chosen; aware."""
    asks: Asks = Asks.BY_MEANING
    inbound_id: int | None = None
    """The mail it came in, where it came in one."""
    message_key: str | None = None
    """The mail of ours whose link was used."""


OLDER = timedelta(days=14)
"""How much older than its question an answer may be: who has just said it is neither asked again nor called silent."""


def hear(session: Session, policy: Policy, answers: Sequence[Answer], now: datetime) -> int:
    """Record answers, stop the nudges they answer, and open a case where one asks for a person.

    Returns how many were new.
    """
    known = responses.known_refs(session, [answer.ref for answer in answers])
    new = {answer.ref: answer for answer in answers if answer.ref not in known}
    # Customer by customer, as two runs that lock cases must come to them in one order; each one's in the order given.
    for part in turns(sorted(new.values(), key=lambda one: one.customer_id), lambda one: one.customer_id):
        _hear(session, policy, part, now)
    return len(new)


@dataclass(frozen=True)
class _Heard:
    """An answer that is recorded."""

    answer: Answer
    response_id: int
    asked: FollowUp | None
    answered: Sequence[FollowUp]
    """Whatever the mail asked together with it."""

    @property
    def about(self) -> About:
        return _subject(self.answer, self.asked)


def _hear(session: Session, policy: Policy, answers: Sequence[Answer], now: datetime) -> None:
    """Answers of different customers: whatever concerns all of them is read and written for all at once."""
    heard = _recorded(session, policy, answers, now)
    responses.answer_threads(
        session, [(row, one.answer.received_at) for one in heard for row in one.answered]
    )
    for number, one in enumerate(heard):
        if one.answer.meaning == Meaning.PAID:
            let_rest(session, policy, one.answer, one.answered, now)
        if one.answer.pays_on is not None:
            agreed = await_payment(session, policy, one.answer, one.answered, now)
            if not agreed:
                heard[number] = replace(one, answer=replace(one.answer, asks=Asks.AGREEMENT))
    _take_up(session, policy, heard, now)
    silent_customers.end(session, {one.answer.customer_id for one in heard})
    open_cases = cases.open_cases_of(session, [one.answer.customer_id for one in heard])
    for one in heard:
        answer, case = one.answer, open_cases.get(one.answer.customer_id)
        _keep_words(session, policy, one, case)
        if answer.meaning == Meaning.SOLVED and one.about[0] == Subject.CLOSED_CASE:
            release(session, answer.customer_id, now, CUSTOMER)
        if answer.meaning == Meaning.WITHDRAW:
            plan.plan_customer_again(session, answer.customer_id)  # the receipt hangs on the declaration
        if (
            case is not None
        ):  # after the new reason, so that a case goes on rather than closing and opening again
            for row in one.answered:
                settle_silence(session, answer.customer_id, (row.subject_type, row.subject_id), now)


def _recorded(session: Session, policy: Policy, answers: Sequence[Answer], now: datetime) -> list[_Heard]:
    named = {answer.follow_up_id for answer in answers if answer.follow_up_id is not None}
    known = responses.follow_ups(session, named)
    asked = {answer.ref: _asked(session, policy, answer, known) for answer in answers}
    ids = responses.add(session, [_row(answer, asked[answer.ref], now) for answer in answers])
    letters = responses.same_letters(session, [row for row in asked.values() if row is not None])
    return [
        _Heard(answer, ids[answer.ref], row, letters[row.id] if row is not None else ())
        for answer in answers
        for row in (asked[answer.ref],)
    ]


def _row(answer: Answer, asked: FollowUp | None, now: datetime) -> dict[str, Any]:
    return {
        "ref": answer.ref,
        "customer_id": answer.customer_id,
        "order_id": answer.order_id,
        "invoice_id": answer.invoice_id,
        "follow_up_id": asked.id if asked else None,
        "message_key": answer.message_key,
        "channel": answer.channel,
        "meaning": answer.meaning,
        "rating": answer.rating,
        "text": answer.text,
        "pays_on": answer.pays_on,
        "received_at": answer.received_at,
        "recorded_at": now,
    }


def _take_up(session: Session, policy: Policy, heard: Sequence[_Heard], now: datetime) -> None:
    """Bring the answers to whom they ask for."""
    asking = [
        (one, asks, _reason(one.answer, asks)) for one in heard for asks in (_asks(policy, one.answer),)
    ]
    times = {one.answer.ref: _call_time(session, policy, one.answer, now) for one, _, _ in asking}
    woken = [
        one.answer.customer_id
        for one, asks, reason in asking
        if reason is not None or asks is Asks.OWNER  # thanks let rest what rests
    ]
    ladder.wake_all(session, woken, "the customer asks", now=now)
    for one, _, reason in asking:
        if reason is not None:
            open_case(
                session,
                policy,
                one.answer.customer_id,
                reason,
                one.about,
                now=now,
                actor="customer",
                response_id=one.response_id,
                asked_at=one.answer.received_at,
                call_time=times[one.answer.ref],
            )
    wanted = [
        NewCommitment(
            one.answer.customer_id,
            one.about,
            one.answer.inbound_id,
            asked_at=one.answer.received_at,
            call_time=times[one.answer.ref],
        )
        for one, asks, _ in asking
        if asks is Asks.OWNER
    ]
    made = promise_all(session, policy, CommitmentKind.REPLY, wanted, now=now, actor="customer")
    for asked, owed in zip(wanted, made, strict=True):
        if asked.call_time is not None:
            keep_to(session, policy, owed, asked.call_time, now=now, actor="customer")


def _call_time(session: Session, policy: Policy, answer: Answer, now: datetime) -> CallTime | None:
    """The hour at which a call is wanted, where the answer asks anybody for anything."""
    wants_call = answer.meaning == Meaning.CALL_ME
    return call_time(
        session,
        policy,
        answer.customer_id,
        answer.text,
        now=now,
        wants_call=wants_call,
        chosen=answer.call_at,
    )


def _keep_words(session: Session, policy: Policy, heard: _Heard, case: Case | None) -> None:
    """The words are the customer's version of an open case, and may speak of withdrawal or termination."""
    answer, about = heard.answer, heard.about
    if not answer.text:
        return
    if case is not None:
        customer_says(session, case, answer.text, answer.received_at)
    declared = {Urgency.WITHDRAWAL} if answer.meaning == Meaning.WITHDRAW else set()
    contract_ends.listen(
        session,
        declared | trouble(answer.text, policy.trouble),
        answer.customer_id,
        about[1] if about[0] == Subject.ORDER else answer.order_id,
        answer.text,
        declared_at=answer.received_at,
        heard_by=answer.channel,
        response_id=heard.response_id,
    )


def _asks(policy: Policy, answer: Answer) -> Asks:
    """Who has to hear of it. Words that come with a content answer are read by a person, unless they only thank."""
    if answer.asks is not Asks.BY_MEANING or case_reason(answer.meaning, answer.rating) is not None:
        return answer.asks
    if answer.text and trouble(answer.text, policy.trouble):
        return Asks.MANAGER
    is_good = answer.rating is not None and answer.rating >= GOOD_RATING
    if is_good and not asks_something(answer.text or "", policy.trouble):
        return Asks.NOBODY
    return Asks.OWNER if answer.text and not is_thanks(answer.text, policy.trouble) else Asks.NOBODY


def _reason(answer: Answer, asks: Asks) -> CaseReasonKind | None:
    if asks is Asks.BY_MEANING:
        return case_reason(answer.meaning, answer.rating)
    named = {Asks.MANAGER: CaseReasonKind.TROUBLE_WORDS, Asks.AGREEMENT: CaseReasonKind.PROMISED_BEFORE}
    return named.get(asks)


def _asked(
    session: Session, policy: Policy, answer: Answer, known: Mapping[int, FollowUp]
) -> FollowUp | None:
    if answer.follow_up_id is not None:
        return known.get(answer.follow_up_id)
    subject_type, subject_id = _subject(answer, None)
    if subject_type == Subject.CUSTOMER:
        return None
    about = Subject(subject_type), subject_id
    asked = responses.latest_asked(session, *about, answer.received_at, answer.about)
    if asked is not None and asked.state != FollowUpState.ANSWERED:
        return asked
    kinds = [kind for kind, one in policy.cadences.items() if answer.meaning in one.answers]
    return responses.asked_after(session, *about, answer.received_at, OLDER, kinds) or asked


def _subject(answer: Answer, asked: FollowUp | None) -> About:
    if asked is not None:
        return asked.subject_type, asked.subject_id
    if answer.invoice_id is not None:
        return Subject.INVOICE, answer.invoice_id
    if answer.order_id is not None:
        return Subject.ORDER, answer.order_id
    return Subject.CUSTOMER, answer.customer_id
