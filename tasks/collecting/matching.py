"""Whose mail is it, and what does it answer? By proof first, by the sender's address last."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.queries import matching
from models.tables import FollowUp, Message
from tasks.inbound.message import Inbound
from tasks.mails.links import Links


@dataclass(frozen=True)
class Match:
    """What a mail belongs to, as far as is known."""

    by: str | None = None
    """`token` and `thread` are proofs: only who got our mail knows them. `sender` anybody can write."""
    mail: Message | None = None
    """The mail of ours that it answers."""
    follow_ups: Sequence[FollowUp] = ()
    """What that mail carried, the one that names it first."""
    customer_id: int | None = None
    """The customer; with nothing else, the one who is likely to have written."""
    staff_id: int | None = None
    """Who of our own people wrote it."""

    @property
    def is_proven(self) -> bool:
        """Whether the sender must have had our mail."""
        return self.mail is not None

    @property
    def is_known(self) -> bool:
        """Whether it is clear which contact it answers."""
        return bool(self.follow_ups) and self.customer_id is not None


def match(session: Session, links: Links, mail: Inbound) -> Match:
    """Find out by the token in an address, then by the Message-IDs it names, then by its sender.

    A sender on our own staff is not a customer, whatever the mail answers.
    """
    staff = matching.staff_by_address(session, mail.sender) if mail.sender else None
    tokens = (links.read_reply_to(address) for address in mail.recipients)
    named = (*mail.original_message_ids, *mail.in_reply_to, *reversed(mail.references))
    threads = (links.read_message_id(message_id) for message_id in named)
    found = _by_keys(session, "token", tokens) or _by_keys(session, "thread", threads)
    if staff is not None:
        return Match(
            by=found.by if found else None, staff_id=staff.id,
            mail=found.mail if found else None, follow_ups=found.follow_ups if found else (),
        )  # fmt: skip
    return found or _by_sender(session, mail.sender)


def _by_keys(session: Session, by: str, keys: Iterable[str | None]) -> Match | None:
    for key in dict.fromkeys(key for key in keys if key):
        ours = matching.sent_mail(session, key)
        if ours is not None:
            return Match(by, ours, matching.carried(session, ours), ours.customer_id)
    return None


def _by_sender(session: Session, sender: str) -> Match:
    customers = matching.customers_by_address(session, sender) if sender else ()
    if len(customers) != 1:
        return Match()
    waiting = matching.waiting_for_answer(session, customers[0])
    if len(waiting) != 1:
        return Match(customer_id=customers[0])
    return Match("sender", None, waiting, customers[0])
