"""Faults, and the rows that they hold back."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.rules.sending.faults import Stage
from models.tables import FollowUp, HeldFault, HeldRow, Invoice, Order
from models.words import FollowUpState


def note(session: Session, reason: str, now: datetime) -> HeldFault:
    """The fault of this cause, locked: known or new."""
    found = session.scalar(select(HeldFault).where(HeldFault.reason == reason).with_for_update())
    if found is None:
        found = HeldFault(reason=reason, first_at=now, last_at=now, told_at=None, times_told=0)
        session.add(found)
    found.last_at = now
    session.flush()
    return found


def hold(session: Session, fault: HeldFault, stage: Stage, row_ids: Collection[int], now: datetime) -> None:
    """Note what a fault keeps back."""
    session.execute(delete(HeldRow).where(HeldRow.stage == stage, among(HeldRow.row_id, row_ids)))
    session.add_all(HeldRow(fault_id=fault.id, stage=stage, row_id=id_, at=now) for id_ in row_ids)
    session.flush()


def any_held(session: Session, before: datetime) -> bool:
    """Whether something was held before a time, and can be tried again."""
    return bool(session.scalar(select(exists(select(HeldRow.id).where(HeldRow.at < before)))))


def release(session: Session, before: datetime) -> int:
    """Have everything that was held before a time tried again; returns how much that is."""
    held = session.execute(
        select(HeldRow.id, HeldRow.stage, HeldRow.row_id).where(HeldRow.at < before).with_for_update()
    ).all()
    by_stage: dict[str, list[int]] = {}
    for _, stage, row_id in held:
        by_stage.setdefault(stage, []).append(row_id)
    if by_stage.get(Stage.SEND):
        session.execute(
            update(FollowUp)
            .where(among(FollowUp.id, by_stage[Stage.SEND]), FollowUp.state == FollowUpState.HELD)
            .values(state=FollowUpState.PLANNED, reason=None)
        )
    if by_stage.get(Stage.SILENCE):
        session.execute(
            update(FollowUp)
            .where(
                among(FollowUp.id, by_stage[Stage.SILENCE]),
                FollowUp.state == FollowUpState.SENT,
                FollowUp.answer_by.is_(None),
            )
            .values(answer_by=FollowUp.sent_at)
        )
    for stage, table in ((Stage.PLAN_ORDER, Order), (Stage.PLAN_INVOICE, Invoice)):
        if by_stage.get(stage):
            session.execute(update(table).where(among(table.id, by_stage[stage])).values(to_plan=True))
    session.execute(delete(HeldRow).where(among(HeldRow.id, [id_ for id_, *_ in held])))
    session.expire_all()
    return len(held)


def untold(session: Session, since: datetime) -> Sequence[HeldFault]:
    """Faults that held something back lately and of which nobody was told yet; locked."""
    query = select(HeldFault).where(HeldFault.told_at.is_(None), HeldFault.last_at >= since)
    return session.scalars(query.order_by(HeldFault.id).with_for_update()).all()


def end_quiet(session: Session, before: datetime) -> None:
    """Faults that held nothing back since a time are over: should they come back, a person is told again."""
    holds = exists(select(HeldRow.id).where(HeldRow.fault_id == HeldFault.id))
    session.execute(
        update(HeldFault)
        .where(HeldFault.told_at.is_not(None), HeldFault.last_at < before, ~holds)
        .values(told_at=None)
    )


def by_id(session: Session, fault_id: int) -> tuple[HeldFault, int] | None:
    """A fault, and how many rows it holds."""
    found = session.get(HeldFault, fault_id)
    if found is None:
        return None
    count = select(func.count(HeldRow.id)).where(HeldRow.fault_id == fault_id)
    return found, int(session.scalar(count) or 0)
