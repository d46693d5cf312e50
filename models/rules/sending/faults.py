"""A fault that keeps one row back: of the program, or of a text. The others go on."""

from dataclasses import dataclass
from enum import StrEnum

_LONGEST = 200
_PREFIX = "a fault of the "


class FaultKind(StrEnum):
    """What has to be mended."""

    PROGRAM = "program"
    TEXT = "text"


@dataclass(frozen=True)
class Fault:
    """What keeps a row back. The cause names places and types, nobody's data, and is the same for like rows."""

    kind: FaultKind
    cause: str

    @property
    def reason(self) -> str:
        """As rows, tables and sentences have it."""
        return f"{_PREFIX}{self.kind}: {' '.join(self.cause.split())[:_LONGEST]}"


def is_fault(reason: str | None) -> bool:
    """Whether a row is held for a fault."""
    return reason is not None and reason.startswith(_PREFIX)


class Stage(StrEnum):
    """What was being done when a row was held, which says what it takes to try it again."""

    SEND = "send"
    """A follow-up that was due."""
    SILENCE = "silence"
    """A follow-up whose time to answer is over."""
    PLAN_ORDER = "plan-order"
    PLAN_INVOICE = "plan-invoice"
    OTHER = "other"
    """Work that is looked for anew at every run, so that nothing has to be brought back."""


def parse(reason: str) -> Fault:
    """The fault that a reason names.

    Raises:
        ValueError: it names none.
    """
    kind, _, cause = reason.removeprefix(_PREFIX).partition(": ")
    return Fault(FaultKind(kind), cause)
