"""Taking a person out of the rows that stay for the figures."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from models.base import Base
from models.queries.privacy.person import PersonsData
from models.tables import (
    Case,
    Commitment,
    ContractEnd,
    Customer,
    FollowUp,
    History,
    Hold,
    Inbound,
    Invoice,
    Message,
    Order,
    Reply,
    Response,
    Statement,
    Suppression,
    Watermark,
)
from models.words import FollowUpState

NOBODY = "—"
ERASED = "erased"
_MARK = "erased:"
_WORDS: dict[type[Base], dict[str, Any]] = {
    Customer: {
        "name": NOBODY,
        **dict.fromkeys(
            ("email", "billing_email", "certified_email", "phone", "postal_address", "tax_number")
        ),
    },
    Order: {"description": "", "seller_promise": None, "referred_by": None},
    Message: {"subject": "", "text": None, "smtp_text": None},
    Inbound: {
        **dict.fromkeys(("sender", "sender_name", "subject", "words", "quoted", "why", "digest"), ""),
        "attachments": [],
        "message_id": None,
        "outcome": None,
    },
    Response: {"text": None},
    Reply: {"recipient": "", "subject": "", "text": "", "in_reply_to": None, "thread": []},
    Statement: {"text": ""},
    Commitment: {"words": None},
    ContractEnd: {"cause": ""},
    Hold: {"reason": ""},
    Case: {"spoke_with": None},
}
"""What a person is known by, or said, and what takes its place."""
_CODE = re.compile(r"[a-z]+(?:-[a-z]+)+|\d[\d:T+.-]*|[A-Z]+-\d+")
"""Codes, times and references in the history, which the figures need; no word of anybody's."""


def take_out(session: Session, person: PersonsData, now: datetime) -> None:
    """Take the person out of every table; references, days, sums and codes stay."""
    key = person.customer.id
    session.execute(
        update(Message).where(Message.customer_id == key, Message.staff_id.is_(None)).values(recipient="")
    )
    session.execute(
        update(FollowUp)
        .where(
            FollowUp.customer_id == key,
            FollowUp.state.in_((FollowUpState.PLANNED, FollowUpState.HELD, FollowUpState.CLAIMED)),
        )
        .values(state=FollowUpState.SKIPPED, reason=ERASED, claim_token=None, lease_until=None)
    )
    for row in session.scalars(select(History).where(person.rows[History])):
        row.cause = row.cause if row.cause is None or _CODE.fullmatch(row.cause) else ERASED
        row.details = {name: _kept(value) for name, value in row.details.items()}
    for owed in session.scalars(select(Commitment).where(Commitment.customer_id == key)):
        owed.outcome = owed.outcome and owed.outcome.partition(":")[0]  # the code; words stand behind it
    session.flush()
    with _statements_may_change(session):
        for table, values in _WORDS.items():
            session.execute(
                update(table)
                .where(person.rows[table])
                .values(**values)
                .execution_options(synchronize_session=False)
            )
    session.execute(
        delete(Suppression).where(person.rows[Suppression]).execution_options(synchronize_session=False)
    )
    _remember(session, person, now)
    session.expire_all()


def digests(session: Session, person: PersonsData) -> set[str]:
    """The originals of mails that only this customer wrote."""
    theirs = set(session.scalars(select(Inbound.digest).where(person.rows[Inbound])))
    others = select(Inbound.digest).where(Inbound.digest.in_(theirs), ~person.rows[Inbound])
    return theirs - set(session.scalars(others))


def mark_of(kind: str) -> str:
    """What the name of the note begins with that says that a reference of this kind is erased."""
    return f"{_MARK}{kind}:"


def erased(session: Session) -> dict[str, set[str]]:
    """References of erased customers, and of their orders and invoices: a source may bring them again."""
    found: dict[str, set[str]] = {}
    for name in session.scalars(
        select(Watermark.name).where(Watermark.name.startswith(_MARK, autoescape=True))
    ):
        kind, _, ref = name.removeprefix(_MARK).partition(":")
        found.setdefault(kind, set()).add(ref)
    return found


def _remember(session: Session, person: PersonsData, now: datetime) -> None:
    key = person.customer.id
    orders = session.scalars(select(Order.ref).where(Order.customer_id == key))
    invoices = session.scalars(select(Invoice.ref).where(Invoice.customer_id == key))
    names = {
        f"{_MARK}customer:{person.customer.ref}",
        *(f"{_MARK}order:{ref}" for ref in orders),
        *(f"{_MARK}invoice:{ref}" for ref in invoices),
    }
    for name in names:
        session.merge(Watermark(name=name, value=ERASED, at=now))


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return value if _CODE.fullmatch(value) else ERASED
    return value if value is None or isinstance(value, int | float) else ERASED


@contextmanager
def _statements_may_change(session: Session) -> Iterator[None]:
    """Both versions are kept for good, but not against the wish of a customer to be forgotten."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ALTER TABLE statements DISABLE TRIGGER USER"))
        yield
        session.execute(text("ALTER TABLE statements ENABLE TRIGGER USER"))
        return
    query = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'statements'")
    triggers: Collection[Any] = session.execute(query).all()
    for name, _ in triggers:
        session.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, statement in triggers:
        session.execute(text(statement))
