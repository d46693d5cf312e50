"""Contacts of a matter that begins again: what was said of it before keeps its place in the story, and no other."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.rules.planning.step_key import StepKey
from models.tables import Customer, FollowUp, Invoice
from models.words import FollowUpState, Subject

_DONE = (
    FollowUpState.SENT,
    FollowUpState.ANSWERED,
    FollowUpState.SILENT,
    FollowUpState.BOUNCED,
    FollowUpState.FAILED,
    FollowUpState.RAISED,
    FollowUpState.SKIPPED,
)
WHILE_CANCELLED = "over while the order was cancelled"


def begin_again(
    session: Session, anchor: str, subject: Subject, ids: Sequence[tuple[int, date]], kinds: Collection[str]
) -> None:
    """Free the steps of these kinds about subjects for another round; each names the day of the round that ends.

    What went out stays, under a step that says which day of `anchor` it hung on, and is waited for no longer.
    """
    for id_, day in ids:
        rows = session.scalars(
            select(FollowUp)
            .where(
                FollowUp.subject_type == subject,
                FollowUp.subject_id == id_,
                among(FollowUp.kind, kinds),
                FollowUp.state.in_(_DONE),
                ~FollowUp.step.contains("@"),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        for row in rows:
            before = replace(StepKey.parse(row.step), was_about=(anchor, int(f"{day:%Y%m%d}")))
            row.step, row.answer_by = str(before), None
    session.flush()


def last_days(session: Session, invoice_ids: Collection[int]) -> dict[int, tuple[str, date]]:
    """By invoice: the country of its customer, and the day that it is due."""
    rows = session.execute(
        select(Invoice.id, Customer.country, Invoice.due_on)
        .join(Customer, Customer.id == Invoice.customer_id)
        .where(among(Invoice.id, invoice_ids))
    )
    return {id_: (country, day) for id_, country, day in rows}


def let_pass(session: Session, order_id: int, kinds: Collection[str], now: datetime) -> None:
    """What was owed of these kinds until now is over: it came to its time while the order was cancelled."""
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.subject_type == Subject.ORDER,
            FollowUp.subject_id == order_id,
            among(FollowUp.kind, kinds),
            FollowUp.owed_at <= now,
            (FollowUp.state.in_((FollowUpState.PLANNED, FollowUpState.HELD)))
            | ((FollowUp.state == FollowUpState.SKIPPED) & (FollowUp.reason == "cancelled")),
        )
        .values(state=FollowUpState.SKIPPED, reason=WHILE_CANCELLED)
        .execution_options(synchronize_session=False)
    )
