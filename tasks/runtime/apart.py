"""Work on many rows in one transaction, in which a fault costs the row that it lies in."""

import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from jinja2 import TemplateError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InvalidRequestError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from models.errors import MendError
from models.rules.sending.faults import Fault, FaultKind

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_ROOTS = ("models", "tasks", "flows")
_OF_TEXTS = ("tasks/mails/labels", "tasks/mails/shelf", "tasks/mails/formats", "tasks/mails/views")


class TextFaultError(MendError):
    """A text, a label or a page cannot be filled in; the message says which, and why."""


def apart(
    session: Session,
    items: Sequence[_Item],
    work: Callable[[Sequence[_Item]], _Result],
    failed: Callable[[_Item, Fault], None],
) -> list[_Result]:
    """Do `work` for all items at once; where that raises, for halves, until each fault stands alone.

    `work` writes in a savepoint and must keep nothing but what it returns. Each item that fails alone goes to `failed`.
    Faults of the database itself are nobody's row: they are raised.
    """
    if not items:
        return []
    try:
        with session.begin_nested():
            return [work(items)]
    except Exception as error:
        if is_of_database(error):
            raise
        if len(items) == 1:
            failed(items[0], fault_of(error))
            return []
    middle = len(items) // 2
    return [*apart(session, items[:middle], work, failed), *apart(session, items[middle:], work, failed)]


def is_of_database(error: Exception) -> bool:
    """Whether the database failed, or the connection to it, and not the work on a row."""
    if isinstance(error, DataError | IntegrityError):
        return error.connection_invalidated
    return isinstance(error, DBAPIError | InvalidRequestError | PoolTimeoutError)


def fault_of(error: BaseException) -> Fault:
    """What has to be mended, without anybody's data: types and places, and the words of whoever reads a text."""
    if isinstance(error, TextFaultError):
        return Fault(FaultKind.TEXT, str(error))
    where = _place(error)
    if isinstance(error, TemplateError):
        return Fault(FaultKind.TEXT, f"{error.message or type(error).__name__} ({where})")
    kind = FaultKind.TEXT if where.startswith(_OF_TEXTS) else FaultKind.PROGRAM
    return Fault(kind, f"{type(error).__name__} in {where}")


def _place(error: BaseException) -> str:
    """The innermost place of our own in a traceback: file without its ending, and function."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        parts = Path(frame.filename).with_suffix("").parts
        start = next((n for n, part in enumerate(parts) if part in _ROOTS and n + 1 < len(parts)), None)
        if start is not None and not frame.filename.endswith("apart.py"):
            return f"{'/'.join(parts[start:])}, {frame.name}"
    return "another library"
