"""What a mail server said, in the state folder, until it stands in the database.

A process that is killed takes what it has read with it, but not what it handed to the kernel before: each step of a
mail is one `write` here, before anything else is done with it. Each batch has a file of its own, locked while its
process lives; one that can be locked was left by a process that is gone. No customer's address stands in it.
"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models.rules.sending.answers import Accepted, Answer, Deferred, Refused

_SUFFIX = ".journal"
_KINDS: dict[str, Callable[..., Answer]] = {"accepted": Accepted, "deferred": Deferred, "refused": Refused}
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True)
class JournalReply:
    """The reply to the body of a mail, and when it was read (UTC)."""

    answer: Answer
    at: datetime


class Journal:
    """The journals of this machine. Without a folder nothing is kept, and every doubt counts as this machine's own."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @contextmanager
    def batch(self, token: str) -> Iterator["Book"]:
        """The journal of a batch. What `Book.is_settled` does not say stands in the database stays for the next run.

        Raises:
            OSError: the state folder cannot be written.
        """
        book = Book(None, None) if self._folder is None else _new(self._folder, token)
        try:
            yield book
        finally:
            book.close()

    def left(self) -> Iterator["Left"]:
        """The journals of processes that are gone, one after the other, each kept from others meanwhile."""
        for path in self._files():
            with contextlib.suppress(FileNotFoundError), path.open("r+b") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue  # its process lives
                if path.exists() and os.fstat(file.fileno()).st_ino == path.stat().st_ino:
                    yield _read(path, file.read())

    def tokens(self) -> set[str] | None:
        """The batches that were marked on this machine and are not settled; None when nothing is kept."""
        return None if self._folder is None else {path.stem for path in self._files()}

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}")) if self._folder is not None else []


class Book:
    """The journal of a batch that is being sent."""

    def __init__(self, path: Path | None, descriptor: int | None) -> None:
        self._path, self._descriptor = path, descriptor
        self.is_settled = False
        """Set once every outcome stands in the database."""

    def entry(self, key: str) -> "Entry":
        """Witness of one mail."""
        return Entry(self, key)

    def write(self, line: str) -> None:
        """One line, one write.

        Raises:
            OSError: the disk is full, for instance.
        """
        if self._descriptor is not None:
            os.write(self._descriptor, f"{line}\n".encode())

    def sync(self) -> None:
        """Bring it to the disk, for a machine that loses its power."""
        if self._descriptor is not None:
            os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Remove what is settled, and leave the rest to the next run."""
        if self._descriptor is None or self._path is None:
            return
        if self.is_settled:
            self._path.unlink(missing_ok=True)
        os.close(self._descriptor)
        self._descriptor = None


@dataclass(frozen=True)
class Entry:
    """Writes down the steps of one mail."""

    book: Book
    key: str

    def begins(self) -> None:
        """The body is about to go out."""
        self.book.write(self.key)

    def heard(self, answer: Answer) -> None:
        """The reply to the body. Where it cannot be written down, it is still in hand, and the sweep goes on."""
        said = [self.key, time.time(), type(answer).__name__.lower(), *vars(answer).values()]
        with contextlib.suppress(OSError):
            self.book.write(json.dumps(said))


@dataclass(frozen=True)
class Left:
    """What a process that is gone wrote down."""

    path: Path
    token: str
    begun: frozenset[str]
    """Keys of the mails of which the body may have gone out."""
    heard: dict[str, JournalReply]
    is_whole: bool
    """Whether this machine ran on: then a mail that stands nowhere here was never begun."""

    def remove(self) -> None:
        """Everything in it stands in the database."""
        self.path.unlink(missing_ok=True)


def _new(folder: Path, token: str) -> Book:
    """Locked before it has its name, so that nobody takes it for one that was left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    unnamed, path = folder / f".{token}", folder / f"{token}{_SUFFIX}"
    descriptor = os.open(unnamed, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    book = Book(path, descriptor)
    book.write(f"boot {_boot()}")
    unnamed.rename(path)
    return book


def _read(path: Path, data: bytes) -> Left:
    first, *lines = data.decode("utf-8", "replace").split("\n")
    begun, heard = set(), {}
    for line in lines[:-1]:  # one without its line end was cut off
        if not line.startswith("["):
            begun.add(line)
            continue
        with contextlib.suppress(ValueError, KeyError, TypeError):
            key, at, kind, *values = json.loads(line)
            heard[key] = JournalReply(_KINDS[kind](*values), datetime.fromtimestamp(at, UTC))
    boot = _boot()
    return Left(path, path.stem, frozenset(begun), heard, bool(boot) and first == f"boot {boot}")


def _boot() -> str:
    """Which start of the machine this is; empty where nobody knows."""
    with contextlib.suppress(OSError):
        return _BOOT_ID.read_text(encoding="ascii").strip()
    return ""
