"""What a mailbox is to us, whatever it is made of."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

from models.errors import TryLaterError


class MailboxUnreachableError(TryLaterError):
    """The mailbox could not be opened, or was lost in the middle. What was recorded stays; the rest comes next time."""


@dataclass(frozen=True)
class UnreadMail:
    """A mail that was not looked at yet."""

    uid: int
    size_bytes: int


@dataclass(frozen=True)
class Fetched:
    """A mail as the mailbox has it."""

    uid: int
    size_bytes: int
    received_at: datetime
    """When the mailbox got it, in UTC."""
    raw: bytes | None
    """Nothing when it is not addressed to us."""
    is_whole: bool = True
    """Whether `raw` is the whole mail, or its head only because it is too large."""


class SeenMails(Protocol):
    """What our database remembers of one mailbox under one UIDVALIDITY."""

    def highest(self) -> int:
        """The highest UID looked at, 0 when none was."""
        ...

    def among(self, uids: Collection[int]) -> set[int]:
        """Which of these were looked at."""
        ...


class Mailbox(Protocol):
    """A mailbox to collect from; opened by `with`. Every method raises `MailboxUnreachableError`."""

    @property
    def name(self) -> str:
        """Names it in the database, without any secret."""
        ...

    @property
    def uidvalidity(self) -> int:
        """As long as it stays the same, a UID means the same mail."""
        ...

    def __enter__(self) -> Self:
        """Open it."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        ...

    def waiting(self, seen: SeenMails) -> Sequence[UnreadMail]:
        """What was not looked at, in ascending order of UID."""
        ...

    def has_new(self, seen: SeenMails) -> bool:
        """Whether a mail for us was not looked at; asks for as little as it can."""
        ...

    def fetch(self, batch: Sequence[UnreadMail], max_bytes: int) -> Iterator[Fetched]:
        """The mails of a batch in its order, only the heads of larger ones; those that are gone are left out."""
        ...

    def flag(self, uids: Collection[int]) -> None:
        """Show to people who look into it that these were read. A courtesy: nothing of ours depends on it."""
        ...
