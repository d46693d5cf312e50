"""Without an account, by the links in their mails: our own people act on cases and on what is owed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.policy import Policy
from models.tables import Case, Commitment, Customer, History, Staff, Statement
from models.words import CommitmentKind
from tasks.commitments.close import promise
from tasks.responses.record import Answer, hear
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tests import factories
from tests.visitor import Visitor

LATER, PAST = "2026-03-19T16:00", "2026-03-17T10:00"


@pytest.fixture
def visitor(db: Database, policy: Policy, clock: SetClock) -> Visitor:
    """Giulia Ferri complained about SO-1, which S-1 sold; the case is 1, and owes a call."""
    found = Visitor(db, policy, clock)
    with db.write() as session:
        desk, now = factories.desk(session), clock.now()
        customer = factories.customer(session)
        order = factories.order(
            session, customer, seller_id=desk["seller"].id, seller_promise="piano in quarzo"
        )
        said = Answer(
            "r1", customer.id, "call-me", "page", now, order_id=order.id, text="Il piano è sbagliato."
        )
        hear(session, policy, [said], now)
        promise(session, policy, customer.id, CommitmentKind.LISTENING_CALL, ("case", 1), now=now, case_id=1)
    return found


def staff(visitor: Visitor, ref: str) -> Staff:
    with visitor.db.read() as session:
        return session.scalars(select(Staff).where(Staff.ref == ref)).one()


def case_link(visitor: Visitor, ref: str) -> str:
    return visitor.case_link(1, staff(visitor, ref).id)


def owed(visitor: Visitor, kind: str = "listening-call") -> list[Commitment]:
    with visitor.db.read() as session:
        return list(
            session.scalars(select(Commitment).where(Commitment.kind == kind).order_by(Commitment.id))
        )


def events(visitor: Visitor) -> list[tuple[str, str]]:
    with visitor.db.read() as session:
        rows = session.scalars(select(History).order_by(History.id))
        return [(row.event, row.actor) for row in rows if row.actor == "M-1"]


def test_a_manager_takes_it_until_a_time_and_its_due_time_stays(visitor: Visitor) -> None:
    link, due = case_link(visitor, "M-1"), owed(visitor)[0].due_at
    page = visitor.open(link)
    for words in (
        "Me ne occupo io fino a",
        "Può aspettare",
        "Ho concordato un altro momento",
        "Passare il caso",
    ):
        assert words in page.text, words
    assert visitor.press(link, do="take", until=PAST).status_code == 422
    assert visitor.press(link, do="take", until="presto").status_code == 422
    assert visitor.press(link, do="take", until=LATER).status_code == 200
    [call] = owed(visitor)
    assert call.acknowledged_until == datetime(2026, 3, 19, 9, tzinfo=UTC)  # capped at one business day
    assert call.due_at == due
    assert ("acknowledged", "M-1") in events(visitor)


def test_another_time_is_a_promise_of_its_own_beside_the_first(visitor: Visitor) -> None:
    link, before = case_link(visitor, "M-1"), visitor.dump()
    for fields in (
        {"until": PAST, "reason": "overload", "text": "Domani."},
        {"until": LATER, "reason": "boh", "text": "Domani."},
        {"until": LATER, "reason": "overload", "text": " "},
        {"reason": "overload", "text": "Domani."},
    ):
        page = visitor.press(link, do="re-promise", **fields)
        assert page.status_code == 422
        assert (
            '<details id="re-promise" class="act" name="act" open>' in page.text
        )  # nothing has to be typed twice
    assert visitor.dump() == before
    assert (
        visitor.press(link, do="re-promise", until=LATER, reason="overload", text="Domani.").status_code
        == 200
    )
    first, second = owed(visitor)
    assert (first.successor_id, first.reason, first.outcome) == (
        second.id,
        "overload",
        "re-promised: Domani.",
    )
    assert second.due_at == datetime(2026, 3, 19, 15, tzinfo=UTC)


def test_it_rests_twice_with_a_reason_and_not_again(visitor: Visitor) -> None:
    link = case_link(visitor, "M-1")
    assert visitor.press(link, do="snooze", until=LATER, text="").status_code == 422
    for number in (1, 2):
        assert visitor.press(link, do="snooze", until=LATER, text="Torna giovedì.").status_code == 200
        assert owed(visitor)[0].snoozes == number
    again = visitor.press(link, do="snooze", until=LATER, text="Ancora.")
    assert (again.status_code, "già stato rimandato" in again.text) == (422, True)


def test_a_case_goes_to_a_colleague_who_is_told_with_the_dossier(visitor: Visitor) -> None:
    link = case_link(visitor, "M-1")
    visitor.press(link, do="take")
    for to in ("S-1", "X-9", ""):
        assert visitor.press(link, do="hand-over", to=to, text="Sono via.").status_code == 422
    assert visitor.press(link, do="hand-over", to="D-1", text="Sono via.").status_code == 200
    with visitor.db.read() as session:
        case = session.scalars(select(Case)).one()
    director = staff(visitor, "D-1")
    assert (case.manager_id, case.taken_at, owed(visitor)[0].owner_id) == (director.id, None, director.id)
    assert ("handed-over", "M-1") in events(visitor)


def test_b04_the_sellers_page_offers_a_version_and_help_and_nothing_that_delays(visitor: Visitor) -> None:
    link = case_link(visitor, "S-1")
    page = visitor.open(f"{link}?do=state")
    assert "Come sono andate le cose" in page.text
    for words in ("Può aspettare", "Chiudere il caso", "Passare il caso", "Me ne occupo io"):
        assert words not in page.text, words
    before = visitor.dump()
    for fields in (
        {"do": "take"},
        {"do": "done", "outcome": "solved", "text": "A posto.", "heard": "Va bene."},
        {"do": "snooze", "until": LATER, "text": "Dopo."},
        {"do": "re-promise", "until": LATER, "reason": "overload", "text": "Dopo."},
        {"do": "hand-over", "to": "A-1", "text": "Non è cosa mia."},
        {"do": "contract-end", "order": "SO-1", "kind": "withdrawal", "cause": "other", "text": "x"},
    ):
        assert visitor.press(link, **fields).status_code == 422
    assert visitor.dump() == before
    duty = visitor.links.duty(
        "commitment", owed(visitor)[0].id, staff(visitor, "S-1").id, visitor.clock.now()
    )
    assert visitor.press(duty, do="snooze", until=LATER, text="Dopo.").status_code == 422
    assert visitor.press(duty, do="take").status_code == 422
    assert visitor.dump() == before
    assert visitor.press(link, do="state", text="Era esaurito.").status_code == 200
    assert visitor.press(link, do="help", text="Chi parla con il fornitore?").status_code == 200
    with visitor.db.read() as session:
        assert session.scalars(select(Statement.author).where(Statement.side == "seller")).all() == ["S-1"]
    [asked] = owed(visitor, "help")
    assert (asked.owner_id, asked.due_at) == (
        staff(visitor, "M-1").id,
        visitor.clock.now() + timedelta(hours=4),
    )


def test_what_is_owed_is_acted_on_from_its_own_page(visitor: Visitor) -> None:
    with visitor.db.write() as session:
        made = promise(
            session, visitor.policy, 1, CommitmentKind.CALL_BACK, ("order", 1), now=visitor.clock.now()
        )
        duty, owner = made.id, made.owner_id or 0
    link = visitor.links.duty("commitment", duty, owner, visitor.clock.now())
    page = visitor.open(link)
    for words in ("Promesso alla vendita: «piano in quarzo»", "Tutto quello che sappiamo di questo cliente"):
        assert words in page.text, words
    assert visitor.press(link, do="take", until=LATER).status_code == 200
    assert visitor.press(link, do="snooze", until=LATER, text="Torna giovedì.").status_code == 200
    assert visitor.press(link, do="hand-over", to="A-2", text="Parla polacco.").status_code == 200
    assert visitor.press(link, do="help", text="Che sconto posso fare?").status_code == 200
    assert visitor.press(link, do="burn").status_code == 422
    assert (
        visitor.press(
            link, do="re-promise", until=LATER, reason="customer-asked", text="Alle 16."
        ).status_code
        == 200
    )
    first, second = owed(visitor, "call-back")
    assert (first.state, second.owner_id) == ("re-promised", staff(visitor, "A-2").id)
    late = visitor.press(link, do="done", outcome="called", text="Fatto.")
    assert "Nel frattempo qualcun altro" in late.text
    new = visitor.links.duty("commitment", second.id, owner, visitor.clock.now())
    assert visitor.press(new, do="done", outcome="called", text="Venerdì.").status_code == 200
    assert owed(visitor, "call-back")[1].outcome == "called: Venerdì."


def test_b06_the_dossier_says_that_interest_keeps_accruing_while_the_reminders_rest(visitor: Visitor) -> None:
    with visitor.db.write() as session:
        firm = factories.customer(session, "C-2", is_business=True, name="Bar Sport")
        factories.invoice(session, firm, amount_cents=1_000_000, due_on=date(2026, 1, 18))
        factories.invoice(session, session.get_one(Customer, 1), "F-2")
    for customer_id, accrues in ((2, True), (1, False)):  # none is claimed from consumers
        page = visitor.open(visitor.links.dossier(customer_id, staff(visitor, "M-1").id, visitor.clock.now()))
        assert ("continuano a maturare" in page.text.lower()) == accrues, customer_id
    assert (
        "Interessi di mora maturati finora"
        in visitor.open(visitor.links.dossier(2, staff(visitor, "M-1").id, visitor.clock.now())).text
    )


def test_the_dossier_of_a_customer_is_one_page_in_order_and_changes_nothing(visitor: Visitor) -> None:
    link = visitor.links.dossier(1, staff(visitor, "A-1").id, visitor.clock.now())
    visitor.clock.set(visitor.clock.now() + timedelta(days=2))
    before = visitor.dump()
    page = visitor.open(link)
    assert page.status_code == 200
    assert visitor.dump() == before
    for words in (
        "Giulia Ferri",
        "piano in quarzo",
        "Il piano è sbagliato.",
        "La telefonata di ascolto",
        "in ritardo di",
    ):
        assert words in page.text, words
    timeline = page.text.split('class="timeline"')[1]
    assert timeline.index("Ordine effettuato") < timeline.index("Aperto il caso") < timeline.index("Preso l")
    assert visitor.open(link.replace("/d/", "/d/x")).status_code == 404
    assert visitor.press(link).status_code == 405
