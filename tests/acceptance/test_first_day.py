"""A first day without harm: until go-live no customer is written to, and the past opens nothing but one list."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.queries import going_live as queries
from models.queries.cases import dossier as dossiers
from models.tables import Case, Commitment, FollowUp, Message, Staff
from models.words import CommitmentKind
from tasks.importing import going_live
from tasks.importing.run import import_source
from tasks.mails.timeline_words import happened
from tasks.runtime.settings import AccessError, Settings
from tasks.runtime.trial import RunningTrial, refuse_own_address, trial_of
from tasks.sending import explain
from tests import factories
from tests.fakes import plain
from tests.import_sources import Company
from tests.world import World

GIULIA = "c-1@posta.example"
OUTSIDE = {"smtp_host": "mail.example.org", "public_url": "https://answers.example.org"}


def live(
    world: World, *, by: str = "M-1", struck: tuple[str, ...] = (), reason: str = "", **choices: str | None
) -> str:
    said = going_live.go_live(
        world.db, world.policy, Settings(), choices, by, world.clock.now(), struck=struck, reason=reason
    )
    world.trial = None
    return said


@pytest.fixture
def shop(world: World) -> World:
    with world.db.write() as session:
        customer = factories.customer(session)
        factories.order(session, customer)
        factories.invoice(session, customer)
    world.trial = RunningTrial(None)
    return world


def test_on_trial_no_customer_is_written_to(shop: World) -> None:
    report = shop.sweep()
    assert shop.mailer.mails == []
    assert report.total("on trial") == 3
    assert report.total("sent") == 0
    with shop.db.read() as session:
        mails = session.scalars(select(Message)).all()
        assert {(one.state, one.recipient) for one in mails} == {("trial", GIULIA)}
        rows = session.scalars(select(FollowUp).where(FollowUp.message_id.is_not(None))).all()
        assert {(row.state, row.sent_at) for row in rows} == {("trial", None)}
    assert shop.sweep().total("on trial") == 0  # composed once


def test_the_address_of_the_trial_gets_what_customers_would(shop: World) -> None:
    shop.trial = RunningTrial("prova@casa.example")
    shop.sweep()
    assert shop.mailer.to(GIULIA) == []
    assert any("SO-1" in plain(mail) for mail in shop.mailer.to("prova@casa.example"))
    assert all(GIULIA not in mail.recipients for mail in shop.mailer.mails)
    assert {row.state for row in shop.follow_ups("welcome-contact")} == {"trial"}


def test_our_own_people_are_told_on_trial_too(shop: World) -> None:
    with shop.db.write() as session:
        customer = factories.customer(session, "C-2")
        factories.order(session, customer, "SO-2", promised_on=None)
    shop.sweep()
    shop.escalate()
    assert shop.mailer.to("m-1@casa.example")


def test_what_was_sent_on_trial_is_not_counted_as_sent_afterwards(shop: World) -> None:
    shop.sweep()
    said = live(shop, unpaid="leave")
    assert "follow_up_from is 2026-03-18" in said
    shop.sweep("welcome-contact")
    assert (
        len(shop.mailer.to(GIULIA)) == 1
    )  # as timely as it was on trial, and for the first time: both in one mail
    for kind in ("order-confirmation", "welcome-contact"):
        assert {row.state for row in shop.follow_ups(kind)} == {"sent"}


def test_what_is_old_by_then_is_stale_and_what_is_to_come_goes(shop: World) -> None:
    shop.sweep()
    shop.clock.set(shop.clock.now() + timedelta(days=20))
    live(shop, unpaid="leave", late="leave", reason="Già detto a voce.")
    shop.sweep()
    assert shop.mailer.to(GIULIA) == []
    shop.clock.set(datetime(2026, 4, 13, 9, tzinfo=UTC))
    shop.sweep("delay-alert")
    assert len(shop.mailer.to(GIULIA)) == 1


def test_going_live_asks_once_about_what_is_open(world: World) -> None:
    with world.db.write() as session:
        queries.begin(session, world.clock.now())
        customer = factories.customer(session)
        factories.order(
            session, customer, signed_at=datetime(2025, 9, 1, tzinfo=UTC), promised_on=date(2025, 12, 1)
        )
        factories.invoice(session, customer, due_on=date(2025, 11, 3))
    world.sweep()
    world.escalate()
    assert world.mailer.mails == []  # nobody is written to, nobody is notified, nobody is asked to call
    with world.db.read() as session:
        assert session.scalars(select(Case)).all() == []
        found = going_live.past(session, world.policy, world.clock.now())
    assert (found.late, found.unpaid, found.complaints) == (("SO-1",), ("F-1",), ())
    live(world)
    world.sweep()
    told = " ".join(plain(mail) for mail in world.mailer.to(GIULIA))
    assert "SO-1" in told  # late, with an apology, once
    assert "ci scusiamo del silenzio" in told
    assert world.promises(CommitmentKind.SET_APPOINTMENT)  # "we will tell you the new day" is owed
    assert "F-1" in told  # the friendly letter first
    world.sweep()
    assert len(world.mailer.to(GIULIA)) == 2
    world.day_by_day(datetime(2026, 3, 28, tzinfo=UTC))
    assert world.reasons() == []  # the call comes when the ladder gets there


def test_what_is_due_on_a_day_off_is_overdue_after_the_next_working_day_only(world: World) -> None:
    saturday, sunday, monday = (date(2026, 3, day) for day in (14, 15, 16))
    with world.db.write() as session:
        for country in ("IT", "PL"):
            customer = factories.customer(session, f"C-{country}", country=country)
            for day in (saturday, sunday):
                factories.invoice(session, customer, f"{country}-{day.day}", due_on=day)
        factories.invoice(session, customer, "paid in part", open_cents=500, credited_cents=500)
    for day, unpaid in (
        (monday, ("IT-14",)),
        (date(2026, 3, 17), ("IT-14", "PL-14", "IT-15", "PL-15")),
    ):
        now = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        with world.db.read() as session:
            assert going_live.past(session, world.policy, now).unpaid == unpaid
            lines = explain.at_an_end(session, world.policy, now)
            assert tuple(line.partition(":")[0] for line in lines) == unpaid


def test_the_past_may_be_left_alone(world: World) -> None:
    with world.db.write() as session:
        queries.begin(session, world.clock.now())
        customer = factories.customer(session)
        factories.order(
            session, customer, signed_at=datetime(2026, 1, 7, tzinfo=UTC), promised_on=date(2026, 3, 16)
        )
        factories.invoice(session, customer)
    live(world, late="leave", unpaid="leave", reason="Già detto a voce.")
    world.sweep()
    assert world.mailer.mails == []


def test_who_strikes_a_late_order_out_gives_a_name_and_a_reason(world: World) -> None:
    with world.db.write() as session:
        queries.begin(session, world.clock.now())
        for number in (1, 2):
            customer = factories.customer(session, f"C-{number}")
            factories.order(session, customer, f"SO-{number}", promised_on=date(2026, 2, 2))
    for wrong, choices in (
        ("reason", {"struck": ("SO-1",)}),
        ("reason", {"late": "leave"}),
        ("no late order", {"struck": ("SO-9",), "reason": "Già detto a voce."}),
        ("nobody here", {"by": "X-9"}),
        ("after-sale and managers", {"by": "S-1"}),
    ):
        with pytest.raises(ValueError, match=wrong):
            live(world, **choices)  # type: ignore[arg-type]
    live(world, struck=("SO-1",), reason="Già detto a voce.")
    world.sweep("delay-alert")
    assert world.mailer.to(GIULIA) == []
    assert len(world.mailer.to("c-2@posta.example")) == 1
    with world.db.read() as session:
        found = dossiers.of_customer(session, 1, world.clock.now())
        assert found is not None
        staff = {one.id: one for one in session.scalars(select(Staff))}
        story = [happened(one, "it", staff).sentence for one in found.events]
    assert any("Marco Conti" in line and "Già detto a voce." in line for line in story)


def test_the_first_import_opens_nothing_of_the_past(world: World, tmp_path: Path) -> None:
    company = Company.usual(tmp_path / "books")
    company.write(
        "responses",
        "ref,customer,order,invoice,meaning,rating,text,received_at\n"
        "r1,,o2,,,5,Bellissimo,2026-03-12 09:00:00\n"
        "r2,,o2,,,1,Rotto,2026-03-13 09:00:00\n"
        "r3,c1,,,message,,Quando arriva?,2026-01-13 09:00:00\n",
    )
    import_source(
        world.db,
        company.folder,
        None,
        now=world.clock.now(),
        policy=world.policy,
        state_dir=tmp_path,
    )
    assert world.reasons() == []
    assert world.promises(CommitmentKind.REPLY) == []
    with world.db.read() as session:
        found = going_live.past(session, world.policy, world.clock.now())
    assert found.complaints == ("c2",)
    live(world)
    assert world.reasons() == ["low-rating"]
    with world.db.read() as session:
        kinds = {one.kind for one in session.scalars(select(Commitment).where(Commitment.done_at.is_(None)))}
    assert CommitmentKind.REPLY not in kinds


def test_a_choice_that_is_none_and_a_second_time_are_refused(shop: World) -> None:
    with pytest.raises(ValueError, match="late: 'shout' is no choice"):
        live(shop, late="shout")
    live(shop)
    with pytest.raises(ValueError, match="live already"):
        live(shop)


def test_the_local_mailbox_is_live_by_itself_and_an_outside_server_is_not(world: World) -> None:
    assert trial_of(world.db, world.policy, Settings()) is None
    outside = Settings(**OUTSIDE)
    assert trial_of(world.db, world.policy, outside) == RunningTrial(None)
    relay = Settings(smtp_host="localhost", smtp_port=25, public_url="https://answers.example.org")
    assert trial_of(world.db, world.policy, relay) == RunningTrial(None)
    with world.db.write() as session:
        queries.go_live(session, date(2026, 3, 18), world.clock.now())
    assert trial_of(world.db, world.policy, outside) is None


def test_an_address_of_this_machine_beside_an_outside_mail_server_is_refused() -> None:
    refuse_own_address(Settings(**OUTSIDE))
    refuse_own_address(Settings())
    with pytest.raises(AccessError, match="SEGUITO_PUBLIC_URL"):
        refuse_own_address(Settings(smtp_host="mail.example.org"))
