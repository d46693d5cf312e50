"""A bad cell costs the cell: the customer is there, what is owed goes on, and a person is told to call."""

from pathlib import Path

from sqlalchemy import select

from models.tables import Case, CaseReason, Customer, FollowUp, Invoice, Order
from models.words import FollowUpState
from tasks.importing.report import ImportReport
from tasks.importing.run import import_source
from tests.import_sources import Company
from tests.world import World

CUSTOMERS = (
    "ref,name,email,billing_email,phone,country,language,timezone\n"
    "K-1,Trattoria Al Porto,sala@alporto.example; cucina@alporto.example,,+39 041 1,Italia,it,CET+1\n"
    "K-2,Ewa Lis,Ewa Lis <ewa@lis.example>,,,POL,polski,\n"
    "K-3,Ferramenta Zen,brak,,,XX,ladino,\n"
    "K-4,Hotel Sole,info@sole.example,conti@sole.example / cassa@sole.example,,IT,,\n"
)
ORDERS = "ref,customer,seller,description,signed_at,promised_on\n" + "".join(
    f"N-{number},K-{number},nobody,tables,2026-03-18 08:00:00,2026-04-20\n" for number in range(1, 5)
)
INVOICES = "ref,customer,order,amount,issued_on,due_on\n" + "".join(
    f'F-{number},K-{number},N-9,"€ 1.250,50",2026-03-02,2026-04-01\n' for number in range(1, 5)
)


def imported(world: World, company: Company, state_dir: Path) -> ImportReport:
    return import_source(
        world.db, company.folder, None, now=world.clock.now(), policy=world.policy, state_dir=state_dir
    )


def test_no_bad_cell_takes_a_customer_with_its_orders_and_invoices(world: World, tmp_path: Path) -> None:
    company = Company.at(tmp_path / "porto", customers=CUSTOMERS, orders=ORDERS, invoices=INVOICES)
    report = imported(world, company, tmp_path)
    assert [counts.rejected for counts in report.tables.values()] == [0, 0, 0]
    with world.db.read() as session:
        people = session.execute(
            select(Customer.ref, Customer.email, Customer.country).order_by(Customer.ref)
        )
        assert [tuple(row) for row in people] == [
            ("K-1", None, "IT"),
            ("K-2", "ewa@lis.example", "PL"),
            ("K-3", None, "IT"),
            ("K-4", "info@sole.example", "IT"),
        ]
        assert session.scalars(select(Order.ref).order_by(Order.ref)).all() == ["N-1", "N-2", "N-3", "N-4"]
        assert set(session.scalars(select(Invoice.amount_cents))) == {125_050}


def test_whose_address_cannot_be_read_is_put_before_a_person(world: World, tmp_path: Path) -> None:
    company = Company.at(tmp_path / "porto", customers=CUSTOMERS, orders=ORDERS)
    imported(world, company, tmp_path)
    world.sweep("welcome-contact")
    with world.db.read() as session:
        unreached = select(Customer.ref).join(Case).join(CaseReason).order_by(Customer.ref)
        assert session.scalars(unreached.distinct()).all() == ["K-1", "K-3"]
        sent = (
            select(Customer.ref)
            .join(FollowUp, FollowUp.customer_id == Customer.id)
            .where(FollowUp.state == FollowUpState.SENT, FollowUp.staff_id.is_(None))
        )
        assert set(session.scalars(sent)) == {"K-2", "K-4"}
