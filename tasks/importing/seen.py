"""Which references came before in this import: on disk, since a company may have millions of them."""

import sqlite3

_MAKE = "CREATE TABLE seen (ref TEXT PRIMARY KEY) WITHOUT ROWID"
_ADD = "INSERT OR IGNORE INTO seen VALUES (?)"


class SeenKeys:
    """A set of texts that takes two megabytes of memory, whatever it holds; it is gone with the object."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)  # a nameless one lies in a temporary file
        self._file.execute("PRAGMA journal_mode = OFF")
        self._file.execute(_MAKE)
        self._file.execute("BEGIN")

    def add(self, ref: str) -> bool:
        """Remember a reference; False when it came before."""
        return self._file.execute(_ADD, (ref,)).rowcount == 1

    def has(self, ref: str) -> bool:
        """Whether a reference came."""
        return self._file.execute("SELECT 1 FROM seen WHERE ref = ?", (ref,)).fetchone() is not None

    def close(self) -> None:
        """Take the file away."""
        self._file.close()
