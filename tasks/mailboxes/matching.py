"""Whose mail is it, and what does it answer? By proof first, by the sender's address last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from models.queries.mailboxes import matching
from models.queries.responses import pages
from models.tables import FollowUp, Message, Staff
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
    def whose(self) -> int | None:
        """Whom it concerns: the customer who wrote it, or whose mail it answers."""
        return self.customer_id or (self.mail.customer_id if self.mail is not None else None)

    @property
    def is_known(self) -> bool:
        """Whether it is clear which contact it answers."""
        return bool(self.follow_ups) and self.customer_id is not None


def match_all(session: Session, links: Links, mails: Sequence[Inbound]) -> list[Match]:
    """Find out by the token in an address, then by the Message-IDs a mail names, then by its sender.

    A sender on our own staff is not a customer, whatever the mail answers. Of who is known by the sender alone,
    `with_waiting` says which contact is answered.
    """
    senders = {mail.sender.lower() for mail in mails if mail.sender}
    staff = matching.staff_by_addresses(session, senders)
    keys = [_keys(links, mail) for mail in mails]
    ours = matching.sent_mails(session, {key for named in keys for _, key in named})
    carried = pages.asked_by(session, ours.values())
    found = [_by_keys(named, ours, carried) for named in keys]
    strangers = {mail.sender.lower() for mail, match in zip(mails, found, strict=True) if match is None}
    customers = matching.only_customers(session, strangers - staff.keys() - {""})
    return [
        _of_staff(staff[address], match)
        if (address := mail.sender.lower()) in staff
        else match or Match(customer_id=customers.get(address))
        for mail, match in zip(mails, found, strict=True)
    ]


def with_waiting(session: Session, matches: Sequence[Match]) -> list[Match]:
    """What is known by its sender alone answers the one contact that waits for an answer; where several do, none."""
    known = {one.customer_id for one in matches if one.customer_id is not None and one.by is None}
    waiting = matching.waiting_for_answer(session, known) if known else {}
    return [
        Match("sender", None, contacts, one.customer_id)
        if one.by is None and len(contacts := waiting.get(one.customer_id or 0, [])) == 1
        else one
        for one in matches
    ]


def _keys(links: Links, mail: Inbound) -> list[tuple[str, str]]:
    """What a mail names of ours, with the kind of the proof; the surest first."""
    tokens = (links.read_reply_to(address) for address in mail.recipients)
    named = (*mail.original_message_ids, *mail.in_reply_to, *reversed(mail.references))
    threads = (links.read_message_id(message_id) for message_id in named)
    return [("token", key) for key in tokens if key] + [("thread", key) for key in threads if key]


def _by_keys(
    keys: Iterable[tuple[str, str]], ours: Mapping[str, Message], carried: Mapping[int, Sequence[FollowUp]]
) -> Match | None:
    for by, key in keys:
        if (mail := ours.get(key)) is not None:
            return Match(by, mail, carried[mail.id], mail.customer_id)
    return None


def _of_staff(staff: Staff, match: Match | None) -> Match:
    if match is None:
        return Match(staff_id=staff.id)
    return Match(by=match.by, staff_id=staff.id, mail=match.mail, follow_ups=match.follow_ups)
