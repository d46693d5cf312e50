"""A lean cron script: smtplib over one kept connection, SQLite, a commit a mail."""

import sqlite3
import time
from pathlib import Path

from benchmarks.peers import Kept, given


def main() -> None:
    """Send and print the seconds."""
    port, mails, state = given()
    db = sqlite3.connect(Path(state) / "cron.db")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE outbox (id INTEGER PRIMARY KEY, sender, recipient, body, state, answer)")
    rows = [(*mail, "due") for mail in mails]
    db.executemany("INSERT INTO outbox (sender, recipient, body, state) VALUES (?, ?, ?, ?)", rows)
    db.commit()
    began = time.perf_counter()
    connection = Kept(port)
    due = db.execute("SELECT id, sender, recipient, body FROM outbox WHERE state = 'due'").fetchall()
    for id_, *mail in due:
        answer = connection.send(*mail)
        db.execute("UPDATE outbox SET state = 'sent', answer = ? WHERE id = ?", (answer, id_))
        db.commit()
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
