"""Stand-ins of a few lines for what lies outside: a mail server that remembers, and says what it is told to."""

import email.policy
from collections.abc import Callable, Collection
from datetime import datetime
from email import message_from_bytes

from models.rules.sending.answers import Accepted, Answer, Doubtful, NotStarted, Withheld
from tasks.smtp.transaction import Mail, PostingWitness


def plain(mail: Mail) -> str:
    """The words of a mail, on one line."""
    part = message_from_bytes(mail.body, policy=email.policy.default).get_body(preferencelist=("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


class FakeMailer:
    """Keeps every mail it accepts; `answers` decides about each, accepting when it is not set."""

    def __init__(self, answers: Callable[[Mail], Answer] | None = None) -> None:
        self.mails: list[Mail] = []
        self.answers = answers or (lambda _mail: Accepted(250, "OK"))

    async def send(self, mail: Mail, witness: PostingWitness | None = None) -> Answer:
        answer = self.answers(mail)
        if witness is not None and not isinstance(answer, NotStarted | Withheld):
            witness.begins()
            if not isinstance(answer, Doubtful):
                witness.heard(answer)
        if isinstance(answer, Accepted):
            self.mails.append(mail)
        return answer

    def withhold(self, why: str) -> None:
        """Nothing waits here."""

    def to(self, address: str) -> list[Mail]:
        """The mails to one address, in order."""
        return [mail for mail in self.mails if mail.recipients[0] == address]


class FakeArchive:
    """Holds what a test puts in."""

    def __init__(self, *message_ids: str) -> None:
        self.message_ids = set(message_ids)

    def holds(self, message_ids: Collection[str]) -> set[str]:
        """Those of them that are there."""
        return self.message_ids & set(message_ids)

    def fetch(self, message_id: str, at: datetime) -> bytes | None:
        """It keeps no words."""
        del message_id, at
        return None
