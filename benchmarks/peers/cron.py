"""A lean cron script: smtplib over one kept connection, SQLite or PostgreSQL, a commit a mail."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.peers import Kept, given

_COLUMNS = "sender, recipient, body, state, answer"


def _sqlite(folder: str) -> tuple[Any, str]:
    db = sqlite3.connect(Path(folder) / "cron.db")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute(f"CREATE TABLE outbox (id INTEGER PRIMARY KEY, {_COLUMNS})")
    return db, "?"


def _postgres(url: str) -> tuple[Any, str]:
    db = psycopg.connect(url.replace("+psycopg", ""))
    columns = _COLUMNS.replace("body", "body bytea").replace(",", " text,").replace("bytea text", "bytea")
    db.execute(f"CREATE TABLE outbox (id BIGSERIAL PRIMARY KEY, {columns} text)")
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
