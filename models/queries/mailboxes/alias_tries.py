"""What came of trying the addresses under which customers reach our people, with its date."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from models.queries.watermarks import set_watermark, watermark
from models.rules.mailboxes.return_address import Standing, Tried

_MARK = "aliases"


def name_of(address: str) -> str:
    """Names an address without saying it."""
    return sha256(address.lower().encode()).hexdigest()[:16]


def tried(session: Session) -> dict[str, Tried]:
    """What came of the last try, by the name of the address."""
    found = json.loads(watermark(session, _MARK) or "{}")
    return {
        name: Tried(Standing(one["standing"]), name, datetime.fromisoformat(one["at"]))
        for name, one in found.items()
    }


def note(session: Session, came_of: Mapping[str, Standing], now: datetime) -> None:
    """Remember what came of it, by the name of the address."""
    known = {
        name: {"standing": one.standing, "at": one.at.isoformat()} for name, one in tried(session).items()
    }
    known |= {name: {"standing": standing, "at": now.isoformat()} for name, standing in came_of.items()}
    set_watermark(session, _MARK, json.dumps(known), now)
