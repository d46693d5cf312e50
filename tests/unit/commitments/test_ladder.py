"""The ladder and the ledger as pure rules: whatever people do, nothing is lost, and nobody above is delayed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policy import Policy
from models.rules.calendar.calendars import Place, Window
from models.rules.calendar.working import after_working_minutes, working_minutes
from models.rules.commitments import ladder_changes
from models.rules.commitments.deliveries import Facts, LastPromise, turn
from models.rules.commitments.ladder import LEVELS, Ladder, Rung, climbed, rank, tellings
from models.rules.commitments.ladder_changes import Pending
from models.rules.commitments.ledger import AGREED, ended, gave_way, is_slip
from models.rules.escalation.call_list import Call, for_today, ranked
from models.words import CommitmentKind, CommitmentState, Level

ROME = Place("IT", "Europe/Rome")
OFFICE = Window(("08:30-12:30", "14:00-18:00"))
NIGHT = Window(("00:00-24:00",), "every")
_DUE = 100
NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)

instants = st.datetimes(datetime(2025, 12, 20), datetime(2027, 1, 10), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
windows = st.sampled_from([OFFICE, NIGHT, Window(("08:00-18:00",))])


@given(instants, st.integers(1, 60 * 200), windows)
def test_working_minutes_pass_and_come_out_again(start: datetime, minutes: int, window: Window) -> None:
    end = after_working_minutes(start, minutes, window, ROME)
    assert working_minutes(start, end, window, ROME) == minutes
    assert working_minutes(start, end - timedelta(minutes=1), window, ROME) == minutes - 1


@given(instants, instants, instants, windows)
def test_working_minutes_add_up(one: datetime, two: datetime, three: datetime, window: Window) -> None:
    first, second, third = sorted((one, two, three))
    parts = working_minutes(first, second, window, ROME) + working_minutes(second, third, window, ROME)
    assert parts == working_minutes(first, third, window, ROME)
    assert working_minutes(third, first, window, ROME) == 0


def test_working_time_leaves_out_nights_weekends_and_holidays() -> None:
    friday = datetime(2026, 4, 3, 15, tzinfo=UTC)  # 17:00 in Rome; Monday is Easter Monday
    assert after_working_minutes(friday, 60, OFFICE, ROME) == datetime(2026, 4, 3, 16, tzinfo=UTC)
    assert after_working_minutes(friday, 61, OFFICE, ROME) == datetime(2026, 4, 7, 6, 31, tzinfo=UTC)


@given(
    st.sampled_from(list(CommitmentKind)),
    instants,
    st.integers(0, 60 * 24 * 40),
    st.booleans(),
    st.integers(0, 4),
)
def test_every_promise_climbs_to_the_top_and_never_backwards(
    policy: Policy, kind: str, made: datetime, minutes: int, complains: bool, breaks: int
) -> None:
    ladder = policy.ladder(kind)
    assert ladder is not None
    due = made + timedelta(minutes=minutes)
    found = tellings(climbed(ladder, complains=complains, breaks=breaks), made, due, OFFICE, ROME)
    assert found[-1].level == Level.DIRECTOR
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert len({one.step for one in found}) == len(found)
    assert found[0].at >= made
    if breaks > 1:
        first = [one.level for one in found if one.at == found[0].at]
        assert Level.MANAGER in first or Level.DIRECTOR in first
    if breaks == 1:
        over = next((rung.at for rung in ladder.rungs if rung.is_late), None)
        at_due = [one.level for one in found if one.at <= max(due, made)]
        assert over != _DUE or {Level.MANAGER, Level.DIRECTOR} & set(at_due)


def test_the_manager_is_told_three_working_days_running_and_then_the_director() -> None:
    ladder = Ladder((Rung("m", ("manager",), at=100, times=3), Rung("d", ("director",), at=110)))
    found = tellings(ladder.rungs, NOW, NOW + timedelta(hours=3), OFFICE, ROME)
    assert [(one.step, one.at.day) for one in found] == [
        ("m:manager", 18),
        ("m:manager#2", 19),
        ("m:manager#3", 20),
        ("d:director", 23),
    ]


@pytest.mark.parametrize(
    ("rungs", "said"),
    [
        ((), "rungs is empty"),
        ((Rung("a", ("owner",), at=0),), "ends below the managers"),
        ((Rung("a", ("director",), at=0), Rung("b", ("manager",), at=50)), "stands above 'a'"),
        ((Rung("a", ("owner",), late="3 days"), Rung("b", ("director",), late="1 hour")), "stands above 'a'"),
        ((Rung("a", ("manager",), at=0), Rung("a", ("manager",), at=50)), "share a name"),
    ],
)
def test_a_ladder_that_leads_nowhere_is_refused(rungs: tuple[Rung, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Ladder(rungs)


pending = st.lists(st.tuples(st.sampled_from(LEVELS), instants), min_size=1, max_size=8).map(
    lambda found: [Pending(n, str(level), at, at) for n, (level, at) in enumerate(found)]
)


def after(items: list[Pending], times: ladder_changes.Times) -> list[Pending]:
    assert set(times) <= {item.id for item in items}
    return [Pending(one.id, one.level, one.owed_at, times.get(one.id, one.due_at)) for one in items]


@given(pending, st.integers(0, 3), instants)
def test_an_acknowledgement_never_delays_anybody_above(
    items: list[Pending], own: int, until: datetime
) -> None:
    done = after(items, ladder_changes.acknowledged(items, own, until))
    for before, now in zip(items, done, strict=True):
        if rank(before.level) > own:
            assert now.due_at <= before.due_at
        else:
            assert now.due_at >= before.due_at
    above = [one for one in done if rank(one.level) > own]
    assert not above or min(one.due_at for one in above) <= max(until, min(one.due_at for one in above))
    if above:
        lowest = min(rank(one.level) for one in above)
        assert any(one.due_at <= until for one in above if rank(one.level) == lowest)


def done_to(items: list[Pending], what: str, at: datetime, own: int) -> ladder_changes.Times:
    match what:
        case "acknowledge":
            return ladder_changes.acknowledged(items, own, at)
        case "snooze":
            return ladder_changes.snoozed(items, at)
        case "wake":
            return ladder_changes.woken(items, at)
        case _:
            return ladder_changes.raised(items, own, at)


events = st.lists(
    st.tuples(st.sampled_from(["acknowledge", "snooze", "wake", "raise"]), instants, st.integers(0, 3)),
    max_size=6,
)


@given(pending, events)
def test_whatever_people_do_no_rung_is_lost_and_what_the_ladder_owed_stays(
    items: list[Pending], happened: list[tuple[str, datetime, int]]
) -> None:
    state = items
    for what, at, own in happened:
        times = done_to(state, what, at, own)
        state = after(state, times)
    assert [(one.id, one.level, one.owed_at) for one in state] == [
        (one.id, one.level, one.owed_at) for one in items
    ]


@given(pending, instants, instants)
def test_a_rest_that_is_woken_never_comes_before_the_ladder_and_never_later_than_the_rest(
    items: list[Pending], until: datetime, now: datetime
) -> None:
    resting = after(items, ladder_changes.snoozed(items, until))
    awake = after(resting, ladder_changes.woken(resting, now))
    assert all(one.due_at >= one.owed_at for one in awake)
    assert all(
        one.due_at <= slept.due_at or one.due_at == one.owed_at
        for one, slept in zip(awake, resting, strict=True)
    )


facts = st.builds(
    Facts,
    st.none() | instants,
    instants,
    st.none() | instants,
    st.none() | instants,
    st.sampled_from(["supplier", "unstated", AGREED]),
)


@given(st.lists(facts, min_size=1, max_size=6))
def test_no_turn_of_an_order_loses_its_promise_or_moves_an_old_due_time(history: list[Facts]) -> None:
    book: list[LastPromise] = []
    dues: list[datetime] = []
    for said in history:
        for _ in range(2):  # told twice, it changes nothing more
            last = book[-1] if book else None
            one = turn(said, last)
            if one.ends is not None:
                assert last is not None
                book[-1] = LastPromise(last.id, last.due_at, one.ends.state, one.ends.at, last.breaks)
            if one.makes:
                assert said.due_at is not None
                end = one.made_ends
                breaks = (last.breaks + one.slips) if last else 0
                book.append(
                    LastPromise(
                        len(book), said.due_at, end.state if end else "open", end.at if end else None, breaks
                    )
                )
                dues.append(said.due_at)
        assert [one.due_at for one in book] == dues
        assert sum(one.done_at is None for one in book) <= 1
        if said.due_at is not None and said.cancelled_at is None and said.delivered_at is None:
            assert book[-1].done_at is None, "what is neither delivered nor cancelled is owed"
        if said.cancelled_at is not None:
            assert all(one.done_at is not None for one in book)


@given(instants, instants)
def test_a_promise_is_kept_late_broken_or_given_up_in_time(due: datetime, at: datetime) -> None:
    assert (ended(due, at) is CommitmentState.KEPT) == (at <= due)
    assert (gave_way(due, at) is CommitmentState.BROKEN) == (at > due)
    assert not is_slip(due, at, AGREED)
    assert is_slip(due, at, "supplier") == (at > due)


calls = st.lists(
    st.builds(
        Call,
        st.sampled_from(["C-1", "C-2", "C-3", "C-4"]),
        st.just(("call-back",)),
        instants,
        instants,
        complains=st.booleans(),
        holder=st.sampled_from([7, 8]),
    ),
    min_size=1,
    max_size=12,
)


@given(calls, st.data())
def test_contacting_us_more_often_never_improves_ones_place(waiting: list[Call], data: st.DataObject) -> None:
    known = data.draw(st.sampled_from(waiting))
    mine = [call for call in waiting if call.customer == known.customer]
    later = data.draw(st.timedeltas(timedelta(minutes=1), timedelta(days=30)))
    first = min(call.due_at for call in mine if call.due_at is not None)
    # who asks again is promised an hour counted from then, by the same clock: never an earlier one
    again = Call(known.customer, known.why, known.since + later, first + later, holder=known.holder)

    def place(calls_: list[Call]) -> int:
        return [call.customer for call in ranked(calls_)].index(known.customer)

    assert place([*waiting, again]) == place(waiting)
    assert place([*waiting, *[again] * 5]) == place(waiting)


@given(calls, st.integers(1, 5), st.dictionaries(st.sampled_from([7, 8]), st.integers(0, 6)))
def test_a_days_list_keeps_to_the_capacity_and_to_the_order(
    waiting: list[Call], capacity: int, done: dict[int, int]
) -> None:
    listed = ranked(waiting)
    today = for_today(listed, capacity, done)
    for holder in (7, 8):
        mine = [fits for call, fits in zip(listed, today, strict=True) if call.holder == holder]
        assert sum(mine) == min(len(mine), max(capacity - done.get(holder, 0), 0))
        assert mine == sorted(mine, reverse=True), "nobody is called before somebody who stands higher"


@given(facts, instants, st.booleans(), st.sampled_from(["kept", "late", "withdrawn"]))
def test_what_a_person_ended_stays_ended_until_another_day_is_promised(
    said: Facts, due: datetime, is_later: bool, state: str
) -> None:
    made = said.made_at + timedelta(hours=1) * (-1 if is_later else 1)
    last = LastPromise(1, due, state, due, 0, made, by_hand=True)
    one = turn(said, last)
    assert one.ends is None, "the words and the hour of who ended it stay"
    is_another = said.due_at is not None and said.due_at != due and is_later and said.cancelled_at is None
    assert one.makes == is_another


@given(facts, instants)
def test_a_day_that_a_person_agreed_on_outlives_the_older_one_of_the_source(
    said: Facts, due: datetime
) -> None:
    one = turn(said, LastPromise(1, due, "open", None, 0, said.made_at + timedelta(hours=1), by_hand=True))
    assert not one.makes
    assert (one.ends is None) == (said.cancelled_at is None and said.delivered_at is None)
