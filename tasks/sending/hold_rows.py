"""Follow-ups that a fault keeps back: held, counted, and tried again once it is mended."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries.sending import claim
from models.rules.sending.faults import Fault, Stage
from models.tables import FollowUp
from models.words import FollowUpState
from tasks.runtime.held_rows import hold
from tasks.sending.sweep_report import FAULT, Report


def hold_rows(session: Session, ids: Sequence[int], fault: Fault, now: datetime, report: Report) -> None:
    """Hold claimed follow-ups for a fault. They keep their times, so that what is mended too late is stale."""
    claim.settle(session, [{"id": id_, "state": FollowUpState.HELD, "reason": fault.reason} for id_ in ids])
    hold(session, fault, Stage.SEND, ids, now)
    rows = [session.get_one(FollowUp, id_) for id_ in ids]
    report.count(rows[0].kind, FAULT, fault.reason, len(rows), about=rows)
