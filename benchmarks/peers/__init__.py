"""What a Python team would otherwise use: each sends ready-made mails, in a process of its own, and prints its seconds.

They do less than a sweep: nothing is read again, rendered or composed. `python -m benchmarks.peers.NAME PORT MAILS
STATE`: the mail server's port, a pickle of (sender, recipient, body), and a folder or a database's address for state.
"""

import pickle
import smtplib
import sys
from pathlib import Path
from typing import NamedTuple


class Given(NamedTuple):
    """What a harness gets."""

    port: int
    mails: list[tuple[str, str, bytes]]
    state: str


def given() -> Given:
    """The arguments of the process."""
    _, port, path, state = sys.argv
    return Given(int(port), pickle.loads(Path(path).read_bytes()), state)


class Kept:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self._client = smtplib.SMTP("127.0.0.1", port)

    def send(self, sender: str, recipient: str, body: bytes) -> str:
        """Send, as `smtplib` has it; the server's last answer."""
        client = self._client
        client.mail(sender)
        client.rcpt(recipient)
        code, text = client.data(body)
        return f"{code} {text.decode()}"
