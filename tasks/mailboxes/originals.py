"""The mails as they came, kept as files outside the database."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

_AT_ONCE = 16
"""Mails that wait for the disk at one time: it takes about as long for all of them as for one."""


class Originals:
    """A folder of originals, each named by its SHA-256. What is there is whole, also after a crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, raw: bytes) -> str:
        """Write one mail down for good, and return its digest."""
        with self.keeping([raw]) as digests:
            return digests[0]

    @contextmanager
    def keeping(self, mails: Sequence[bytes]) -> Iterator[list[str]]:
        """Write mails down for good by the end of the block, and give their digests, in order.

        The disk works while the block does. Before it ends, no row may speak of them.
        """
        digests = [hashlib.sha256(raw).hexdigest() for raw in mails]
        new = {
            digest: raw for digest, raw in zip(digests, mails, strict=True) if not self._path(digest).exists()
        }
        with ThreadPoolExecutor(_AT_ONCE) as disk:
            # all are written before the first is waited for: the file system brings them to the disk together
            written = [disk.submit(_finish, half, path) for half, path in self._begin(new)]
            yield digests
            folders = {folder for done in written for folder in (done.result().parent, self._folder)}
            for synced in [disk.submit(_sync, folder) for folder in folders]:
                synced.result()

    def _begin(self, mails: Mapping[str, bytes]) -> list[tuple[Path, Path]]:
        """Write mails, and return under which names, and how they will be called once they are on the disk."""
        begun = []
        for digest, raw in mails.items():
            path = self._path(digest)
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # A name of its own: a run on another machine that shares the folder may keep the same mail at this instant.
            with NamedTemporaryFile(
                dir=path.parent, prefix=f"{digest}.", suffix=".half", delete=False
            ) as half:
                half.write(raw)
            begun.append((Path(half.name), path))
        return begun

    def read(self, digest: str) -> bytes | None:
        """A mail as it came; nothing when it is not kept (any more)."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            return None

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / f"{digest}.eml"


def _finish(half: Path, path: Path) -> Path:
    """Bring a mail to the disk, and then give it its name."""
    _sync(half)
    return half.rename(path)


def _sync(path: Path) -> None:
    """Wait until a file is on the disk; its name is there only when its folder is."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
