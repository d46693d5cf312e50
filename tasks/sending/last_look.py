"""The last look at the facts, in the transaction that marks what goes out: they may have changed since the claim.

What would not be sent any more is written down as the claim would have. What would be sent with other words, or to
somebody else, is given back, and the next claim writes it anew.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.sending import claim
from models.rules.sending.before_sending import Send
from models.tables import Customer, FollowUp, Invoice, Order
from tasks.mails.letter_facts import Group
from tasks.sending.apply import apply
from tasks.sending.decide import Ruling, Rulings, decide_batch
from tasks.sending.gather import Batch, gather
from tasks.sending.sweep_report import Report, Scope

_OURS = frozenset({"to_plan", "fingerprint", "told_on", "told_at", "silent_since", "silent_contact_id"})
"""Columns that no mail tells."""


def look_again(
    session: Session, policy: Policy, scope: Scope, groups: Sequence[Group], token: str, report: Report
) -> set[int]:
    """The leads of these groups that may still go out as they were composed; the others are settled or given back.

    Notices to our own people are told by what they say on the page; they are not looked at again.
    """
    to_customers = [group for group in groups if group.lead.staff_id is None]
    kept = {group.lead.id for group in groups if group.lead.staff_id is not None}
    if not to_customers:
        return kept
    ids = [row.id for group in to_customers for row in group.follow_ups]
    batch = gather(session, policy, ids, scope.now, at_any_hour=scope.at_any_hour)
    each = {one.row.id: one for one in decide_batch(policy, batch).each}
    settled: list[Ruling] = []
    given_back: list[int] = []
    for group in to_customers:
        rulings = [each[row.id] for row in group.follow_ups if row.id in each]
        if len(rulings) == len(group.follow_ups) and _is_the_same(batch, group, rulings):
            kept.add(group.lead.id)
            continue
        settled += [one for one in rulings if not isinstance(one.decision, Send)]
        given_back += [one.row.id for one in rulings if isinstance(one.decision, Send)]
    if settled:
        apply(session, policy, scope, Rulings(settled, {}), report)
    claim.release(session, given_back, token)
    report.due |= bool(given_back)  # the same run takes it up again
    return kept


def _is_the_same(batch: Batch, group: Group, rulings: Sequence[Ruling]) -> bool:
    return all(
        isinstance(one.decision, Send)
        and _told(one.customer) == _told(group.customer_of(one.row))
        and _about(batch, one.row) == _about_then(group, one.row)
        for one in rulings
    )


def _about(batch: Batch, row: FollowUp) -> tuple[Any, ...]:
    order, invoice = batch.orders.get(row.subject_id), batch.invoices.get(row.subject_id)
    return _told(invoice if row.subject_type == "invoice" else order if row.subject_type == "order" else None)


def _about_then(group: Group, row: FollowUp) -> tuple[Any, ...]:
    if row.subject_type == "invoice":
        return _told(next((one for one in group.invoices if one.id == row.subject_id), None))
    if row.subject_type != "order":
        return ()
    return _told(next((one for one in group.orders if one.id == row.subject_id), None))


def _told(row: Customer | Order | Invoice | None) -> tuple[Any, ...]:
    """What a row says, as far as a mail may tell it."""
    return () if row is None else tuple(getattr(row, name) for name in _columns(type(row)))


@cache
def _columns(table: type[Any]) -> tuple[str, ...]:
    return tuple(one.key for one in inspect(table).column_attrs if one.key not in _OURS)
