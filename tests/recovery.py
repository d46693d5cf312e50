"""What tests of credit recovery share: a customer on the ladder, the links of managers, the words of a page."""

import base64
import email.policy
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from email import message_from_bytes
from typing import Any

from sqlalchemy import select

from models.tables import Commitment
from tasks.importing.apply import apply_rows
from tasks.importing.rows import InvoiceRow, Origin
from tasks.smtp.transaction import Mail
from tests import factories
from tests.visitor import Visitor
from tests.world import World

CREDIT = "credit-recovery"


def at(world: World, month: int, day: int, hour: int = 9) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def states(world: World, kind: str, subject_id: int | None = None) -> list[str]:
    rows = world.follow_ups(kind)
    return [row.state for row in rows if subject_id is None or row.subject_id == subject_id]


def import_invoice(world: World, ref: str, **facts: Any) -> None:
    """The company's system says this of an invoice of the customer C-1."""
    row = InvoiceRow(
        ref=ref,
        customer="C-1",
        order=None,
        currency="EUR",
        origin=Origin("invoices.csv", 2),
        **{
            "amount_cents": 100_000,
            "issued_on": date(2026, 2, 11),
            "due_on": date(2026, 3, 13),
            "paid_at": None,
            "disputed_at": None,
            "cancelled_at": None,
            **facts,
        },
    )
    with world.db.write() as session:
        apply_rows(session, "invoices", [row], world.clock.now(), "import:books", policy=world.policy)


def to_the_signature(world: World, invoice: Mapping[str, Any] | None = None, **facts: Any) -> str:
    """An invoice whose customer a manager has listened to; returns the link that asks for the signature."""
    with world.db.write() as session:
        customer = factories.customer(session, billing_email="conti@posta.example", **facts)
        owed = {"due_on": date(2026, 2, 16), "amount_cents": 123_456, **(invoice or {})}
        factories.invoice(session, customer, "F-1", **owed)
    world.sweep(CREDIT)
    world.close_case("La signora era sola con il bambino malato; paga a fine mese.")
    at(world, 3, 19)
    world.sweep(CREDIT)
    world.escalate()
    at(world, 3, 20)
    world.sweep(CREDIT)
    world.escalate()
    return duty_link(world)


def duty_link(world: World) -> str:
    """The link in the newest mail to the manager that leads to a promise."""
    links = [
        re.findall(r"http://pages.example/i/[^\s>\"]+", text_of(mail))
        for mail in world.mailer.to("m-1@casa.example")
    ]
    return next(found[0] for found in reversed(links) if found)


def text_of(mail: Mail) -> str:
    part = message_from_bytes(mail.body, policy=email.policy.default).get_body(preferencelist=("plain",))
    assert part is not None
    return str(part.get_content())


def visitor(world: World) -> Visitor:
    return Visitor(world.db, world.policy, world.clock)


def promises(world: World, kind: str) -> Sequence[Commitment]:
    with world.db.read() as session:
        return session.scalars(
            select(Commitment).where(Commitment.kind == kind).order_by(Commitment.id)
        ).all()


def answer_link(world: World) -> str:
    """The link of the newest mail to the customer."""
    return re.findall(
        r"http://pages.example/a/[^\s>?\"]+", text_of(world.mailer.to("c-1@posta.example")[-1])
    )[0]


def plain(html_: str) -> str:
    """The words of a page, one blank between them."""
    words = html.unescape(re.sub("<[^>]+>", " ", html_)).replace("\u00d7", "x").replace("\u2013", "-")
    return " ".join(words.split())


def style_hash(page: str) -> str:
    style = page.partition("<style>")[2].partition("</style>")[0]
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
