"""Whether a text has words in it, whatever their case: SQLite knows the small letters of English alone."""

from typing import Any

from sqlalchemy import ColumnElement, or_


def has(column: Any, text: str) -> ColumnElement[bool]:
    """Whether a column has `text` in it: as it was typed, in small or large letters, or with capitals."""
    written = dict.fromkeys((text, text.lower(), text.upper(), text.title(), text.capitalize()))
    return or_(*(column.ilike(f"%{_plain(one)}%", escape="\\") for one in written))


def _plain(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
