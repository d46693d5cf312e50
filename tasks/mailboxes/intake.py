"""Mails are taken in: each original is kept, then rows and effects of many are written in one transaction."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries.cases import cases
from models.queries.mailboxes import inbound
from models.tables import Inbound
from models.words import InboundState, ParkedFor
from tasks.inbound import message
from tasks.inbound.message import Unreadable
from tasks.inbound.reading import read
from tasks.mailboxes.act_on_mail import take_up
from tasks.mailboxes.aliases import saw_alias
from tasks.mailboxes.arrived import Arrived, done
from tasks.mailboxes.mailbox import Fetched, Mailbox
from tasks.mailboxes.matching import match_all, with_waiting
from tasks.mailboxes.originals import Originals
from tasks.mailboxes.own_words import without_ours
from tasks.mailboxes.parking import park, reject
from tasks.mailboxes.probe import saw_probe
from tasks.mailboxes.tally import Became
from tasks.mailboxes.weighing import weigh_again
from tasks.mails.links import Links
from tasks.runtime.clock import Clock
from tasks.runtime.customer_rounds import turns
from tasks.runtime.database import Database

_UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Reception:
    """What collecting works with."""

    db: Database
    policy: Policy
    clock: Clock
    links: Links
    originals: Originals
    mailboxes: Sequence[Mailbox]


@dataclass(frozen=True)
class _Mail:
    """A mail whose original is kept, as it was read."""

    item: Fetched
    mail: message.ReadMail | Unreadable
    identity: str
    digest: str


def take_in(reception: Reception, mailbox: Mailbox, fetched: Sequence[Fetched]) -> list[Became]:
    """Record mails with their bodies and do what they ask for; returns what became of each, in their order.

    The originals are safe before the rows that speak of them are.
    """
    with reception.originals.keeping([item.raw or b"" for item in fetched]) as digests:
        mails = [_read(item, digest) for item, digest in zip(fetched, digests, strict=True)]
    return _record(reception, mailbox, mails)


def sighting(mailbox: Mailbox, item: Fetched, inbound_id: int | None, now: datetime) -> dict[str, Any]:
    """The row that says that a place of a mailbox was looked at."""
    return {
        "mailbox": mailbox.name,
        "uidvalidity": mailbox.uidvalidity,
        "uid": item.uid,
        "inbound_id": inbound_id,
        "at": now,
    }


def _read(item: Fetched, digest: str) -> _Mail:
    raw = item.raw or b""
    try:
        mail: message.ReadMail | Unreadable = read(raw)
    except Unreadable as error:
        mail = error
    return _Mail(item, mail, _identity(raw, mail), digest)


def _record(reception: Reception, mailbox: Mailbox, mails: Sequence[_Mail]) -> list[Became]:
    """All in one transaction; where that fails, each in one of its own, so that a fault costs the mail it lies in."""
    if not mails:
        return []
    try:
        with reception.db.write() as session:
            return _write(session, reception, mailbox, mails)
    except Exception:
        if len(mails) == 1:
            raise
    return [became for one in mails for became in _record(reception, mailbox, [one])]


def _write(session: Session, reception: Reception, mailbox: Mailbox, mails: Sequence[_Mail]) -> list[Became]:
    now = reception.clock.now()
    new = inbound.add(session, [_row(one, now) for one in mails])
    ids = inbound.ids_of(session, {one.identity for one in mails})
    inbound.saw(session, [sighting(mailbox, one.item, ids[one.identity], now) for one in mails])
    became: list[Became | None] = []
    waiting: list[tuple[Inbound, _Mail]] = []
    for one in mails:
        row = new.pop(one.identity, None)  # the same mail may come twice at once
        became.append(Became.AGAIN if row is None else _put_aside(session, reception, row, one.mail, now))
        if row is not None and became[-1] is None:
            waiting.append((row, one))
    acted = _act(session, reception, waiting, now)
    followed = iter([acted[row.id] for row, _ in waiting])
    return [next(followed) if one is None else one for one in became]


def _put_aside(
    session: Session, reception: Reception, row: Inbound, mail: message.ReadMail | Unreadable, now: datetime
) -> Became | None:
    """What became of a mail from which nothing follows; nothing for any other one."""
    if isinstance(mail, Unreadable):
        return reject(session, reception.policy, row, ParkedFor.UNREADABLE, now)
    key = reception.links.read_message_id(mail.message_id) if mail.message_id else None
    is_try = saw_probe(session, reception.links, mail, now) or saw_alias(session, reception.links, mail, now)
    if is_try or key:
        return done(row, Became.OURS, now)
    return None


def _act(
    session: Session, reception: Reception, waiting: Sequence[tuple[Inbound, _Mail]], now: datetime
) -> dict[int, Became]:
    """Match mails and act on them. A fault of ours parks a mail that is alone, and keeps no other one waiting."""
    try:
        with session.begin_nested():
            return _in_turns(session, reception, waiting, now)
    except SQLAlchemyError:
        raise  # the database is in trouble, not the mail
    except Exception as error:
        if len(waiting) != 1:
            raise  # see `_record`
        row = waiting[0][0]
        session.refresh(row)
        row.why = f"a fault of the program: {type(error).__name__}"
        return {row.id: park(session, reception.policy, row, ParkedFor.FAULT, now)}


def _in_turns(
    session: Session, reception: Reception, waiting: Sequence[tuple[Inbound, _Mail]], now: datetime
) -> dict[int, Became]:
    """All customers' first mails, then their second ones: what a mail means may hang on the one before it."""
    read_alone = [one.mail for _, one in waiting if not isinstance(one.mail, Unreadable)]
    mails = without_ours(session, reception.links, reception.policy.company.name, read_alone)
    matches = match_all(session, reception.links, mails, now)
    arrived = [
        Arrived(row, match, mail, is_whole=one.item.is_whole)
        for (row, one), match, mail in zip(waiting, matches, mails, strict=True)
    ]
    for one in arrived:
        _note(one)
    arrived = weigh_again(session, arrived)
    # In one order, as sweeps do it: two runs that lock the cases of the same customers must not wait for each other.
    cases.open_cases_of(session, {id_ for one in arrived if (id_ := one.match.whose) is not None})
    became: dict[int, Became] = {}
    for turn in turns(arrived, lambda one: one.match.whose):
        known = with_waiting(session, [one.match for one in turn])
        taken = [replace(one, match=match) for one, match in zip(turn, known, strict=True)]
        for one in taken:
            one.row.follow_up_id = one.match.follow_ups[0].id if one.match.follow_ups else None
        became |= take_up(session, reception.policy, taken, now)
    return became


def _note(one: Arrived) -> None:
    row, found, mail = one.row, one.match, one.mail
    row.matched_by, row.customer_id = found.by, found.customer_id
    if mail is not None:
        row.words, row.quoted = mail.words, mail.quoted


def _row(one: _Mail, now: datetime) -> dict[str, Any]:
    item, mail = one.item, one.mail
    row = {
        "identity": one.identity,
        "digest": one.digest,
        "size_bytes": item.size_bytes,
        "received_at": min(item.received_at, now),
        "recorded_at": now,
        "state": InboundState.PARKED,
    }
    if isinstance(mail, Unreadable):
        return row | {
            "message_id": None,
            "sender": "",
            "sender_name": "",
            "subject": "",
            "verdict": _UNREADABLE,
            "why": str(mail),
            "words": "",
            "quoted": "",
            "attachments": [],
        }
    return row | {
        "message_id": mail.message_id,
        "sender": mail.sender,
        "sender_name": mail.sender_name,
        "subject": mail.subject,
        "verdict": mail.verdict.value,
        "why": mail.why,
        "words": mail.words,
        "quoted": mail.quoted,
        "attachments": [file.name for file in mail.attachments],
    }


def _identity(raw: bytes, mail: message.ReadMail | Unreadable) -> str:
    """The same mail that took another way has other headers, but the same Message-ID and body."""
    message_id = None if isinstance(mail, Unreadable) else mail.message_id
    text = raw.replace(b"\r\n", b"\n")
    counted = (
        message_id.encode("utf-8", "replace") + b"\0" + text.partition(b"\n\n")[2] if message_id else text
    )
    return hashlib.sha256(counted).hexdigest()
