"""Contacts to one person see each other: values in, a decision out."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.rules.calendar.calendars import Place, Window, local_day
from models.rules.sending.before_sending import Postpone, Skip
from models.rules.sending.spacing import Earlier, SpacedContact, space

ROME = Place("IT", "Europe/Rome")
HOURS = Window(("08:30-18:30",), "business")
NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
PAOLA = "paola@posta.example"


def contact(id_: int = 1, **changes: object) -> SpacedContact:
    one = SpacedContact(id_, PAOLA, True, NOW, NOW + timedelta(days=14), HOURS, ROME)
    return replace(one, **changes)  # type: ignore[arg-type]


def days_ago(days: float, *, courtesy: bool = True) -> Earlier:
    return Earlier(NOW - timedelta(days=days), courtesy)


def test_of_two_courtesies_one_goes_today_and_the_other_tomorrow() -> None:
    found = space([contact(2), contact(1)], {}, (), NOW, 2)
    assert set(found) == {2}
    wait = found[2]
    assert isinstance(wait, Postpone)
    assert local_day(wait.until, ROME) == local_day(NOW, ROME) + timedelta(days=1)


def test_a_courtesy_makes_room_for_money_and_apology_now_earlier_today_and_later_today() -> None:
    other = contact(2, is_courtesy=False)
    assert set(space([contact(), other], {}, (), NOW, 2)) == {1}
    assert set(space([contact()], {PAOLA: [days_ago(0.05, courtesy=False)]}, (), NOW, 2)) == {1}
    assert set(space([contact()], {}, {PAOLA}, NOW, 2)) == {1}
    assert space([contact()], {PAOLA: [days_ago(1, courtesy=False)]}, (), NOW, 2) == {}
    assert space([contact()], {}, {"somebody@else.example"}, NOW, 2) == {}


def test_only_so_many_a_week_and_the_next_one_when_the_first_is_a_week_old() -> None:
    earlier = {PAOLA: [days_ago(2), days_ago(5)]}
    found = space([contact()], earlier, (), NOW, 2)[1]
    assert isinstance(found, Postpone)
    assert found.until >= NOW + timedelta(days=2)
    assert found.until < NOW + timedelta(days=6)
    assert space([contact()], {PAOLA: [days_ago(2), days_ago(8)]}, (), NOW, 2) == {}


def test_what_would_come_too_late_is_skipped_with_the_reason_but_for_what_is_needed() -> None:
    late = contact(latest=NOW + timedelta(hours=5))
    assert isinstance(space([late], {}, {PAOLA}, NOW, 2)[1], Skip)
    assert space([replace(late, is_needed=True)], {}, {PAOLA}, NOW, 2) == {}
    full = {PAOLA: [days_ago(2), days_ago(5)]}
    assert space([contact(is_needed=True)], full, (), NOW, 2) == {}, "the week is no bar to what is needed"


def test_what_would_say_nothing_new_is_not_sent() -> None:
    one = contact(not_within=timedelta(days=10))
    assert isinstance(space([one], {PAOLA: [days_ago(9, courtesy=False)]}, (), NOW, 2)[1], Skip)
    assert space([one], {PAOLA: [days_ago(11)]}, (), NOW, 2) == {}


@given(
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 20)), max_size=8),
    st.lists(st.tuples(st.floats(0, 20), st.booleans()), max_size=8),
    st.integers(1, 3),
)
def test_whatever_is_due_at_most_one_courtesy_goes_and_nothing_is_lost(
    due: list[tuple[bool, bool, int]], before: list[tuple[float, bool]], per_week: int
) -> None:
    contacts = [
        contact(
            number, is_courtesy=courtesy, is_needed=needed and courtesy, latest=NOW + timedelta(days=days)
        )
        for number, (courtesy, needed, days) in enumerate(due)
    ]
    earlier = {PAOLA: [days_ago(days, courtesy=courtesy) for days, courtesy in before]}
    found = space(contacts, earlier, (), NOW, per_week)
    going = [one for one in contacts if one.is_courtesy and one.id not in found]
    forced = [one for one in going if one.is_needed and one.latest < NOW + timedelta(days=6)]
    assert len(going) - len(forced) <= 1
    assert not [id_ for id_ in found if not contacts[id_].is_courtesy], "only courtesies make room"
    for id_, wait in found.items():
        if isinstance(wait, Postpone):
            assert NOW < wait.until <= contacts[id_].latest
        else:
            assert not contacts[id_].is_needed
