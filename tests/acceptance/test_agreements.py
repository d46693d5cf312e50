"""What is agreed on while one promise is settled becomes the next one; a delivery is closed by its coming alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.rules.cases.acting import ActError
from models.tables import Case, Commitment, Order, Staff
from models.words import CommitmentKind
from tasks.cases import actions as on_cases
from tasks.cases.actions import Acting
from tasks.cases.raise_matter import set_appointment
from tasks.commitments import actions
from tasks.commitments.actions import Owing
from tasks.commitments.agreements import Agreement
from tasks.commitments.close import promise
from tasks.mails.links import Links
from tasks.responses.record import Answer
from tests import factories
from tests.fakes import plain
from tests.visitor import Visitor
from tests.world import World

HERS = "k-7@posta.example"


@pytest.fixture
def company(world: World) -> World:
    """Lucia waits for her kitchen, promised for 10 April; S-1 sold it."""
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        lucia = factories.customer(session, "K-7", name="Lucia Sartor")
        factories.order(session, lucia, "N-2", promised_on=date(2026, 4, 10), seller_id=seller.id)
    world.sweep()
    return world


def _by(world: World, ref: str) -> Staff:
    with world.db.read() as session:
        return session.scalars(select(Staff).where(Staff.ref == ref)).one()


def _close(world: World, owed_id: int, outcome: str, ref: str = "A-1", **rest: object) -> None:
    with world.db.write() as session:
        owed = session.get_one(Commitment, owed_id)
        by = session.scalars(select(Staff).where(Staff.ref == ref)).one()
        owing = Owing(session, world.policy, owed, by, world.clock.now())
        actions.close(owing, outcome, "Ne abbiamo parlato.", **rest)  # type: ignore[arg-type]


def _owe(world: World, kind: CommitmentKind) -> int:
    with world.db.write() as session:
        return promise(session, world.policy, 1, kind, ("order", 1), now=world.clock.now()).id


def _delivery(world: World) -> Commitment:
    return world.promises(CommitmentKind.DELIVERY)[-1]


def _on(world: World, *days: datetime) -> None:
    """On each of these days alerts go out, and our people hear."""
    for day in days:
        world.clock.set(day)
        world.sweep("delay-alert")
        world.escalate()


def _april(day: int) -> datetime:
    return datetime(2026, 4, day, 9, tzinfo=UTC)


# --- what is agreed on -----------------------------------------------------------------------------------------------


def test_a_complaint_that_ends_in_a_remedy_owes_it_with_who_and_when(company: World) -> None:
    company.hear(
        Answer("r", 1, "rating", "page", company.clock.now(), order_id=1, rating=1, text="Ante rotte.")
    )
    due = company.clock.now() + timedelta(days=20)
    with company.db.write() as session:
        case = session.scalars(select(Case)).one()
        acting = Acting(session, company.policy, case, _by(company, "M-1"), company.clock.now())
        for wrong, code in (
            (Agreement(), "need-next-at"),
            (Agreement(company.clock.now() - timedelta(days=1)), "need-next-at"),
            (Agreement(due, "X-9"), "unknown-person"),
        ):
            with pytest.raises(ActError) as refused, session.begin_nested():
                on_cases.close(acting, "agreed", "Porte nuove.", following=wrong)
            assert refused.value.code == code
        assert on_cases.close(
            acting, "agreed", "Porte nuove.", following=Agreement(due, "S-1", "Due ante nuove")
        )
    [owed] = company.promises(CommitmentKind.AGREED)
    seller = _by(company, "S-1")
    assert (owed.owner_id, owed.due_at, owed.words, owed.case_id) == (seller.id, due, "Due ante nuove", 1)
    assert owed.deputy_id not in {None, seller.id}
    company.escalate()
    told = " ".join(plain(mail) for mail in company.mailer.to("s-1@casa.example"))
    assert "Due ante nuove" in told
    assert "concordato" in told


def test_a_remedy_is_moved_as_a_chain_and_not_settled_by_another_word(company: World) -> None:
    first = company.clock.now() + timedelta(days=5)
    _close(company, _owe(company, CommitmentKind.REPLY), "agreed", following=Agreement(first))
    [owed] = company.promises(CommitmentKind.AGREED)
    assert [one.successor_id for one in company.promises(CommitmentKind.REPLY)] == [owed.id]
    company.clock.set(first + timedelta(days=1))
    later = Agreement(company.clock.now() + timedelta(days=5))
    with pytest.raises(ActError) as refused:
        _close(company, owed.id, "agreed", following=later)
    assert refused.value.code == "need-reason"
    _close(company, owed.id, "agreed", following=later, reason_code="supplier")
    broken, new = company.promises(CommitmentKind.AGREED)
    assert (broken.state, broken.reason, new.root_id, new.breaks) == ("broken", "supplier", broken.id, 1)


def test_b33_the_page_of_an_appointment_to_be_set_has_the_field_and_who_comes_owns_it(company: World) -> None:
    owed_id = _owe(company, CommitmentKind.SET_APPOINTMENT)
    anna, visitor = _by(company, "A-1"), Visitor(company.db, company.policy, company.clock)
    link = visitor.links.duty("commitment", owed_id, anna.id, company.clock.now())
    page = visitor.open(link).text
    for field in ('name="next-at"', 'name="next-who"', 'value="appointment-set"', 'value="S-1"'):
        assert field in page, field
    assert 'value="called"' not in page
    assert visitor.press(link, do="done", outcome="called", text="Sentita.").status_code == 422
    missing = visitor.press(link, do="done", outcome="appointment-set", text="Viene Sara.")
    assert "Manca entro quando" in missing.text
    fields = {"next-at": "2026-03-25T15:00", "next-who": "S-1"}
    assert (
        visitor.press(link, do="done", outcome="appointment-set", text="Viene Sara.", **fields).status_code
        == 200
    )
    [made] = company.promises(CommitmentKind.APPOINTMENT)
    assert (made.owner_id, made.due_at) == (_by(company, "S-1").id, datetime(2026, 3, 25, 14, tzinfo=UTC))
    [owed] = company.promises(CommitmentKind.SET_APPOINTMENT)
    assert (owed.state, owed.successor_id) == ("kept", made.id)


def test_an_appointment_that_is_set_while_a_case_is_closed_ends_the_wait_for_it(company: World) -> None:
    _owe(company, CommitmentKind.SET_APPOINTMENT)
    company.hear(Answer("r", 1, "call-me", "page", company.clock.now(), order_id=1))
    at = company.clock.now() + timedelta(days=4)
    with company.db.write() as session:
        case = session.scalars(select(Case)).one()
        acting = Acting(session, company.policy, case, _by(company, "M-1"), company.clock.now())
        assert on_cases.close(acting, "appointment-set", "Viene Sara.", following=Agreement(at, "S-1"))
    [owed] = company.promises(CommitmentKind.SET_APPOINTMENT)
    [made] = company.promises(CommitmentKind.APPOINTMENT)
    assert (owed.state, owed.successor_id, made.case_id) == ("kept", made.id, 1)


def test_by_command_too_whoever_comes_owns_the_appointment(company: World) -> None:
    at = company.clock.now() + timedelta(days=3)
    with company.db.write() as session:
        by = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        set_appointment(
            session, company.policy, "N-2", at, "Misure.", now=company.clock.now(), by=by, who="S-1"
        )
    [made] = company.promises(CommitmentKind.APPOINTMENT)
    assert made.owner_id == _by(company, "S-1").id


# --- a delivery ------------------------------------------------------------------------------------------------------


def test_a_call_closes_no_delivery_and_the_page_offers_what_can_be_done(company: World) -> None:
    visitor = Visitor(company.db, company.policy, company.clock)
    owed, anna = _delivery(company), _by(company, "A-1")
    link = visitor.links.duty("commitment", owed.id, anna.id, company.clock.now())
    page = visitor.open(link).text
    for offered in ("delivered", "new-day", "asked-works", "told-customer"):
        assert f'value="{offered}"' in page, offered
    for not_offered in ('value="called"', 'value="answered"', 'value="nothing-needed"', 'value="re-promise"'):
        assert not_offered not in page, not_offered
    refused = visitor.press(link, do="done", outcome="called", text="L'ho sentita.")
    assert refused.status_code == 422
    assert "Una telefonata non chiude una consegna" in refused.text
    assert _delivery(company).state == "open"


def test_what_was_done_meanwhile_is_noted_and_the_day_is_owed(company: World) -> None:
    owed = _delivery(company)
    _close(company, owed.id, "told-customer")
    assert company.promises(CommitmentKind.SET_APPOINTMENT) == []
    _close(company, owed.id, "asked-works")
    assert _delivery(company).state == "open"
    [day] = company.promises(CommitmentKind.SET_APPOINTMENT)
    assert day.state == "open"
    anna, links = _by(company, "A-1"), Visitor(company.db, company.policy, company.clock).links
    assert isinstance(links, Links)
    visitor = Visitor(company.db, company.policy, company.clock)
    story = visitor.open(links.dossier(1, anna.id, company.clock.now())).text
    assert "Chiesto il nuovo giorno" in story
    assert "Ne abbiamo parlato." in story


def test_b26_a_day_agreed_on_by_hand_is_a_chain_that_stands_and_is_not_contradicted(company: World) -> None:
    _on(company, _april(11), _april(13))
    assert any("in ritardo" in mail.subject for mail in company.mailer.to(HERS))
    first = _delivery(company)
    day = Agreement(datetime(2026, 5, 15, 10, tzinfo=UTC))
    with pytest.raises(ActError) as refused:
        _close(company, first.id, "new-day", following=day)
    assert refused.value.code == "need-reason"
    assert [one.state for one in company.promises(CommitmentKind.SET_APPOINTMENT)] == ["open"]  # by the alert
    _close(company, first.id, "new-day", following=day, reason_code="supplier")
    assert [one.done_at for one in company.promises(CommitmentKind.SET_APPOINTMENT)] == [company.clock.now()]
    old, new = company.promises(CommitmentKind.DELIVERY)
    assert (old.state, old.reason, old.successor_id) == ("broken", "supplier", new.id)
    assert (new.root_id, new.breaks, new.clock) == (old.id, 1, old.due_at)
    assert new.due_at == datetime(2026, 5, 15, 22, tzinfo=UTC)
    before = len(company.mailer.to(HERS))
    _on(company, _april(18), _april(25), datetime(2026, 5, 9, 9, tzinfo=UTC))
    assert [
        mail.subject for mail in company.mailer.to(HERS)[before:] if "non è ancora certa" in mail.subject
    ] == []
    assert len(company.promises(CommitmentKind.DELIVERY)) == 2  # planning lets it stand
    _on(
        company, datetime(2026, 5, 23, 9, tzinfo=UTC), datetime(2026, 6, 6, 9, tzinfo=UTC)
    )  # it did not come on that day either
    assert any("non è ancora certa" in mail.subject for mail in company.mailer.to(HERS)[before:])


def test_what_one_of_us_says_was_delivered_is_no_longer_late_for_the_customer(company: World) -> None:
    company.clock.set(datetime(2026, 4, 10, 15, tzinfo=UTC))
    _close(company, _delivery(company).id, "asked-works")
    _close(company, _delivery(company).id, "delivered")
    assert [one.state for one in company.promises(CommitmentKind.SET_APPOINTMENT)] == ["kept"]
    assert _delivery(company).state == "kept"
    _on(company, _april(11), _april(18))
    assert [mail.subject for mail in company.mailer.to(HERS) if "in ritardo" in mail.subject] == []


def test_no_seller_moves_a_day_that_is_a_colleagues(company: World) -> None:
    with company.db.write() as session:
        order = session.scalars(select(Order)).one()
        session.get_one(Commitment, _delivery(company).id).owner_id = order.owner_id
    with pytest.raises(ActError) as refused:
        _close(
            company,
            _delivery(company).id,
            "new-day",
            "S-1",
            following=Agreement(company.clock.now() + timedelta(days=40)),
            reason_code="supplier",
        )
    assert refused.value.code == "not-yours"


# --- who spoke with whom ---------------------------------------------------------------------------------------------


def test_a_call_says_with_whom_and_when_it_was_between_the_asking_and_now(company: World) -> None:
    owed_id, asked = _owe(company, CommitmentKind.CALL_BACK), company.clock.now()
    company.clock.set(asked + timedelta(hours=2))
    visitor, anna = Visitor(company.db, company.policy, company.clock), _by(company, "A-1")
    link = visitor.links.duty("commitment", owed_id, anna.id, company.clock.now())
    form = {"do": "done", "outcome": "called", "text": "Tutto chiaro.", "spoke-with": "il marito"}
    assert 'name="spoke-at"' in visitor.open(link).text
    early = visitor.press(link, **form, **{"spoke-at": "2026-03-17T09:00"})
    assert early.status_code == 422
    assert company.promises(CommitmentKind.CALL_BACK)[0].state == "open"
    assert visitor.press(link, **form, **{"spoke-at": "2026-03-18T11:20"}).status_code == 200
    [owed] = company.promises(CommitmentKind.CALL_BACK)
    assert owed.outcome == "called: Tutto chiaro. (il marito, 2026-03-18 11:20)"
