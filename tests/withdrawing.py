"""A customer who withdraws from an order on its page, and what is on record of it."""

from typing import Any

from sqlalchemy import select

from models.tables import Case, ContractEnd, Staff
from tasks.cases import actions
from tasks.cases.actions import Acting
from tests import factories
from tests.fakes import plain
from tests.visitor import Visitor, sent
from tests.world import World

LINK = "Recedere dal contratto qui"
DECLARATION = (
    "Io, Giulia Ferri, recedo dal contratto relativo all'ordine SO-1 (Cucina Nives), "
    "concluso in data 16 marzo 2026."
)


class Buyer(Visitor):
    """A customer with a mail about an order."""

    link = ""

    @property
    def withdraw(self) -> str:
        return f"{self.link}/withdraw"


def buyer(world: World, kind: str = "welcome-contact", **facts: Any) -> Buyer:
    found = Buyer(world.db, world.policy, world.clock)
    with world.db.write() as session:
        customer = factories.customer(session, **facts.pop("customer", {}))
        key = sent(session, customer, kind, factories.order(session, customer, **facts))
    found.link = found.answer_link(key)
    return found


def ends(world: World) -> list[ContractEnd]:
    with world.db.read() as session:
        return list(session.scalars(select(ContractEnd).order_by(ContractEnd.id)))


def receipts(world: World) -> list[str]:
    return [plain(mail) for mail in world.mailer.to("c-1@posta.example") if "recesso" in mail.subject]


def set_aside(world: World) -> None:
    """A manager says that what was declared last was not meant so."""
    with world.db.write() as session:
        manager = session.scalars(select(Staff).where(Staff.ref == "M-1")).one()
        case = session.scalars(select(Case)).one()
        acting = Acting(session, world.policy, case, manager, world.clock.now())
        actions.dismiss_end(acting, str(ends(world)[-1].id))
