"""Whether the mail server refuses everybody's mail, as the last run that saw it wrote down for all runs."""

import json
from datetime import datetime

from sqlalchemy.orm import Session

from models.queries.watermarks import set_watermark, watermark

MARK = "mail-server-refuses"
"""The watermark: empty when the server takes mail; else its words, and since when it refuses."""


def refused_since(session: Session) -> tuple[str, datetime] | None:
    """The server's words and since when it refuses; None when it takes mail."""
    value = watermark(session, MARK)
    if not value:
        return None
    found = json.loads(value)
    return found["words"], datetime.fromisoformat(found["since"])


def note_refusal(session: Session, words: str, now: datetime) -> bool:
    """Note that the server refuses; returns whether that is news."""
    known = refused_since(session)
    since = known[1] if known else now
    set_watermark(session, MARK, json.dumps({"words": words, "since": since.isoformat()}), now)
    return known is None


def note_taken(session: Session, now: datetime) -> None:
    """Note that the server takes mail again."""
    set_watermark(session, MARK, "", now)
