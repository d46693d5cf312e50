"""The behaviours of the main job in their first form, through the real sweeps on both databases."""

from datetime import UTC, date, datetime, timedelta

from models.queries.escalation.silent_customers import standing
from models.rules.sending.before_sending import STALE
from models.tables import Order
from tasks.responses.record import Answer
from tests import factories
from tests.fakes import plain
from tests.world import World


def at(world: World, day: int, hour: int = 9, month: int = 3) -> None:
    """Move to an hour (UTC) of a day in 2026."""
    world.clock.set(datetime(2026, month, day, hour, tzinfo=UTC))


def test_b08_a_confirmation_with_the_presumed_date_goes_out(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.sweep("welcome-contact")
    assert any("10 aprile 2026" in plain(mail) for mail in world.mailer.mails)


def test_b08_an_order_without_a_date_rings_an_alarm_and_is_confirmed_once_it_has_one(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=None)
    report = world.sweep("welcome-contact")
    assert report.counts["order-confirmation", "held", "not promised"] == 1
    assert "no-promised-date" in world.reasons()
    with world.db.write() as session:
        order = session.get_one(Order, 1)
        order.promised_on, order.to_plan = date(2026, 4, 20), True
    report = world.sweep("welcome-contact")
    assert report.counts["order-confirmation", "sent", ""] == 1


def test_b09_a_passed_date_is_told_by_itself_once_a_slip(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session), promised_on=date(2026, 3, 17))
    for hour in (9, 10, 11):
        at(world, 18, hour)
        world.sweep("delay-alert")
    first, *later = [row.state for row in world.follow_ups("delay-alert")]
    assert (first, set(later)) == ("sent", {"planned"})  # the next word is due after a week without a new day
    assert len(world.mailer.mails) == 1


def test_b09_a_moved_date_is_told_and_its_own_passing_too(world: World) -> None:
    with world.db.write() as session:
        factories.order(
            session,
            factories.customer(session),
            promised_on=date(2026, 3, 25),
            promised_before=date(2026, 3, 20),
            promise_moved_at=datetime(2026, 3, 18, 8, tzinfo=UTC),
        )
    world.sweep("delay-alert")
    at(world, 26)
    world.sweep("delay-alert")
    world.sweep("delay-alert")
    assert [row.state for row in world.follow_ups("new-date-alert")] == ["sent"]
    first, *later = [row.state for row in world.follow_ups("delay-alert")]
    assert (first, set(later)) == ("sent", {"planned"})  # the next word is due after a week without a new day
    assert len(world.mailer.mails) == 2


def test_b09_what_arrived_in_time_alarms_nobody(world: World) -> None:
    with world.db.write() as session:
        factories.order(
            session,
            factories.customer(session),
            promised_on=date(2026, 3, 17),
            delivered_at=datetime(2026, 3, 17, 15, tzinfo=UTC),
        )
    report = world.sweep("delay-alert")
    assert world.mailer.mails == []
    assert report.counts["delay-alert", "skipped", "delivered"] == 1


def test_b13_and_b21_the_cadence_goes_on_for_everyone_at_several_ages(world: World) -> None:
    with world.db.write() as session:
        order = factories.order(session, factories.customer(session))
        order.delivered_at = datetime(2026, 3, 17, 15, tzinfo=UTC)
    for month, day in ((3, 20), (4, 17), (9, 17)):
        at(world, day, month=month)
        world.sweep("satisfaction-check")
    checks = world.follow_ups("satisfaction-check")
    assert [(row.step, row.state) for row in checks] == [
        ("first-days", "sent"),
        ("one-month", "sent"),
        ("six-months", "sent"),
    ]


def test_b13_who_waits_hears_how_it_stands_and_is_asked_whether_everything_came(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))  # promised for Friday, 10 April
    for day, month in ((18, 3), (3, 4)):
        at(world, day, month=month)
        world.sweep("welcome-contact")
    [told] = world.follow_ups("progress-update")  # no step lies before the sale
    assert (told.step, told.state) == ("a-week-before:2026-04-10", "sent")
    assert "La data promessa resta venerdì 10 aprile 2026" in plain(world.mailer.mails[-1])
    with world.db.write() as session:
        order = session.get_one(Order, 1)
        order.delivered_at, order.to_plan = datetime(2026, 4, 9, 15, tzinfo=UTC), True
    at(world, 13, 15, month=4)
    world.sweep("satisfaction-check")
    assert [row.state for row in world.follow_ups("arrival-check")] == ["sent"]


def test_b18_the_welcome_is_proven_by_the_mail_server(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.sweep("welcome-contact")
    [welcome] = world.follow_ups("welcome-contact")
    assert (welcome.state, welcome.sent_at) == ("sent", world.clock.now())
    assert welcome.message_id is not None


def test_b29_without_a_delivered_welcome_the_manager_hears_of_it_inside_the_window(world: World) -> None:
    with world.db.write() as session:
        factories.order(session, factories.customer(session, email=None))
    at(world, 23)
    world.sweep("welcome-contact")
    world.escalate()
    assert "welcome-missing" in world.reasons()
    [notice] = world.mailer.to("m-1@casa.example")
    assert "+39 333 555 0101" in plain(notice)


def on_list(world: World) -> list[str]:
    """Who stands on the manager's list for not having answered."""
    with world.db.read() as session:
        return [one.ref for one in standing(session)]


def test_nobody_answers_so_a_nudge_and_then_the_managers_list_of_the_day(world: World) -> None:
    with world.db.write() as session:
        factories.order(
            session,
            factories.customer(session),
            delivered_at=datetime(2026, 3, 17, 15, tzinfo=UTC),
        )
    while not on_list(world):
        world.day_by_day(world.clock.now() + timedelta(hours=12))
    world.day_by_day(world.clock.now() + timedelta(hours=24))
    checks = [row for row in world.follow_ups("satisfaction-check") if row.step == "first-days"]
    assert [(row.nudge, row.state) for row in checks] == [(0, "silent"), (1, "silent")]
    assert on_list(world) == ["C-1"]
    assert world.reasons() == [], "silence after a plain question is no case"
    [digest] = world.mailer.to("m-1@casa.example")
    assert "Giulia Ferri" in plain(digest)


def test_a_low_rating_goes_to_the_manager_at_once_and_an_answer_stops_the_nudges(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer, delivered_at=datetime(2026, 3, 12, 15, tzinfo=UTC))
    world.sweep("satisfaction-check")
    answer = Answer(
        "r-1",
        customer.id,
        "rating",
        "phone",
        world.clock.now(),
        order_id=order.id,
        rating=2,
        text="L'anta è storta.",
    )
    world.hear(answer)
    world.hear(answer)
    world.escalate()
    assert world.reasons() == ["low-rating"]
    [notice] = world.mailer.to("m-1@casa.example")
    assert "L'anta è storta." in plain(notice)
    world.day_by_day(world.clock.now() + timedelta(days=12))
    assert (
        len(world.mailer.to("c-1@posta.example")) == 1
    )  # no nudge, and no further question while the case is open


def test_who_was_silent_and_then_is_content_needs_nobody(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer, delivered_at=datetime(2026, 3, 12, 15, tzinfo=UTC))
    world.day_by_day(datetime(2026, 4, 5, tzinfo=UTC))
    assert on_list(world) == ["C-1"]
    world.hear(Answer("r-1", customer.id, "rating", "page", world.clock.now(), order_id=order.id, rating=5))
    assert on_list(world) == []


def test_a_nudge_that_comes_too_late_gives_its_thread_an_end(world: World) -> None:
    with world.db.write() as session:
        factories.order(
            session, factories.customer(session), delivered_at=datetime(2026, 3, 10, 9, tzinfo=UTC)
        )
    world.sweep("satisfaction-check")
    at(world, 25)
    world.escalate()  # plans the nudge
    at(world, 9, month=4)
    world.sweep("satisfaction-check")
    world.escalate()
    first, nudge = [row for row in world.follow_ups("satisfaction-check") if row.step == "first-days"]
    assert (first.state, nudge.state, nudge.reason) == ("silent", "skipped", STALE)
    assert on_list(world) == ["C-1"]


def test_a_newer_step_goes_instead_of_the_nudge_of_an_older_one(world: World) -> None:
    at(world, 15, month=1)
    with world.db.write() as session:
        factories.order(
            session, factories.customer(session), delivered_at=datetime(2026, 1, 12, 9, tzinfo=UTC)
        )
    world.sweep("satisfaction-check")
    at(world, 12, month=2)
    world.escalate()
    world.sweep("satisfaction-check")
    states = {(row.step, row.nudge): row.state for row in world.follow_ups("satisfaction-check")}
    assert states["first-days", 1] == "skipped"
    assert states["one-month", 0] == "sent"


def test_no_alarm_rings_while_the_welcome_only_waits_for_its_hour(world: World) -> None:
    at(world, 18, 12)  # 13:00 in Rome, between the hours for customers
    with world.db.write() as session:
        factories.order(session, factories.customer(session), signed_at=datetime(2026, 3, 9, 9, tzinfo=UTC))
    world.sweep("welcome-contact")
    assert world.reasons() == []
    at(world, 18, 14)
    world.sweep("welcome-contact")
    assert world.reasons() == []
    assert [row.state for row in world.follow_ups("welcome-contact")] == ["sent"]
