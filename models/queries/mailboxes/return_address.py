"""What came of trying an envelope sender of its own for each mail, with its date."""

import json
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from models.queries.watermarks import set_watermark, watermark
from models.rules.mailboxes.return_address import Standing, Tried

_MARK = "return-address"


def way(server: str, sender: str) -> str:
    """Names a mail server and an address of ours, without saying them."""
    return sha256(f"{server} {sender}".lower().encode()).hexdigest()[:16]


def tried(session: Session) -> Tried | None:
    """What came of the last try; None when there was none."""
    value = watermark(session, _MARK)
    if not value:
        return None
    found = json.loads(value)
    return Tried(Standing(found["standing"]), found["way"], datetime.fromisoformat(found["at"]))


def note(session: Session, standing: Standing, way: str, now: datetime) -> None:
    """Remember what came of it."""
    value = json.dumps({"standing": standing, "way": way, "at": now.isoformat()})
    set_watermark(session, _MARK, value, now)


def note_on_same_way(session: Session, standing: Standing, now: datetime) -> None:
    """Remember what came of a try that is known; nothing where none is."""
    if (known := tried(session)) is not None:
        note(session, standing, known.way, now)
