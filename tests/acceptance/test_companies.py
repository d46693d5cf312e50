"""A small company as a whole, over weeks: nobody is flooded, and nothing is lost.

The short form runs with the others; the full one is slow, and `make simulations` writes its table.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.policy import Policy
from models.tables import Customer
from models.words import Meaning
from tasks.responses.record import Answer
from tests.company import Company, absent, company, working_days
from tests.company_table import Weeks, weeks, written
from tests.inbox import SENDER, Inbox
from tests.inbox import written as mail_of

_TABLE: dict[str, str] = {}
_HEAD = """# A company's weeks, tried as a whole

Written by `make simulations` in full, or by the short form that runs with the other tests: each says its size. One
seller, two of after-sale, a manager and a director, none of whom has a deputy; the policy as shipped. Who got what, how
many, and what is still open at the end.
"""

pytestmark = pytest.mark.parametrize("full", [False, pytest.param(True, marks=pytest.mark.slow)])


@pytest.fixture
def firm(policy: Policy) -> Iterator[Company]:
    with company(policy) as found:
        yield found


def ended(firm: Company, title: str, story: str) -> Weeks:
    """What the weeks came to; what holds of all of them is held here."""
    found = weeks(firm.world)
    path = os.environ.get("SEGUITO_SIMULATIONS_TABLE")
    if path:
        span = f"{len(firm.orders)} orders, {firm.days} days from {firm.first} on."
        _TABLE[title] = written(title, f"{span} {story}", found)
        Path(path).write_text("\n".join([_HEAD, *_TABLE.values()]), encoding="utf-8")
    for ref in ("M-1", "D-1"):
        assert found.most_a_day(ref, digests=True) <= 1
        assert found.most_a_day(ref) <= firm.world.policy.sending.notices_a_day
    assert found.unlisted == [], "every matter is alive and visible"
    assert found.double_days < 10
    return found


def sold(firm: Company, orders: int, lead: int, change: Callable[[int, date], dict[str, object]]) -> None:
    """Two orders a working day; every tenth customer buys two of one day."""
    days = [day for day in working_days(firm.first, orders) for _ in (0, 1)][:orders]
    for number, day in enumerate(days):
        buyer = number - 1 if number % 10 == 1 else number
        promised = day + timedelta(days=lead)
        facts: dict[str, object] = {"delivered": promised - timedelta(days=1), **change(number, promised)}
        firm.sell(f"SO-{number}", day, customer=f"C-{buyer}", promised=promised, **facts)


def bought_twice(firm: Company) -> set[str]:
    counts = Counter(plan.customer for plan in firm.orders.values())
    return {ref for ref, number in counts.items() if number > 1}


def test_sixty_days_of_silence(firm: Company, *, full: bool) -> None:
    """Nobody answers, nobody here acts, and every fifth order is never delivered."""
    sold(
        firm,
        40 if full else 10,
        20 if full else 6,
        lambda number, promised: {"delivered": None if number % 5 == 0 else promised},
    )
    firm.run(60 if full else 24)
    story = "Nobody answers, nobody here does anything, and every fifth order is never delivered."
    found = ended(firm, "Silence", story)
    assert found.silent > 0
    assert found.cases == 0, "silence after a plain question is no case"
    assert found.of("D-1") == [], "what goes up goes up in the digest"
    assert found.promises["delivery"] == (8 if full else 2)


def test_weeks_of_good_weather(firm: Company, *, full: bool) -> None:
    """All is delivered in time and paid; every other customer says so, the others never answer."""
    pays_after = timedelta(days=30 if full else 20)
    facts = {"pays_after": pays_after}
    sold(firm, 40 if full else 6, 42 if full else 8, lambda number, _: {"answers": number % 2 == 0} | facts)
    firm.works = True
    firm.run(105 if full else 27)
    story = "All are delivered in time, and paid on the last day. Every other customer praises, the others are silent."
    found = ended(firm, "Good weather", story)
    assert {one.kind for one in found.to_staff} <= {"daily-digest"}
    assert found.cases == 0
    assert found.silent > 0
    content = {plan.customer for plan in firm.orders.values() if plan.answers}
    for ref, number in found.per_customer.items():
        if ref not in bought_twice(firm):
            assert number <= (6 if ref in content else 8), ref
    assert found.double_days == 0


def test_a_month_in_which_every_third_order_slips_twice(firm: Company, *, full: bool) -> None:
    """Each is told to its customer and to the manager, and the manager can still read all of it."""
    lead = 12 if full else 6

    def slips(number: int, promised: date) -> dict[str, object]:
        if number % 3:
            return {}
        later = [promised + timedelta(days=7), promised + timedelta(days=14)]
        moves = {promised - timedelta(days=2): later[0], later[0] - timedelta(days=2): later[1]}
        return {"moves": moves, "delivered": later[1]}

    sold(firm, 30 if full else 9, lead, slips)
    firm.run(45 if full else 21)
    story = "Every third is moved twice before its day, by a week each time. Nobody here does anything."
    found = ended(firm, "Every third order slips twice", story)
    told = Counter(one.kind for one in found.to_customers)
    assert told["new-date-alert"] >= (2 * 9 if full else 4), "two orders of one customer and day are one mail"
    heard = [one for one in found.to_staff if one.to == "M-1"]
    assert heard, "the manager hears of the second slips"


def test_a_manager_away_for_three_weeks(firm: Company, *, full: bool) -> None:
    """The director hears meanwhile, the manager gets nothing, and complaints wait for nobody."""
    since, until = firm.first + timedelta(days=7), firm.first + timedelta(days=27 if full else 20)
    with firm.world.db.write() as session:
        absent(session, since, until, "M-1")
    sold(
        firm,
        40 if full else 8,
        12 if full else 5,
        lambda number, _: {"delivered": None} if number % 4 == 0 else {},
    )

    def complain(day: date) -> None:
        if day != since + timedelta(days=2):
            return
        with firm.world.db.read() as session:
            ids = session.scalars(select(Customer.id).order_by(Customer.id).limit(2)).all()
        for id_ in ids:
            firm.world.hear(
                Answer(f"bad-{id_}", id_, Meaning.RATING, "page", firm.world.clock.now(), rating=1)
            )

    firm.run(45 if full else 24, complain)
    story = "Every fourth is never delivered; two customers complain during the absence. Nobody here acts."
    found = ended(firm, "A manager away", story)
    assert not [one for one in found.to_staff if one.to == "M-1" and since <= one.day <= until]
    urgent = [one for one in found.of("D-1") if one.kind == "case-notice"]
    assert len(urgent) >= 2, "each complaint is told at once to whoever stands in"
    assert found.cases == 2


def test_everybody_away_in_august(firm: Company, *, full: bool) -> None:
    """Customers are served, nobody of ours is written to, and on the first day back nothing is missing."""
    firm.first = date(2026, 7, 20)
    since, until = date(2026, 8, 3), date(2026, 8, 23)
    with firm.world.db.write() as session:
        absent(session, since, until)
    sold(firm, 30 if full else 6, 12, lambda number, _: {"delivered": None} if number % 3 == 0 else {})

    def complain(day: date) -> None:
        if day == date(2026, 8, 5):
            with firm.world.db.read() as session:
                id_ = session.scalars(select(Customer.id).order_by(Customer.id)).first()
            assert id_ is not None
            firm.world.hear(Answer("bad", id_, Meaning.RATING, "page", firm.world.clock.now(), rating=1))

    firm.run(50 if full else 40, complain)
    story = "Every third is never delivered; all of our people are away from 3 to 23 August."
    found = ended(firm, "Everybody away in August", story)
    away = [one for one in found.to_staff if since <= one.day <= until]
    assert away == []
    back = [one for one in found.to_staff if one.day == until + timedelta(days=1)]
    assert any(one.kind == "case-notice" for one in back), "the complaint is told on the first morning"
    assert found.cases >= 1


def test_a_customer_who_writes_every_day(firm: Company, tmp_path: Path, *, full: bool) -> None:
    """One clock and one owner for all of it, one notice a day at most, and no word of ours beside what was promised."""
    inbox = Inbox(firm.world, tmp_path)
    days = 30 if full else 12
    sold(firm, 6, 40, lambda _, __: {})

    def writes(day: date) -> None:
        if day > firm.first + timedelta(days=1):
            sent = {"From": "c-2@posta.example", "To": SENDER, "Subject": "La mia cucina"}
            inbox.deliver(mail_of(f"Buongiorno, ci sono novità? Oggi è il {day}.", **sent))
            inbox.collect()

    firm.run(days, writes)
    story = "One customer asks for news by mail every single day, and nobody here answers."
    found = ended(firm, "A customer who writes every day", story)
    for ref in ("A-1", "A-2"):
        assert found.most_a_day(ref) <= 2
    assert found.promises["reply"] == 1
    assert found.per_customer["C-2"] <= 4


def test_complaints_are_never_capped_and_beyond_three_at_once_share_a_mail(
    firm: Company, *, full: bool
) -> None:
    del full
    world = firm.world
    world.clock.set(datetime(2026, 3, 18, 9, tzinfo=UTC))
    sold(firm, 14, 30, lambda _, __: {})
    firm.first = date(2026, 3, 2)
    firm.run(10)
    with world.db.read() as session:
        ids = session.scalars(select(Customer.id).order_by(Customer.id)).all()
    world.clock.set(datetime(2026, 3, 18, 9, tzinfo=UTC))
    for id_ in ids[:8]:
        world.hear(Answer(f"bad-{id_}", id_, Meaning.RATING, "page", world.clock.now(), rating=1))
    world.escalate()
    found = weeks(world)
    assert len(found.of("M-1")) == 1
    assert found.cases == 8
    world.clock.set(datetime(2026, 3, 18, 10, tzinfo=UTC))
    world.hear(Answer("bad-late", ids[9], Meaning.RATING, "page", world.clock.now(), rating=1))
    world.escalate()
    assert len(weeks(world).of("M-1")) == 2, "and one more is told at once"
