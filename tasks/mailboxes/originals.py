"""The mails as they came, kept as files outside the database."""

import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile


class Originals:
    """A folder of originals, each named by its SHA-256. What is there is whole, also after a crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, raw: bytes) -> str:
        """Write a mail down for good, and return its digest. Before this returns, no row may speak of it."""
        digest = hashlib.sha256(raw).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A name of its own: a run on another machine that shares the folder may keep the same mail at this instant.
        with NamedTemporaryFile(dir=path.parent, prefix=f"{digest}.", suffix=".half", delete=False) as half:
            half.write(raw)
            half.flush()
            os.fsync(half.fileno())
        Path(half.name).rename(path)
        _sync(path.parent)
        return digest

    def read(self, digest: str) -> bytes | None:
        """A mail as it came; nothing when it is not kept (any more)."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.eml"


def _sync(folder: Path) -> None:
    """The name of a file is safe only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
