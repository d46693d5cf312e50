"""Both sides of a matter are heard, nobody can mute it, and the customer says whether it is solved."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from models.queries.cases import cases, contract_ends
from models.queries.sending import claim
from models.rules.cases.acting import ActError
from models.tables import (
    Case,
    CaseReason,
    Commitment,
    ContractEnd,
    Customer,
    History,
    Order,
    Staff,
    Statement,
)
from models.words import EndCause, EndKind, Outcome
from tasks.cases import actions
from tasks.cases.actions import Acting
from tasks.commitments.agreements import Agreement
from tasks.responses.record import Answer
from tasks.sending.sweep import prepare
from tasks.sending.sweep_report import Scope
from tasks.smtp.transaction import Mail
from tests import factories
from tests.fakes import plain
from tests.inbox import Inbox
from tests.world import World


def at(world: World, day: int, hour: int = 9, month: int = 3) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def sold(world: World, **facts: object) -> None:
    """Customer C-1 has bought SO-1 from the seller S-1; it was delivered."""
    with world.db.write() as session:
        seller = session.scalars(select(Staff).where(Staff.ref == "S-1")).one()
        customer = factories.customer(session)
        delivered = datetime(2026, 3, 12, 15, tzinfo=UTC)
        factories.order(
            session,
            customer,
            **{"seller_id": seller.id, "delivered_at": delivered, "to_plan": False, **facts},
        )


def complain(world: World, words: str | None = None, meaning: str = "call-me", ref: str = "r") -> None:
    world.hear(Answer(ref, 1, meaning, "page", world.clock.now(), order_id=1, text=words))


def act(world: World, by: str, do: str, *words: str, case_id: int | None = None, **rest: object) -> bool:
    """Somebody does something about the newest case, as the page, the command line and the forms do."""
    with world.db.write() as session:
        query = (
            select(Case).order_by(Case.id.desc())
            if case_id is None
            else select(Case).where(Case.id == case_id)
        )
        case = session.scalars(query).first()
        staff = session.scalars(select(Staff).where(Staff.ref == by)).one()
        assert case is not None
        done: bool = getattr(actions, do)(
            Acting(session, world.policy, case, staff, world.clock.now()), *words, **rest
        )
        return done


def versions(world: World) -> list[tuple[str, str, str]]:
    with world.db.read() as session:
        rows = session.scalars(select(Statement).order_by(Statement.id))
        return [(row.side, row.author, row.text) for row in rows]


def newest(world: World) -> Case:
    with world.db.read() as session:
        return session.scalars(select(Case).order_by(Case.id.desc())).all()[0]


# --- both versions ---------------------------------------------------------------------------------------------------


def test_b02_a_case_holds_both_versions_dated_and_signed(world: World) -> None:
    sold(world, seller_promise="piano in quarzo")
    complain(world, "Il piano è di laminato.")
    world.escalate()
    [asked] = world.mailer.to("s-1@casa.example")  # one mail, that asks for a version and blames nobody
    assert "vorremmo sentire anche Lei" in plain(asked)
    assert "Il piano è di laminato." in plain(asked)
    assert "Non è un giudizio sul lavoro di nessuno" in plain(asked)
    assert "?do=state" in plain(asked)
    act(world, "S-1", "state", "Il quarzo era esaurito, l'ho detto al telefono.")
    act(world, "M-1", "state", "Il contratto dice quarzo.")
    complain(world, "Nessuno mi ha detto niente.", "message", "r2")
    world.escalate()
    assert len(world.mailer.to("s-1@casa.example")) == 1
    assert versions(world) == [
        ("customer", "C-1", "Il piano è di laminato."),
        ("seller", "S-1", "Il quarzo era esaurito, l'ho detto al telefono."),
        ("manager", "M-1", "Il contratto dice quarzo."),
        ("customer", "C-1", "Nessuno mi ha detto niente."),
    ]


@pytest.mark.parametrize("change", ["UPDATE statements SET text = 'altro'", "DELETE FROM statements"])
def test_b02_no_version_can_be_changed_or_taken_away_while_the_case_is_open(
    world: World, change: str
) -> None:
    sold(world)
    complain(world, "Il piano è di laminato.")
    with pytest.raises(DatabaseError, match="a statement"), world.db.write() as session:
        session.execute(text(change))
    assert versions(world) == [("customer", "C-1", "Il piano è di laminato.")]
    if change.startswith("DELETE"):  # once it is closed, a customer who asks for it can be forgotten
        world.close_case("Sostituito.", Outcome.SOLVED)
        with world.db.write() as session:
            session.execute(text(change))
        assert versions(world) == []


def test_b02_a_case_is_not_closed_on_our_version_alone(world: World) -> None:
    sold(world)
    complain(world)  # a press on a button, without a word
    act(world, "S-1", "state", "Per me è tutto a posto.")
    with pytest.raises(ActError, match="only our side"):
        act(world, "M-1", "close", "solved", "La vendita dice che è a posto.")
    assert newest(world).closed_at is None
    assert act(world, "M-1", "close", "solved", "Verificato.", "Ora il piano è giusto, grazie.")
    with world.db.read() as session:
        said = session.scalars(select(Statement).where(Statement.side == "customer")).one()
    assert (said.author, said.recorded_by, said.text) == ("C-1", "M-1", "Ora il piano è giusto, grazie.")


@pytest.mark.parametrize("outcome", ["only-listened", "agreed"])
def test_b02_and_b05_a_conversation_closes_it_too(world: World, outcome: str) -> None:
    sold(world)
    complain(world)
    following = Agreement(world.clock.now() + timedelta(days=9))
    assert act(world, "M-1", "close", outcome, "Che cosa è successo.", following=following)
    assert newest(world).closed_at is not None


def test_b05_whoever_was_not_reached_is_still_owed_the_call(world: World) -> None:
    sold(world)
    complain(world)
    assert act(world, "M-1", "close", "not-reached", "Non risponde.")
    assert newest(world).closed_at is None
    with world.db.read() as session:
        owed = session.scalars(select(Commitment.kind).where(Commitment.done_at.is_(None))).all()
    assert "listening-call" in owed


def test_b04_a_seller_can_neither_mute_nor_delay_an_escalation(world: World) -> None:
    sold(world)
    complain(world, "Il piano è di laminato.")
    for do, words in (
        ("take", ()),
        ("close", ("solved", "Tutto a posto.", "Va bene così.")),
        ("hand_over", ("A-1", "Non è cosa mia.")),
        ("end_contract", ("SO-1", "withdrawal", "other", "Vuole recedere.", "")),
    ):
        with pytest.raises(ActError, match="for after-sale and managers"):
            act(world, "S-1", do, *words)
    case = newest(world)
    assert (case.taken_at, case.closed_at) == (None, None)
    world.escalate()
    assert len(world.mailer.to("m-1@casa.example")) == 1  # nobody's consent was asked


def test_b20_one_open_case_joins_all_faults_and_all_reasons(world: World) -> None:
    sold(world)
    with world.db.write() as session:
        factories.order(session, session.get_one(Customer, 1), "SO-2", to_plan=False)
    complain(world, "Il piano è di laminato.")
    world.hear(Answer("r2", 1, "not-arrived", "page", world.clock.now(), order_id=2))
    world.hear(Answer("r3", 1, "rating", "phone", world.clock.now(), order_id=1, rating=1))
    with world.db.read() as session:
        assert len(session.scalars(select(Case)).all()) == 1
        joined = session.execute(
            select(CaseReason.reason, CaseReason.subject_id).order_by(CaseReason.id)
        ).all()
    assert [tuple(one) for one in joined] == [("call-me", 1), ("not-arrived", 2), ("low-rating", 1)]


# --- after closing ---------------------------------------------------------------------------------------------------


def closed(world: World, outcome: Outcome = Outcome.AGREED) -> None:
    sold(world)
    complain(world, "Il piano è di laminato.")
    world.escalate()
    world.close_case("Sostituiamo il piano.", outcome)


def asked_again(world: World) -> list[Mail]:
    at(world, 26, 9)
    world.sweep("satisfaction-check")
    return [mail for mail in world.mailer.to("c-1@posta.example") if "davvero risolto" in mail.subject]


def test_b22_after_closing_the_customer_is_asked_and_a_no_opens_it_again_one_level_up(world: World) -> None:
    closed(world)
    [mail] = asked_again(world)
    assert "SO-1" in plain(mail)
    assert all(say in plain(mail) for say in ("say=solved", "say=not-solved", "say=call-me"))
    [contact] = world.follow_ups("re-check")
    say = Answer(
        "no", 1, "not-solved", "page", world.clock.now(), follow_up_id=contact.id, text="Manca il piano."
    )
    world.hear(say)
    world.hear(say)
    case = newest(world)
    assert (case.level, case.reopens_id, case.closed_at) == (1, 1, None)
    before = len(world.mailer.to("m-1@casa.example"))
    world.escalate()
    [notice] = world.mailer.to("d-1@casa.example")  # the director, with the whole history
    assert len(world.mailer.to("m-1@casa.example")) == before
    for words in ("Sostituiamo il piano.", "Manca il piano.", "un livello più su"):
        assert words in plain(notice)
    with world.db.read() as session:
        events = session.scalars(
            select(History.event).where(History.subject_id == 2, History.subject_type == "case")
        )
        assert "reopened" in events.all()
        assert cases.chain(session, session.get_one(Case, 2)) == [2, 1]


@pytest.mark.parametrize("words", ["No, non è ancora risolto.", "Manca il piano: sento un avvocato."])
def test_b22_a_no_by_mail_counts_like_a_press(world: World, words: str, tmp_path: Path) -> None:
    closed(world)
    [mail] = asked_again(world)
    inbox = Inbox(world, tmp_path)
    inbox.reply(mail, words)
    inbox.collect()
    assert (newest(world).level, newest(world).reopens_id) == (1, 1)


def test_b22_a_yes_asks_nobody_for_anything(world: World) -> None:
    closed(world)
    asked_again(world)
    [contact] = world.follow_ups("re-check")
    world.hear(Answer("yes", 1, "solved", "page", world.clock.now(), follow_up_id=contact.id))
    assert [row.state for row in world.follow_ups("re-check")] == ["answered"]
    assert world.reasons() == []


def test_b22_a_no_joins_a_case_that_is_open_and_lifts_it(world: World) -> None:
    closed(world)
    asked_again(world)
    [contact] = world.follow_ups("re-check")
    world.hear(Answer("new", 1, "not-arrived", "page", world.clock.now(), order_id=1))
    assert newest(world).level == 0
    world.hear(Answer("no", 1, "not-solved", "page", world.clock.now(), follow_up_id=contact.id))
    assert (newest(world).level, newest(world).reopens_id) == (1, 1)
    with world.db.read() as session:
        assert len(session.scalars(select(Case).where(Case.closed_at.is_(None))).all()) == 1


def test_b22_who_never_complained_is_not_asked(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session, "C-2"), "SO-2", promised_on=None)
    world.sweep("welcome-contact")  # an alarm of ours: the customer knows nothing of it
    assert world.reasons() == ["no-promised-date"]
    world.close_case("La data c'è.", Outcome.AGREED)
    assert world.follow_ups("re-check") == []


# --- withdrawal and termination --------------------------------------------------------------------------------------


def ends(world: World) -> list[ContractEnd]:
    with world.db.read() as session:
        return list(session.scalars(select(ContractEnd).order_by(ContractEnd.id)))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Vorrei recedere dall'acquisto: ci ho ripensato.", EndKind.WITHDRAWAL),
        ("Chcę odstąpić od umowy.", EndKind.WITHDRAWAL),
        ("Mando la disdetta del contratto di manutenzione.", EndKind.TERMINATION),
        ("I want to terminate my contract.", EndKind.TERMINATION),
    ],
)
def test_b37_words_of_withdrawal_and_of_termination_are_kept_apart_with_their_date(
    world: World, words: str, kind: EndKind
) -> None:
    sold(world)
    complain(world, words, "message")
    [end] = ends(world)
    assert (end.kind, end.order_id, end.cause, end.declared_at) == (kind, 1, words, world.clock.now())
    assert end.confirmed_at is None  # they are words, until a person says that it is so
    with world.db.read() as session:
        assert contract_ends.ended(session, [1]) == {"withdrawal": set(), "termination": set()}


def test_b37_both_are_recorded_with_cause_and_date_and_reported_apart(world: World) -> None:
    sold(world)
    complain(world, "Ci ho ripensato.", "message")
    at(world, 19)
    act(
        world,
        "A-1",
        "end_contract",
        "SO-1",
        EndKind.WITHDRAWAL,
        EndCause.DELAY,
        "Troppo tardi.",
        "2026-03-17",
    )
    with world.db.write() as session:
        factories.order(session, session.get_one(Customer, 1), "SO-2", is_service=True, to_plan=False)
    act(world, "A-1", "end_contract", "SO-2", EndKind.TERMINATION, EndCause.PRICE, "Costa troppo.", "")
    withdrawal, _ = ends(world)
    assert (withdrawal.cause_code, withdrawal.confirmed_by) == ("delay", "A-1")
    assert withdrawal.declared_at.date() == date(
        2026, 3, 16
    )  # midnight in Rome, the earlier of the two dates
    with world.db.read() as session:
        counted = contract_ends.counts(
            session, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
        )
    assert counted == {"withdrawal": {"delay": 1}, "termination": {"price": 1}}
    for wrong in (
        ("SO-9", "withdrawal", "delay", "x", ""),
        ("SO-1", "recesso", "delay", "x", ""),
        ("SO-1", "withdrawal", "boh", "x", ""),
        ("SO-1", "withdrawal", "delay", " ", ""),
        ("SO-1", "withdrawal", "delay", "x", "2026-03-20"),
    ):
        with pytest.raises(ActError, match=r"order|kind|cause|text|day"):
            act(world, "A-1", "end_contract", *wrong)


@pytest.mark.parametrize(("kind", "alerts"), [("withdrawal", "skipped"), ("termination", "sent")])
def test_b37_courtesies_end_with_the_contract_and_a_delay_is_told_as_long_as_something_is_owed(
    world: World, kind: str, alerts: str
) -> None:
    sold(world, delivered_at=None, promised_on=date(2026, 3, 24), to_plan=True)
    complain(world, "Una domanda.", "message")
    act(world, "M-1", "end_contract", "SO-1", kind, "other", "Lo ha detto al telefono.", "")
    act(world, "M-1", "close", "only-listened", "Va bene così.")
    at(world, 26)
    world.sweep("welcome-contact", "delay-alert")
    [welcome] = world.follow_ups("welcome-contact")
    why = {"withdrawal": "withdrawn", "termination": "terminated"}[kind]
    assert (welcome.state, welcome.reason) == ("skipped", why)
    # the first; whether more follow hangs on whether there is a new day by then
    assert world.follow_ups("delay-alert")[0].state == alerts


# --- silence ---------------------------------------------------------------------------------------------------------


def silent_for_a_month(world: World, share: float) -> None:
    answers = world.policy.answers.model_copy(update={"silent_call_share": share})
    world.policy = world.policy.model_copy(update={"answers": answers})
    with world.db.write() as session:
        for number in range(20):
            customer = factories.customer(session, f"C-{number}")
            factories.order(
                session, customer, f"SO-{number}", delivered_at=datetime(2026, 2, 18, 9, tzinfo=UTC)
            )
    for day, month in ((18, 3), (25, 3), (26, 3), (7, 4)):  # asked, nudged, and silent
        at(world, day, 9, month)
        world.sweep("satisfaction-check")
        world.escalate()


@pytest.mark.parametrize(("share", "least", "most"), [(0, 0, 0), (0.25, 1, 19), (1, 20, 20)])
def test_b27_some_silent_customers_are_drawn_by_lot_and_called(
    world: World, share: float, least: int, most: int
) -> None:
    silent_for_a_month(world, share)
    states = {row.state for row in world.follow_ups("satisfaction-check") if row.step == "one-month"}
    assert states == {"silent"}
    with world.db.read() as session:
        owed = session.scalars(
            select(Commitment).where(Commitment.kind == "phone").order_by(Commitment.id)
        ).all()
        drawn = session.scalars(select(History).where(History.actor == "drawn-by-lot")).all()
    assert least <= len(owed) <= most
    assert len(drawn) == len(owed)
    assert all(one.kind == "phone" and one.owner_id is not None for one in owed)
    world.clock.set(world.clock.now() + timedelta(days=1))
    world.escalate()  # the lot is drawn once
    with world.db.read() as session:
        assert len(session.scalars(select(Commitment).where(Commitment.kind == "phone")).all()) == len(owed)


def test_b29_without_a_delivered_welcome_the_manager_hears_of_it_and_somebody_calls(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session, email=None))
    at(world, 23)
    world.sweep("welcome-contact")
    assert "welcome-missing" in world.reasons()
    with world.db.read() as session:
        [owed] = session.scalars(select(Commitment).where(Commitment.kind == "phone")).all()
        order = session.scalars(select(Order)).one()
        owner = session.get_one(Staff, owed.owner_id)
    assert (owed.kind, owner.role, owed.subject_id) == ("phone", "after-sale", order.id)
    assert owed.due_at < order.signed_at + timedelta(days=order.withdrawal_days)
    world.sweep("welcome-contact")
    with world.db.read() as session:
        assert len(session.scalars(select(Commitment).where(Commitment.kind == "phone")).all()) == 1


def test_b29_a_welcome_that_arrived_asks_nobody_to_call(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    prepare(world.services, Scope("welcome-contact", world.clock.now()))
    at(world, 24)
    with world.db.write() as session:
        query = claim.due(
            "welcome-contact", world.clock.now(), 9, kinds=["order-confirmation", "welcome-contact"]
        )
        theirs = claim.claim(session, query, "another run", world.clock.now() + timedelta(minutes=10))
    world.sweep("welcome-contact")
    assert world.reasons() == [], "while another run has the welcome in hand, its alarm waits"
    with world.db.write() as session:
        claim.release(session, theirs, "another run")
    world.sweep("welcome-contact")
    with world.db.read() as session:
        assert session.scalars(select(Commitment).where(Commitment.kind == "phone")).all() == []
    assert world.reasons() == []


def test_b01_what_the_seller_promised_stands_in_what_everybody_gets_who_has_to_contact_the_customer(
    world: World,
) -> None:
    sold(world, seller_promise="montaggio entro maggio")
    complain(world, "Non monta nessuno.")
    world.hear(Answer("r2", 1, "fine", "page", world.clock.now(), order_id=1, text="Quando venite?"))
    world.escalate()
    for address in ("m-1@casa.example", "s-1@casa.example", "a-1@casa.example"):
        mails = world.mailer.to(address)
        assert mails, address
        assert any("montaggio entro maggio" in plain(mail) for mail in mails), address
