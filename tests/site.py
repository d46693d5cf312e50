"""The pages behind a real web server, for tests with a real browser."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from sqlalchemy import select

from deployments.web.app import build_app
from models.policy import Policy
from models.tables import Customer, Order, Staff
from tasks.mails.links import Links
from tasks.runtime.clock import SystemClock
from tasks.runtime.database import Database
from tests.ports import free_port
from tests.visitor import sent

_PATIENCE_SECONDS = 20
PHONE, DESKTOP = 390, 1100


@dataclass
class Site:
    """The pages of a small company, behind a real web server."""

    db: Database
    policy: Policy
    links: Links
    home: str

    def own(self, ref: str) -> str:
        with self.db.read() as session:
            person = session.scalars(select(Staff).where(Staff.ref == ref)).one()
            return self.links.own(person.id, SystemClock().now())

    def answer(self, ref: str) -> str:
        """The page of a mail about the order of a customer."""
        with self.db.write() as session:
            customer = session.scalars(select(Customer).where(Customer.ref == ref)).one()
            order = session.scalars(select(Order).where(Order.customer_id == customer.id)).one()
            key = sent(session, customer, "welcome-contact", order)
        return self.links.answer(key, SystemClock().now())


@pytest.fixture
def site(shop: Database, policy: Policy) -> Iterator[Site]:
    port, clock = free_port(), SystemClock()
    links = Links(f"http://127.0.0.1:{port}", "a key for tests alone", clock)
    server = uvicorn.Server(
        uvicorn.Config(build_app(shop, policy, links, clock), port=port, log_level="error", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not server.started:
        assert time.monotonic() < deadline, "the pages did not start"
        time.sleep(0.05)
    yield Site(shop, policy, links, f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join(_PATIENCE_SECONDS)
