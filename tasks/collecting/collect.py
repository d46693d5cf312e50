"""Collecting: look, keep the original, record and act in one transaction a mail. A kill loses and doubles nothing."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models.policy import Policy
from models.queries import inbound
from models.tables import Inbound
from models.words import InboundState, ParkedFor
from tasks.clock import Clock
from tasks.collecting.effects import Arrived, park, take_up
from tasks.collecting.mailbox import Fetched, Mailbox, MailboxUnreachableError, Waiting
from tasks.collecting.matching import Match, match
from tasks.collecting.originals import Originals
from tasks.collecting.tally import Became, Tally
from tasks.database import Database
from tasks.inbound import message
from tasks.inbound.message import Unreadable
from tasks.inbound.reading import read
from tasks.mails.links import Links

_BATCH = 100
_MEGABYTE = 1024 * 1024
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
class _Memory:
    """What the database remembers of a mailbox."""

    db: Database
    mailbox: Mailbox

    def highest(self) -> int:
        with self.db.read() as session:
            return inbound.highest_uid(session, self.mailbox.name, self.mailbox.uidvalidity)

    def among(self, uids: Collection[int]) -> set[int]:
        with self.db.read() as session:
            return inbound.known_uids(session, self.mailbox.name, self.mailbox.uidvalidity, uids)


def collect(reception: Reception) -> Tally:
    """Read every mailbox. One that cannot be reached stands in the tally's problems, and the next one is read."""
    tally = Tally()
    for mailbox in reception.mailboxes:
        try:
            with mailbox:
                _collect_from(reception, mailbox, tally)
        except MailboxUnreachableError as error:
            tally.problems.append(str(error))
    return tally


def _collect_from(reception: Reception, mailbox: Mailbox, tally: Tally) -> None:
    limit = reception.policy.answers.max_mail_megabytes * _MEGABYTE
    for batch in _batches(mailbox.waiting(_Memory(reception.db, mailbox))):
        seen: list[int] = []
        elsewhere: list[Fetched] = []
        for item in mailbox.fetch(batch, limit):
            if item.raw is None:
                elsewhere.append(item)
                continue
            tally.counts[_take_in(reception, mailbox, item, item.raw)] += 1
            seen.append(item.uid)
        with reception.db.write() as session:
            inbound.saw(
                session, [_sighting(mailbox, item, None, reception.clock.now()) for item in elsewhere]
            )
        tally.counts[Became.ELSEWHERE] += len(elsewhere)
        mailbox.flag(seen)


def _batches(waiting: Sequence[Waiting]) -> Iterator[Sequence[Waiting]]:
    for start in range(0, len(waiting), _BATCH):
        yield waiting[start : start + _BATCH]


def _take_in(reception: Reception, mailbox: Mailbox, item: Fetched, raw: bytes) -> Became:
    """One mail. Its original is safe before the row that speaks of it is."""
    digest, now = reception.originals.keep(raw), reception.clock.now()
    try:
        mail: message.Inbound | Unreadable = read(raw)
    except Unreadable as error:
        mail = error
    with reception.db.write() as session:
        row = inbound.add(session, _row(item, raw, digest, mail, now))
        identity = _identity(raw, mail)
        known = row.id if row is not None else inbound.id_of(session, identity)
        inbound.saw(session, [_sighting(mailbox, item, known, now)])
        if row is None:
            return Became.AGAIN
        return _judge(session, reception, row, item, mail, now)


def _judge(
    session: Session, reception: Reception, row: Inbound, item: Fetched, mail: message.Inbound | Unreadable,
    now: datetime,
) -> Became:  # fmt: skip
    """Match it and act on it. A fault of ours parks this mail, and does not keep the next ones waiting."""
    policy, links = reception.policy, reception.links
    if isinstance(mail, Unreadable):
        return _reject(session, policy, row, ParkedFor.UNREADABLE, now)
    if mail.message_id and links.read_message_id(mail.message_id):
        row.state, row.handled_at, row.handled_by, row.outcome = (
            InboundState.HANDLED,
            now,
            "flow",
            Became.OURS,
        )
        return Became.OURS
    try:
        with session.begin_nested():
            found = match(session, links, mail)
            _note(row, found)
            if not item.is_whole:
                return _reject(session, policy, row, ParkedFor.TOO_LARGE, now)
            return take_up(session, policy, Arrived(row, found, mail), now)
    except SQLAlchemyError:
        raise  # the database is in trouble, not the mail
    except Exception as error:  # noqa: BLE001 (whatever a stranger sends must cost one parked mail, never the mailbox)
        session.refresh(row)
        row.why = f"a fault of the program: {type(error).__name__}"
        return park(session, policy, row, ParkedFor.FAULT, now)


def _note(row: Inbound, found: Match) -> None:
    row.matched_by, row.customer_id = found.by, found.customer_id
    row.follow_up_id = found.follow_ups[0].id if found.follow_ups else None


def _reject(session: Session, policy: Policy, row: Inbound, why: ParkedFor, now: datetime) -> Became:
    park(session, policy, row, why, now)
    row.state = InboundState.REJECTED
    return Became.REJECTED


def _row(
    item: Fetched, raw: bytes, digest: str, mail: message.Inbound | Unreadable, now: datetime
) -> dict[str, object]:
    row = {
        "identity": _identity(raw, mail), "digest": digest, "size_bytes": item.size_bytes,
        "received_at": min(item.received_at, now), "recorded_at": now, "state": InboundState.PARKED,
    }  # fmt: skip
    if isinstance(mail, Unreadable):
        return row | {
            "message_id": None, "sender": "", "sender_name": "", "subject": "", "verdict": _UNREADABLE,
            "why": str(mail), "words": "", "quoted": "", "attachments": [],
        }  # fmt: skip
    return row | {
        "message_id": mail.message_id, "sender": mail.sender, "sender_name": mail.sender_name,
        "subject": mail.subject, "verdict": mail.verdict.value, "why": mail.why, "words": mail.words,
        "quoted": mail.quoted, "attachments": [one.name for one in mail.attachments],
    }  # fmt: skip


def _identity(raw: bytes, mail: message.Inbound | Unreadable) -> str:
    """The same mail that took another way has other headers, but the same Message-ID and body."""
    message_id = None if isinstance(mail, Unreadable) else mail.message_id
    text = raw.replace(b"\r\n", b"\n")
    counted = (
        message_id.encode("utf-8", "replace") + b"\0" + text.partition(b"\n\n")[2] if message_id else text
    )
    return hashlib.sha256(counted).hexdigest()


def _sighting(mailbox: Mailbox, item: Fetched, inbound_id: int | None, now: datetime) -> dict[str, object]:
    return {
        "mailbox": mailbox.name, "uidvalidity": mailbox.uidvalidity, "uid": item.uid, "inbound_id": inbound_id,
        "at": now,
    }  # fmt: skip
