"""Variables of a source. The day of its first import is kept: importing again gives the same facts."""

from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from models.queries import watermarks
from models.rules.calendar.calendars import zone
from tasks.importing.config import FIRST_IMPORT, SourceConfig


def resolve(session: Session, config: SourceConfig, folder: Path, now: datetime) -> dict[str, str]:
    """The variables by name; a day zero that is not known yet is marked: the local day of `now` (aware)."""
    return {
        name: _first_day(session, config, f"source:{folder.resolve().name}:{name}", now)
        if value == FIRST_IMPORT
        else value
        for name, value in config.variables.items()
    }


def _first_day(session: Session, config: SourceConfig, mark: str, now: datetime) -> str:
    watermarks.take_turn(session)
    if (value := watermarks.watermark(session, mark)) is None:
        value = now.astimezone(zone(config.timezone)).date().isoformat()
        watermarks.set_watermark(session, mark, value, now)
    return value
