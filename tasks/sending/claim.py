"""Claiming: take what is due, look at the facts once more, and decide, all in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models.policy import DIGEST, Policy
from models.queries import facts, people
from models.queries.cases import cases, contract_ends
from models.queries.cases import dossier as dossiers
from models.queries.cases import holds as holding
from models.queries.commitments import commitments
from models.queries.sending import claim, messages
from models.rules.calendar.calendars import Place
from models.rules.escalation.ownership import Person
from models.rules.planning.cadence import Cadence
from models.rules.planning.step_key import StepKey
from models.rules.sending import delivery_day
from models.rules.sending.before_sending import Ask, Decision, Hold, Moment, OpenCase, Send, Skip, decide
from models.tables import Customer, FollowUp, Invoice, Order
from models.words import CommitmentKind, Role, Subject
from tasks.cases.open_case import audience_of, fill_in, open_case
from tasks.commitments.close import promise
from tasks.credit_recovery.ask_manager import ask_manager
from tasks.escalation.daily_digest import digest_of
from tasks.escalation.notify import Rungs, is_rung, rungs_of
from tasks.mails.letter_facts import Desk, Group, address, called_at, gravest_first, is_case, is_for_staff
from tasks.mails.notice_facts import notice
from tasks.sending.follow_up_changes import outcome_of, settlement
from tasks.sending.payment_freshness import payments_are_fresh
from tasks.sending.rate_limit import put_off
from tasks.sending.staff_recipients import Refusals, addressee_of
from tasks.sending.sweep_report import Report, Scope
from tasks.sending.told_days import known_of

BATCH = 500
"""Follow-ups a claim takes: one Prefect task run each, so not too few; one transaction each, so not too many."""


@dataclass
class Claimed:
    """What a claim took and decided."""

    token: str
    lease_until: datetime
    groups: list[Group] = field(default_factory=list)
    report: Report = field(default_factory=Report)
    desk: Desk | None = None
    count: int = 0
    kept_back: dict[int, tuple[str, int, str]] = field(default_factory=dict)
    """By follow-up: subject type, subject and the condition for which it is held or skipped."""


@dataclass(frozen=True)
class _Batch:
    """The rows of a claim, with everything that deciding needs."""

    rows: Sequence[tuple[FollowUp, Customer]]
    orders: dict[int, Order]
    invoices: dict[int, Invoice]
    conditions: dict[tuple[str, int], frozenset[str]]
    newer: set[int]
    answered: set[int]
    desk: Desk
    refusals: Refusals
    rungs: Rungs
    holds: dict[tuple[str, int], datetime]
    """Until when a person wants nothing written, by subject type and id."""
    levels: dict[int, int]
    """Of the cases that notices are about, by id."""
    letters: dict[int, datetime]
    """By invoice: when the last letter about it went out."""

    def people_for(self, row: FollowUp) -> list[Person]:
        """Our people, but for those whose servers have refused a notice of the same matter."""
        return self.refusals.without(self.desk.people, self.desk.day, row)

    def held_until(self, row: FollowUp) -> datetime | None:
        """The latest end of the holds on a contact."""
        if not self.holds:
            return None
        subjects = ((Subject.CUSTOMER, row.customer_id or 0), (row.subject_type, row.subject_id))
        return max((self.holds[key] for key in subjects if key in self.holds), default=None)


def claim_batch(
    session: Session, policy: Policy, scope: Scope, *, token: str, clock_now: datetime
) -> Claimed:
    """Take up to `scope.limit` due follow-ups of a sweep, and decide about each of them.

    What is not to be sent is settled here, with its reason; what is to be sent comes back in groups, one a mail.
    `clock_now` is the real time (leases); what is due is judged by `scope.now`.
    """
    result = Claimed(token, clock_now + timedelta(minutes=policy.sending.lease_minutes))
    claim.forget_plans(session)
    ids = claim.claim(
        session,
        claim.due(scope.sweep, scope.now, scope.limit, scope.customers, scope.kinds),
        token,
        result.lease_until,
    )
    result.count = len(ids)
    if not ids:
        return result
    ids += _companions(session, policy, scope, ids, token, result.lease_until)
    batch = _read(session, policy, ids, scope.now)
    result.desk = batch.desk
    settled: list[dict[str, Any]] = []
    sends: list[tuple[FollowUp, Customer]] = []
    held: list[tuple[str, Hold, int]] = []
    batch.rungs.place([(row, who, batch.people_for(row)) for row, who in batch.rows if is_rung(row)])
    result.report.due = batch.rungs.brought_forward
    for row, customer in batch.rows:
        decision = _decide(policy, batch, row, customer, scope.now)
        if isinstance(decision, Send):
            sends.append((row, customer))
            continue
        settled.append({"id": row.id, **settlement(row, decision)})
        if isinstance(decision, Hold | Skip):
            result.kept_back[row.id] = (row.subject_type, row.subject_id, decision.reason)
        opened: list[int] = []
        if isinstance(decision, OpenCase):
            case = open_case(
                session,
                policy,
                customer.id,
                decision.reason,
                (row.subject_type, row.subject_id),
                now=scope.now,
                actor=scope.sweep,
            )
            opened = [case.id]
            _owe(session, policy, row, scope)
        elif isinstance(decision, Ask):
            ask_manager(session, policy, customer.id, CommitmentKind(decision.what), scope.now, scope.sweep)
        elif isinstance(decision, Hold):
            held.append((row.kind, decision, customer.id))
        result.report.count(row.kind, *outcome_of(decision), cases=opened)
    _point_to_cases(session, result.report, held)
    groups = _group(session, policy, batch, sends, scope.now)
    capped = put_off(session, policy, groups, scope.now, clock_now)
    for group in groups:
        if (wait := capped.get(group.lead.id)) is not None:
            settled += [{"id": row.id, **settlement(row, wait)} for row in group.follow_ups]
            result.report.count(group.lead.kind, *outcome_of(wait), number=len(group.follow_ups))
    claim.settle(session, settled)
    result.groups = [group for group in groups if group.lead.id not in capped]
    return result


def _owe(session: Session, policy: Policy, alarm: FollowUp, scope: Scope) -> None:
    """An alarm may make a commitment too: a welcome that never arrived is owed as a call (B29)."""
    owes, about = policy.cadences[alarm.kind].owes, (alarm.subject_type, alarm.subject_id)
    if owes is not None and alarm.customer_id is not None:
        kind = CommitmentKind(owes)
        promise(session, policy, alarm.customer_id, kind, about, now=scope.now, actor=scope.sweep)


def _companions(
    session: Session, policy: Policy, scope: Scope, ids: Sequence[int], token: str, lease_until: datetime
) -> list[int]:
    """Claim what else belongs into the letters of this batch."""
    kinds = [kind for kind in policy.kinds_of(scope.sweep) if policy.cadences[kind].one_letter]
    wanted = claim.customers_by_kind(session, ids, kinds) if kinds else {}
    return [
        id_
        for kind, customers in wanted.items()
        for id_ in claim.claim(
            session, claim.companions(scope.sweep, kind, scope.now, customers), token, lease_until
        )
    ]


def _nobody(policy: Policy) -> Customer:
    """Stands in, outside the database, where nobody knows whose mail our people are told of."""
    company = policy.company
    return Customer(
        id=0, ref="", name="", language=company.language, country=company.country, timezone=company.timezone
    )


def _read(session: Session, policy: Policy, ids: Sequence[int], now: datetime) -> _Batch:
    rows = [(row, customer or _nobody(policy)) for row, customer in claim.claimed(session, ids)]
    orders = facts.orders(session, {row.subject_id for row, _ in rows if row.subject_type == Subject.ORDER})
    invoices = facts.invoices(
        session, {row.subject_id for row, _ in rows if row.subject_type == Subject.INVOICE}
    )
    is_fresh = bool(invoices) and payments_are_fresh(session, policy, now)
    conditions = facts.conditions(session, orders, invoices, now, is_fresh=is_fresh)
    for row, _ in rows:
        if is_for_staff(row):
            matter = row.subject_type, row.subject_id
            conditions[matter] = frozenset({"closed"} if commitments.is_done(session, matter) else ())
    conditions |= _of_closed_cases(session, [row for row, _ in rows])
    desk = Desk(people.staff(session), people.people(session), now.date())
    told = {row.subject_id for row, _ in rows if is_for_staff(row)}
    refusals = Refusals.of(session, told)
    answered = claim.answered_threads(session, [row.id for row, _ in rows if row.nudge])
    newer = claim.newer_steps(session, [row for row, _ in rows], now)
    buyers = {row.customer_id for row, _ in rows if row.customer_id is not None and not is_for_staff(row)}
    holds = holding.held_until(session, rows[0][0].sweep, buyers, orders, now) if buyers else {}
    levels = cases.levels(session, {row.subject_id for row, _ in rows if row.subject_type == Subject.CASE})
    rungs = rungs_of(session, policy, [row for row, _ in rows], now)
    letters = claim.last_letters(session, invoices)
    return _Batch(
        rows, orders, invoices, conditions, newer, answered, desk, refusals, rungs, holds, levels, letters
    )


def _of_closed_cases(session: Session, rows: Sequence[FollowUp]) -> dict[tuple[str, int], frozenset[str]]:
    """What is true of the customers who would be asked whether their case is solved."""
    asked = [row for row in rows if row.subject_type == Subject.CLOSED_CASE]
    if not asked:
        return {}
    open_again = facts.complaints(session, {row.customer_id for row in asked if row.customer_id is not None})
    return {
        (row.subject_type, row.subject_id): frozenset(
            {"open-complaint"} if row.customer_id in open_again else ()
        )
        for row in asked
    }


def _decide(policy: Policy, batch: _Batch, row: FollowUp, customer: Customer, now: datetime) -> Decision:
    cadence = policy.cadences.get(row.kind)
    if cadence is None:
        return Skip("no such cadence in the policy any more")
    place = Place(customer.country, customer.timezone)
    if is_for_staff(row):
        place = policy.company.place
        ruled = _to_staff(batch, cadence, row, customer)
        if ruled is not None:
            return ruled
    order = batch.orders.get(row.subject_id) if row.subject_type == Subject.ORDER else None
    if order is not None:
        told = delivery_day.moot(cadence, StepKey.parse(row.step).name, known_of(order), now)
        if told is not None:
            return Skip(told)
    addressee = batch.desk.staff.get(row.staff_id) if row.staff_id is not None else None
    decision = decide(
        cadence,
        policy.windows[cadence.window],
        Moment(
            now=now,
            owed_at=row.owed_at,
            due_at=row.due_at,
            place=place,
            conditions=batch.conditions.get((row.subject_type, row.subject_id), frozenset()),
            newer_step_due=row.id in batch.newer and not cadence.tells_back,
            answered=row.id in batch.answered,
            extras_stopped=customer.wants_no_extras,
            has_address=address(cadence.audience, customer, addressee) is not None,
            never_stale=is_rung(row),
            last_letter_at=batch.letters.get(row.subject_id) if row.subject_type == Subject.INVOICE else None,
            letters_apart=timedelta(days=policy.credit.days_between_letters),
            held_until=None if is_for_staff(row) else batch.held_until(row),
        ),
    )
    if isinstance(decision, Send) and batch.rungs.waits_for_digest(row):
        return batch.rungs.in_digest(row)
    return decision


def _to_staff(batch: _Batch, cadence: Cadence, row: FollowUp, customer: Customer) -> Decision | None:
    """Choose which of our own people gets a notice, into `row.staff_id`; a decision where nobody does."""
    if is_rung(row):
        return batch.rungs.decided.get(row.id)
    level = batch.levels.get(row.subject_id, 0) if row.subject_type == Subject.CASE else 0
    audience = audience_of(level) if cadence.audience == Role.MANAGER else cadence.audience
    people_ = batch.people_for(row)
    chosen = addressee_of(people_, batch.desk.day, cadence, audience, row, customer)
    if chosen is None:
        return (
            batch.rungs.unheard(row) if audience != Role.SELLER else batch.rungs.without_seller(row, people_)
        )
    row.staff_id = chosen
    if row.subject_type == Subject.CASE and audience != Role.SELLER:
        fill_in(batch.rungs.session, row.subject_id, chosen, batch.rungs.now, row.sweep)
    return None


def _point_to_cases(session: Session, report: Report, held: Sequence[tuple[str, Hold, int]]) -> None:
    """What is held can be looked up: the customer's open case stands beside it."""
    known = cases.open_numbers(session, {customer_id for *_, customer_id in held}) if held else {}
    for kind, decision, customer_id in held:
        if customer_id in known:
            report.count(kind, *outcome_of(decision), number=0, cases=[known[customer_id]])


def _group(
    session: Session, policy: Policy, batch: _Batch, sends: Sequence[tuple[FollowUp, Customer]], now: datetime
) -> list[Group]:
    together: dict[tuple[Any, ...], list[tuple[FollowUp, Customer]]] = {}
    for row, customer in sends:
        one = policy.cadences[row.kind].one_letter and row.nudge == 0
        together.setdefault((row.kind, customer.id) if one else (row.id,), []).append((row, customer))
    called = facts.called(session, batch.invoices)
    declared = contract_ends.told_back(session, policy, sends)
    threads = messages.thread_keys(session, [row.id for row, _ in sends if row.nudge])
    return [
        Group(
            follow_ups=(rows := gravest_first(policy, [row for row, _ in pairs])),
            customer=pairs[0][1],
            cadence=policy.cadences[rows[0].kind],
            order=_order_of(session, batch, rows[0]),
            invoices=[batch.invoices[row.subject_id] for row in rows if row.subject_type == Subject.INVOICE],
            dossier=dossiers.dossier(session, rows[0].subject_id, now) if is_case(rows[0]) else None,
            reminds_of=threads.get(rows[0].id),
            notice=notice(session, rows[0], now),
            digest=digest_of(session, policy, rows[0].subject_id, now) if rows[0].kind == DIGEST else None,
            declared=declared.get(rows[0].id),
            called_at=called_at({row.subject_id for row in rows} & batch.invoices.keys(), called),
        )
        for pairs in together.values()
    ]


def _order_of(session: Session, batch: _Batch, row: FollowUp) -> Order | None:
    if row.subject_type == Subject.CLOSED_CASE:
        return commitments.order_about(session, row.customer_id or 0, (row.subject_type, row.subject_id))
    return batch.orders.get(row.subject_id) if row.subject_type == Subject.ORDER else None
