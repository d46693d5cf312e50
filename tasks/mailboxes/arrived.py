"""A mail that came in, with its row, and how it is put aside."""

from dataclasses import dataclass
from datetime import datetime

from models.rules.mailboxes.forwarded import Forwarded
from models.tables import Inbound
from models.words import InboundState
from tasks.inbound import message
from tasks.mailboxes.bounces import ACTOR
from tasks.mailboxes.matching import MailMatch
from tasks.mailboxes.tally import Became


@dataclass(frozen=True)
class Arrived:
    """A mail with its row, what it says, and what it belongs to."""

    row: Inbound
    match: MailMatch
    mail: message.ReadMail | None = None
    """Nothing when a person brings it up again later."""
    is_whole: bool = True
    """False: so large that only its head was fetched."""
    said: Forwarded | None = None
    """The customer's mail inside it, where a colleague passed one on."""

    @property
    def is_bulk(self) -> bool:
        """Whether it went to many."""
        return self.mail is not None and self.mail.is_bulk


def done(row: Inbound, became: Became, now: datetime) -> Became:
    """Nobody has to look at it any more."""
    row.state, row.handled_at, row.handled_by, row.outcome = InboundState.HANDLED, now, ACTOR, became
    return became
