"""Which notices to our own people went out lately, and which the mail servers would not take."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.queries.in_list import among
from models.tables import FollowUp
from models.words import OF_STAFF, FollowUpState

Refused = tuple[str, int, str, int]
"""Subject type, subject id, step, id of staff."""


def refused(session: Session, subject_ids: Collection[int]) -> Counter[Refused]:
    """How often somebody's mail server would not take a notice about one of these, or sent it back."""
    rows = session.execute(
        select(FollowUp.subject_type, FollowUp.subject_id, FollowUp.step, FollowUp.staff_id).where(
            FollowUp.subject_type.in_(OF_STAFF),
            among(FollowUp.subject_id, subject_ids),
            FollowUp.staff_id.is_not(None),
            FollowUp.state.in_((FollowUpState.FAILED, FollowUpState.BOUNCED)),
        )
    )
    return Counter((kind, id_, step, staff_id) for kind, id_, step, staff_id in rows if staff_id is not None)


def told_since(
    session: Session, subject_ids: Collection[int], since: datetime
) -> set[tuple[str, str, int, int | None]]:
    """Kind, subject type, subject id and id of staff of the notices about these that went out since a time."""
    rows = session.execute(
        select(FollowUp.kind, FollowUp.subject_type, FollowUp.subject_id, FollowUp.staff_id).where(
            FollowUp.subject_type.in_(OF_STAFF),
            among(FollowUp.subject_id, subject_ids),
            FollowUp.sent_at > since,
        )
    )
    return {(kind, about, id_, staff_id) for kind, about, id_, staff_id in rows}
