"""A lean cron script: smtplib over one kept connection, SQLite or PostgreSQL, a commit a mail."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.peers import Kept, given

_OUTBOX = (
    "CREATE TABLE outbox (id {} PRIMARY KEY, sender text, recipient text, body {}, state text, answer text)"
)


def _sqlite(folder: str) -> tuple[Any, str]:
    """The open database, and how a statement writes a parameter."""
    db = sqlite3.connect(Path(folder) / "cron.db")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(_OUTBOX.format("INTEGER", "blob"))
    return db, "?"


def _postgres(url: str) -> tuple[Any, str]:
    """As `_sqlite`."""
    db = psycopg.connect(url.replace("+psycopg", ""))
    db.execute(_OUTBOX.format("BIGSERIAL", "bytea"))
    return db, "%s"


def main() -> None:
    """Send and print the seconds."""
    port, mails, state = given()
    db, value = _postgres(state) if state.startswith("postgresql") else _sqlite(state)
    rows = [(*mail, "due") for mail in mails]
    insert = f"INSERT INTO outbox (sender, recipient, body, state) VALUES ({', '.join([value] * 4)})"
    db.cursor().executemany(insert, rows)
    db.commit()
    began = time.perf_counter()
    connection = Kept(port)
    due = db.execute("SELECT id, sender, recipient, body FROM outbox WHERE state = 'due'").fetchall()
    record = f"UPDATE outbox SET state = 'sent', answer = {value} WHERE id = {value}"
    for id_, *mail in due:
        answer = connection.send(*mail)
        db.execute(record, (answer, id_))
        db.commit()
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
