"""A process that collects a test's mailbox, to be killed: `python -m tests.collector DATABASE FOLDER`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from models import policy as policies
from tasks.mailboxes.collect import collect
from tasks.mailboxes.intake import Reception
from tasks.mailboxes.maildir import MaildirMailbox
from tasks.mailboxes.originals import Originals
from tasks.mails.links import Links
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database

if __name__ == "__main__":
    folder = Path(sys.argv[2])
    clock = SetClock(datetime(2026, 3, 18, 9, 0, tzinfo=UTC))
    policy = policies.load(Path(__file__).parent.parent / "policy.toml")
    desk = Reception(
        Database(sys.argv[1]),
        policy,
        clock,
        Links("http://pages.example", "test key", clock),
        Originals(folder / "originals"),
        (MaildirMailbox(folder / "mailbox", policy.company.sender),),
    )
    print("ready", flush=True)
    collect(desk)
