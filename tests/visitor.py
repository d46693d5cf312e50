"""Somebody with a browser, for tests of the pages: mails that were sent, their links, and what a press changes."""

import asyncio
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from deployments.web.app import build_app
from models.policy import Policy
from models.tables import Base, Case, CaseReason, Customer, FollowUp, Invoice, Message, Order, Response
from models.words import FollowUpState, MessageState, Subject
from tasks.mails.links import Links
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tests.factories import SIGNED

SITE = "http://pages.example"


def sent(session: Session, customer: Customer, kind: str, *about: Order | Invoice) -> str:
    """A mail that was sent about these; returns its key, which the first of them names."""
    step = "call" if isinstance(about[0], Invoice) else "first"
    follow_ups = [_follow_up(customer, kind, step, one) for one in about]
    session.add_all(follow_ups)
    session.flush()
    key = f"f{follow_ups[0].id}-1"
    message = Message(
        key=key,
        customer_id=customer.id,
        kind=kind,
        step=step,
        language=customer.language,
        recipient=customer.email or "",
        subject="",
        state=MessageState.ACCEPTED,
        resends=0,
        marked_at=SIGNED,
    )
    session.add(message)
    session.flush()
    for follow_up in follow_ups:
        follow_up.message_id = message.id
    session.flush()
    return key


def _follow_up(customer: Customer, kind: str, step: str, about: Order | Invoice) -> FollowUp:
    subject = Subject.ORDER if isinstance(about, Order) else Subject.INVOICE
    return FollowUp(
        subject_type=subject,
        subject_id=about.id,
        customer_id=customer.id,
        sweep="test",
        kind=kind,
        step=step,
        nudge=0,
        owed_at=SIGNED,
        due_at=SIGNED,
        state=FollowUpState.SENT,
        attempts=1,
        sent_at=SIGNED,
    )


@dataclass
class Visitor:
    """Opens links and presses buttons, over the real application."""

    db: Database
    policy: Policy
    clock: SetClock

    def __post_init__(self) -> None:
        self.links = Links(SITE, "test key", self.clock)
        self.app = build_app(self.db, self.policy, self.links, self.clock)

    def answer_link(self, key: str) -> str:
        return self.links.answer(key, self.clock.now())

    def stop_link(self, key: str) -> str:
        return self.links.unsubscribe(key, self.clock.now())

    def case_link(self, case_id: int, staff_id: int) -> str:
        return self.links.case(case_id, staff_id, self.clock.now())

    def own_link(self, staff_id: int) -> str:
        return self.links.own(staff_id, self.clock.now())

    def open(self, link: str, method: str = "GET", **rest: Any) -> httpx.Response:
        return self._ask(method, link, **rest)

    def press(self, link: str, **fields: str) -> httpx.Response:
        return self._ask("POST", link, data=fields)

    def post(self, link: str, **rest: Any) -> httpx.Response:
        return self._ask("POST", link, **rest)

    def _ask(self, method: str, link: str, **rest: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
                return await client.request(method, link, **rest)

        return asyncio.run(go())

    def dump(self) -> dict[str, list[Any]]:
        """Every row of every table."""
        with self.db.read() as session:
            tables = Base.metadata.sorted_tables
            return {one.name: sorted(map(repr, session.execute(select(one)))) for one in tables}

    def responses(self) -> list[tuple[str, str, int | None, str | None]]:
        """Reference, meaning, rating and words of everything that was said, in order."""
        with self.db.read() as session:
            rows = session.scalars(select(Response).order_by(Response.id))
            return [(row.ref, row.meaning, row.rating, row.text) for row in rows]

    def reasons(self) -> list[str]:
        """The reasons in open cases."""
        with self.db.read() as session:
            query = select(CaseReason.reason).join(Case, Case.id == CaseReason.case_id)
            return list(session.scalars(query.where(Case.closed_at.is_(None)).order_by(CaseReason.id)))
