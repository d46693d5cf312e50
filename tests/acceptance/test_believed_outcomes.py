"""An outcome is believed when it can be: nobody reached, who listened, and what a closed complaint still holds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.rules.cases.acting import ActError
from models.tables import Case, Commitment, Invoice, Order, Staff
from models.words import CommitmentKind
from tasks.cases import actions as on_cases
from tasks.cases.actions import Acting
from tasks.cases.matters import let_go_on
from tasks.commitments import actions
from tasks.commitments.actions import Owing
from tasks.commitments.agreements import Agreement
from tasks.commitments.close import promise
from tasks.responses.record import Answer
from tests import factories
from tests.fakes import plain
from tests.world import World

HERS = "k-7@posta.example"


@pytest.fixture
def company(world: World) -> World:
    """Lucia has complained about her order, and owes an invoice that is twelve days late."""
    with world.db.write() as session:
        lucia = factories.customer(session, "K-7", name="Lucia Sartor")
        order = factories.order(session, lucia, "N-2", seller_id=1)
        factories.invoice(session, lucia, "F-3", order_id=order.id, due_on=date(2026, 3, 5))
    world.hear(
        Answer("r", 1, "rating", "page", world.clock.now(), order_id=1, rating=1, text="Ante sbagliate.")
    )
    return world


def _staff(world: World, ref: str) -> Staff:
    with world.db.read() as session:
        return session.scalars(select(Staff).where(Staff.ref == ref)).one()


def _close(
    world: World, ref: str, outcome: str, text: str = "Porte nuove entro un mese.", **said: object
) -> bool:
    with world.db.write() as session:
        case = session.scalars(select(Case).where(Case.closed_at.is_(None))).one()
        by = session.scalars(select(Staff).where(Staff.ref == ref)).one()
        if outcome == "agreed":
            said.setdefault("following", Agreement(world.clock.now() + timedelta(days=30)))
        acting = Acting(session, world.policy, case, by, world.clock.now())
        return on_cases.close(acting, outcome, text, **said)  # type: ignore[arg-type]


def _reminders(world: World) -> int:
    return sum("promemoria" in mail.subject for mail in world.mailer.to(HERS))


def _later(world: World, **time: float) -> None:
    world.clock.set(world.clock.now() + timedelta(**time))


def _days_later(world: World, *days: int) -> None:
    """After each of these spans the customers are asked what is due, and our people hear."""
    for span in days:
        _later(world, days=span)
        world.sweep("satisfaction-check")
        world.escalate()


# --- nobody was reached ----------------------------------------------------------------------------------------------


def test_not_reached_keeps_nothing_and_is_tried_again_by_the_deputy_and_then_in_writing(
    company: World,
) -> None:
    [call] = company.promises(CommitmentKind.LISTENING_CALL)
    owners = [call.owner_id]
    for _ in range(3):
        assert _close(company, "M-1", "not-reached", "Non risponde.")
        company.escalate()
        _later(company, days=1)
        company.escalate()
        [call] = company.promises(CommitmentKind.LISTENING_CALL)
        owners.append(call.owner_id)
    assert company.reasons() == ["low-rating"]
    assert (call.state, call.tries, call.done_at) == ("open", 3, None)
    assert owners[0] == owners[1] != owners[2]
    assert call.deputy_id != call.owner_id
    written = [plain(mail) for mail in company.mailer.to(HERS) if "provato a chiamar" in mail.subject]
    assert len(written) == 1


def test_two_clicks_bury_no_phone_call(company: World) -> None:
    with company.db.write() as session:
        owed = promise(
            session, company.policy, 1, CommitmentKind.CALL_BACK, ("order", 1), now=company.clock.now()
        )
        owed_id = owed.id
    for _ in range(2):
        with company.db.write() as session:
            row = session.get_one(Commitment, owed_id)
            by = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
            owing = Owing(session, company.policy, row, by, company.clock.now())
            actions.close(owing, "not-reached", "Nessuno.")
    [row] = company.promises(CommitmentKind.CALL_BACK)
    assert (row.state, row.tries) == ("open", 2)
    tried = [one for one in company.follow_ups("commitment-notice") if one.step.startswith("try:")]
    assert [one.owed_at > company.clock.now() for one in tried] == [True, True]


# --- who listened ----------------------------------------------------------------------------------------------------


def test_b05_the_listening_call_is_the_managers(company: World) -> None:
    with pytest.raises(ActError, match="made by manager"):
        _close(company, "A-1", "only-listened", "Ho ascoltato.")
    with pytest.raises(ActError, match="few words"):
        _close(company, "M-1", "only-listened", ".")
    assert _close(company, "M-1", "only-listened", "Ho ascoltato.")


def test_where_no_manager_works_whoever_is_there_listens(company: World) -> None:
    with company.db.write() as session:
        for ref in ("M-1", "D-1"):
            session.scalars(select(Staff).where(Staff.ref == ref)).one().active = False
    assert _close(company, "A-1", "only-listened", "Ho ascoltato.")


def test_a_conversation_says_with_whom_and_when_and_the_customer_is_told(company: World) -> None:
    opened = company.clock.now()
    _later(company, hours=2)
    for wrong in (opened - timedelta(minutes=1), company.clock.now() + timedelta(minutes=1)):
        with pytest.raises(ActError, match="between"):
            _close(company, "M-1", "agreed", spoke_at=wrong)
    assert _close(company, "M-1", "agreed", spoke_at=opened + timedelta(hours=1), spoke_with="il marito")
    with company.db.read() as session:
        case = session.scalars(select(Case)).one()
    assert (case.spoke_at, case.spoke_with) == (opened + timedelta(hours=1), "il marito")
    company.day_by_day(company.clock.now() + timedelta(days=9))
    [asked] = [
        mail for mail in company.mailer.to(HERS) if "risolt" in plain(mail) and "18 marzo" in plain(mail)
    ]
    assert "11:00" in plain(asked)


# --- a hold ends with its matter -------------------------------------------------------------------------------------


def test_b06_no_reminder_follows_the_closing_of_a_complaint(company: World) -> None:
    company.sweep("credit-recovery")
    _later(company, hours=1)
    _close(company, "M-1", "only-listened")
    company.day_by_day(company.clock.now() + timedelta(days=12))
    assert _reminders(company) == 0


def test_the_ladder_goes_on_when_the_customer_says_that_it_is_solved(company: World) -> None:
    _close(company, "M-1", "only-listened")
    company.day_by_day(company.clock.now() + timedelta(days=8))
    [asked] = [one for one in company.follow_ups("re-check") if one.state == "sent"]
    company.hear(Answer("yes", 1, "solved", "page", company.clock.now(), follow_up_id=asked.id))
    company.day_by_day(company.clock.now() + timedelta(days=25))
    states = {one.reason for one in company.follow_ups("payment-reminder")}
    assert "open-complaint" not in states


def test_silence_lets_nothing_go_on_until_a_manager_says_from_which_day(company: World) -> None:
    _close(company, "M-1", "only-listened")
    company.day_by_day(company.clock.now() + timedelta(days=20))
    assert _reminders(company) == 0
    [ask] = company.promises(CommitmentKind.RELEASE)
    assert company.mailer.to("m-1@casa.example")
    day = datetime(2026, 4, 20, tzinfo=UTC).date()
    with company.db.write() as session:
        owed = session.get_one(Commitment, ask.id)
        anna, marco = (session.scalars(select(Staff).where(Staff.ref == ref)).one() for ref in ("A-1", "M-1"))
        with pytest.raises(ActError, match="manager"):
            let_go_on(session, company.policy, owed, anna, day, "Va bene.", company.clock.now())
        with pytest.raises(ActError, match="passed"):
            let_go_on(session, company.policy, owed, marco, date(2026, 3, 1), "Va bene.", company.clock.now())
        assert let_go_on(session, company.policy, owed, marco, day, "Va bene.", company.clock.now())
    while company.clock.now() < datetime(2026, 4, 19, tzinfo=UTC):
        company.day_by_day(company.clock.now() + timedelta(days=1))
        assert not any(one.state == "sent" for one in company.follow_ups("payment-reminder"))
    company.day_by_day(datetime(2026, 5, 2, tzinfo=UTC))
    with company.db.read() as session:
        assert set(session.scalars(select(Case.rests_until))) == {None}
        assert session.scalars(select(Invoice.paid_at)).all() == [None]
    assert "open-complaint" not in {one.reason for one in company.follow_ups("payment-reminder")}


@pytest.mark.parametrize("how", ["import", "page"])
def test_a_new_day_that_is_agreed_on_in_a_case_is_its_remedy_until_the_goods_have_come(
    company: World, how: str
) -> None:
    day = Agreement(datetime(2026, 4, 28, 10, tzinfo=UTC))
    _close(company, "M-1", "new-day", following=day, reason="supplier")
    _days_later(company, 8, 8)
    told, *_ = [plain(mail) for mail in company.mailer.to(HERS) if "abbiamo concordato" in mail.subject]
    assert "entro martedì 28 aprile 2026" in told
    _move(company, date(2026, 5, 5))  # the works need another week: the same remedy, later
    _days_later(company, 14)
    assert company.promises(CommitmentKind.RELEASE) == []
    company.clock.set(datetime(2026, 5, 4, 9, tzinfo=UTC))
    _deliver(company, how)
    company.sweep("delay-alert")
    _days_later(company, 8)
    asked = [plain(mail) for mail in company.mailer.to(HERS) if "davvero risolto" in mail.subject]
    assert any("Per noi la questione è chiusa" in words for words in asked)
    assert company.promises(CommitmentKind.RELEASE) == []  # the time counts from the delivery
    _days_later(company, 8)
    assert len(company.promises(CommitmentKind.RELEASE)) == 1


def _move(world: World, day: date) -> None:
    with world.db.write() as session:
        order = session.get_one(Order, 1)
        order.promised_before, order.promised_on = order.promised_on, day
        order.promise_moved_at, order.to_plan = world.clock.now(), True
    world.sweep("delay-alert")


def _deliver(world: World, how: str) -> None:
    """The goods come: the company's system says so, or one of our people."""
    with world.db.write() as session:
        if how == "import":
            order = session.get_one(Order, 1)
            order.delivered_at, order.to_plan = world.clock.now(), True
            return
        owed = next(
            one
            for one in session.scalars(select(Commitment).where(Commitment.kind == CommitmentKind.DELIVERY))
            if one.done_at is None
        )
        by = session.scalars(select(Staff).where(Staff.ref == "A-1")).one()
        actions.close(Owing(session, world.policy, owed, by, world.clock.now()), "delivered", "Consegnate.")


def test_a_remedy_that_is_still_owed_keeps_the_question_waiting_and_once_kept_the_customer_is_asked(
    company: World,
) -> None:
    _close(company, "M-1", "agreed")
    _days_later(company, 8, 8)
    assert company.promises(CommitmentKind.RELEASE) == []
    told, *_ = [plain(mail) for mail in company.mailer.to(HERS) if "abbiamo concordato" in mail.subject]
    assert "entro venerdì 17 aprile 2026" in told  # the remedy is owed: for us the matter is not closed
    [remedy] = company.promises(CommitmentKind.AGREED)
    with company.db.write() as session:
        owed = session.get_one(Commitment, remedy.id)
        by = session.scalars(select(Staff).where(Staff.ref == "M-1")).one()
        actions.close(Owing(session, company.policy, owed, by, company.clock.now()), "done", "Porte montate.")
    _days_later(company, 10, 2)
    asked = [plain(mail) for mail in company.mailer.to(HERS) if "davvero risolto" in mail.subject]
    assert any("Per noi la questione è chiusa" in words for words in asked)
    assert company.promises(CommitmentKind.RELEASE) == []  # the time counts from the remedy
    _days_later(company, 7)
    assert len(company.promises(CommitmentKind.RELEASE)) == 1
