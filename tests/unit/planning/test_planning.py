from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.policy import Policy
from models.rules.calendar import offsets
from models.rules.calendar.calendars import Place, Window
from models.rules.planning.cadence import Cadence, Step
from models.rules.planning.changes import promise
from models.rules.planning.plan import (
    WITHDRAWN,
    KnownFollowUp,
    OwedContact,
    PlanFacts,
    by_day,
    owed,
    reconcile,
)

ROME = Place("IT", "Europe/Rome")
NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
ANY = {"any": Window(("00:00-24:00",), "every")}


def subject(**anchors: date | datetime) -> PlanFacts:
    return PlanFacts("order", 1, 1, ROME, {name.replace("_", "-"): at for name, at in anchors.items()}, 14)


def cadence(*steps: tuple[str, str], anchor: str = "signed", per_date: bool = False) -> dict[str, Cadence]:
    made = tuple(Step(name, after) for name, after in steps)
    return {"k": Cadence("welcome-contact", "order", anchor, made, window="any", per_date=per_date)}


@pytest.mark.parametrize(
    ("after", "at"),
    [
        ("0 hours", datetime(2026, 3, 13, 15, 40, tzinfo=UTC)),
        ("4 hours", datetime(2026, 3, 13, 19, 40, tzinfo=UTC)),
        ("1 day", datetime(2026, 3, 13, 23, 0, tzinfo=UTC)),
        ("1 business day", datetime(2026, 3, 15, 23, 0, tzinfo=UTC)),
        ("2 weeks", datetime(2026, 3, 26, 23, 0, tzinfo=UTC)),
        ("1 month", datetime(2026, 4, 12, 22, 0, tzinfo=UTC)),  # summer time has begun
        ("-5 days", datetime(2026, 3, 7, 23, 0, tzinfo=UTC)),
        ("50% of withdrawal", datetime(2026, 3, 19, 23, 0, tzinfo=UTC)),
    ],
)
def test_distances_from_a_friday_afternoon(after: str, at: datetime) -> None:
    facts = subject(measured=datetime(2026, 3, 13, 15, 40, tzinfo=UTC))
    [item] = owed(facts, cadence(("s", after), anchor="measured"), ANY)
    assert item.owed_at == at


def test_a_step_before_a_date_is_not_owed_where_the_sale_is_younger() -> None:
    steps = cadence(("month", "-30 days"), ("week", "-7 days"), anchor="promised")
    facts = subject(signed=datetime(2026, 3, 13, 15, 40, tzinfo=UTC), promised=date(2026, 4, 2))
    assert [item.step for item in owed(facts, steps, ANY)] == ["week"]


def test_a_month_after_the_31st_is_the_last_day_of_the_next() -> None:
    [item] = owed(subject(signed=date(2026, 1, 31)), cadence(("s", "1 month")), ANY)
    assert item.owed_at == datetime(2026, 2, 27, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "3", "3 fortnights", "1.5 days", "days", "3 days ago"])
def test_what_is_no_distance_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="'3 days'"):
        offsets.parse(text)


def test_nothing_is_owed_on_a_date_that_is_missing() -> None:
    assert owed(subject(), cadence(("s", "1 day"), anchor="delivered"), ANY) == []


def test_no_withdrawal_window_no_step_inside_it() -> None:
    without = PlanFacts("order", 1, 1, ROME, {"signed": date(2026, 3, 13)}, 0)
    assert owed(without, cadence(("alarm", "50% of withdrawal")), ANY) == []


def test_each_new_promised_date_earns_its_own_alert() -> None:
    rule = cadence(("passed", "1 day"), anchor="promised", per_date=True)
    first = owed(subject(promised=date(2026, 3, 20)), rule, ANY)
    second = owed(subject(promised=date(2026, 3, 27)), rule, ANY)
    assert [item.step for item in (*first, *second)] == ["passed:2026-03-20", "passed:2026-03-27"]


def known(item: OwedContact, number: int, state: str = "planned", **more: object) -> KnownFollowUp:
    facts = {"reason": None, "owed_at": item.owed_at, "due_at": item.owed_at, "nudge": 0, **more}
    return KnownFollowUp(id=number, kind=item.kind, step=item.step, state=state, **facts)  # type: ignore[arg-type]


def test_a_changed_fact_moves_what_is_not_sent_and_leaves_the_rest() -> None:
    rule = cadence(("a", "1 day"), ("b", "5 days"))
    before = owed(subject(signed=date(2026, 3, 16)), rule, ANY)
    after = owed(subject(signed=date(2026, 3, 18)), rule, ANY)
    changes = reconcile(after, [known(before[0], 1, "sent"), known(before[1], 2)], NOW)
    assert changes.new == ()
    assert changes.moved == {2: (after[1].owed_at, after[1].owed_at)}


def test_what_the_facts_no_longer_call_for_is_withdrawn_and_comes_back_when_they_do() -> None:
    [item] = owed(subject(promised=date(2026, 3, 20)), cadence(("p", "1 day"), anchor="promised"), ANY)
    assert reconcile([], [known(item, 1)], NOW).withdrawn == (1,)
    back = reconcile([item], [known(item, 1, "skipped", reason=WITHDRAWN)], NOW)
    assert back.moved == {1: (item.owed_at, item.owed_at)}


def test_a_delay_by_the_mail_server_is_not_undone_by_planning_again() -> None:
    [item] = owed(subject(signed=date(2026, 3, 16)), cadence(("a", "1 day")), ANY)
    later = known(item, 1, due_at=NOW + timedelta(hours=1))
    assert reconcile([item], [later], NOW).moved == {}


def test_a_held_ladder_goes_on_from_where_it_stood_with_fresh_dates() -> None:
    rule = cadence(("a", "1 day"), ("b", "8 days"), ("c", "15 days"))
    a, b, c = owed(subject(signed=date(2026, 3, 2)), rule, ANY)
    rows = [known(a, 1, "sent"), known(b, 2, "held"), known(c, 3)]
    changes = reconcile([a, b, c], rows, NOW)
    assert changes.moved[2] == (b.owed_at, NOW)
    assert changes.moved[3][1] - changes.moved[2][1] == c.owed_at - b.owed_at


def test_a_nudge_that_was_held_gets_another_chance_too() -> None:
    [item] = owed(subject(signed=date(2026, 3, 2)), cadence(("a", "1 day")), ANY)
    rows = [known(item, 1, "sent"), known(item, 2, "held", nudge=1)]
    assert reconcile([item], rows, NOW).moved == {2: (item.owed_at, NOW)}


SETTLED = ("sent", "answered", "silent", "failed", "bounced", "claimed", "raised")


@given(
    st.dates(date(2026, 1, 1), date(2026, 6, 1)),
    st.lists(st.sampled_from(["planned", "held", "skipped", *SETTLED]), min_size=3, max_size=3),
)
def test_planning_twice_changes_nothing_and_never_touches_what_is_settled(
    day: date, states: Sequence[str]
) -> None:
    rule = cadence(("a", "1 day"), ("b", "8 days"), ("c", "15 days"))
    wanted = owed(subject(signed=day), rule, ANY)
    rows = [
        known(item, number, state) for number, (item, state) in enumerate(zip(wanted, states, strict=True))
    ]
    changes = reconcile(wanted, rows, NOW)
    assert changes.new == ()
    assert changes.withdrawn == ()
    assert not {row.id for row in rows if row.state in SETTLED} & set(changes.moved)
    again = [
        known(
            item,
            row.id,
            "planned" if row.id in changes.moved else row.state,
            due_at=changes.moved.get(row.id, (None, row.due_at))[1],
        )
        for item, row in zip(wanted, rows, strict=True)
    ]
    assert reconcile(wanted, again, NOW).moved == {}


def test_the_shipped_policy_owes_an_order_what_the_readme_says(policy: Policy) -> None:
    facts = {"signed": datetime(2026, 3, 16, 9, tzinfo=UTC), "promised": date(2026, 4, 10)}
    kinds = {
        item.kind for item in owed(PlanFacts("order", 1, 1, ROME, facts, 14), policy.cadences, policy.windows)
    }
    assert kinds == {
        "order-confirmation",
        "missing-date",
        "welcome-contact",
        "welcome-missing",
        "progress-update",
        "delay-alert",
    }


def test_what_a_fact_made_moot_comes_back_with_its_own_age_when_the_fact_is_taken_back() -> None:
    rule = cadence(("a", "1 day"), ("b", "8 days"))
    a, b = owed(subject(signed=date(2026, 3, 2)), rule, ANY)
    rows = [known(a, 1, "skipped", reason="cancelled"), known(b, 2)]
    assert reconcile([a, b], rows, NOW, frozenset({"paid"})).moved == {}
    assert reconcile([a, b], rows, NOW, frozenset({"cancelled"})).moved == {
        1: (a.owed_at, a.owed_at)  # it keeps its own age, and what comes after it its own day
    }


@pytest.mark.parametrize(
    "reason", ["superseded by a newer step", "stale: due too long ago", "answered", None]
)
def test_what_was_skipped_for_another_reason_stays_skipped(reason: str | None) -> None:
    [item] = owed(subject(signed=date(2026, 3, 2)), cadence(("a", "1 day")), ANY)
    rows = [known(item, 1, "skipped", reason=reason)]
    assert reconcile([item], rows, NOW, frozenset({"cancelled", "paid", "disputed"})).moved == {}


def test_after_a_hold_everything_owed_about_an_invoice_moves_alike(policy: Policy) -> None:
    invoice = PlanFacts("invoice", 1, 1, ROME, {"due": date(2026, 2, 18)})
    ladder = owed(invoice, policy.cadences, policy.windows)
    rows = [
        known(item, number, "held" if item.kind != "credit-recovery-warning" else "planned")
        for number, item in enumerate(ladder)
    ]
    moved = reconcile(ladder, rows, NOW).moved
    at = {item.step: moved[number][1] for number, item in enumerate(ladder) if number in moved}
    assert at["before-due"] < at["friendly"] == NOW  # too late before the day it announces: not moved
    assert at["friendly"] < at["second"] < at["call"] < at["warning"]


def test_two_moves_on_one_day_are_two_alerts() -> None:
    rule = cadence(("moved", "0 hours"), anchor="promise-moved", per_date=True)
    first, second = (
        owed(replace(subject(promise_moved=NOW), moved_to=day), rule, ANY)
        for day in (date(2026, 5, 10), date(2026, 6, 20))
    )
    assert [item.step for item in (*first, *second)] == ["moved:2026-05-10", "moved:2026-06-20"]


@given(st.lists(st.integers(0, 96 * 60), max_size=8))
def test_times_keep_their_names_whatever_comes_after_them(minutes: list[int]) -> None:
    times = [
        NOW + timedelta(days=9, minutes=minute) for minute in sorted(minutes)
    ]  # the clock changes within them
    named = by_day(times, ROME)
    assert list(named.values()) == times
    for number in range(len(times)):
        assert list(by_day(times[:number], ROME)) == list(named)[:number]


def test_each_declaration_is_owed_its_receipt_and_other_cadences_hang_on_the_one_that_stands() -> None:
    declared = replace(subject(withdrawal=NOW), withdrawals=(NOW - timedelta(minutes=1), NOW))
    receipts = owed(declared, cadence(("told", "0 hours"), anchor="withdrawal", per_date=True), ANY)
    assert [(item.step, item.owed_at) for item in receipts] == [
        (f"told:{NOW.date()}", NOW - timedelta(minutes=1)),
        (f"told:{NOW.date()}#2", NOW),
    ]
    assert [
        item.owed_at for item in owed(declared, cadence(("fetch", "0 hours"), anchor="withdrawal"), ANY)
    ] == [NOW]
    set_aside = replace(subject(), withdrawals=(NOW,))
    assert owed(set_aside, cadence(("fetch", "0 hours"), anchor="withdrawal"), ANY) == []


def test_a_promise_that_was_lost_and_comes_back_later_is_a_move() -> None:
    told = {"promised_on": date(2026, 4, 1), "promised_before": None, "promise_moved_at": None}
    lost = promise(told, None, NOW)
    assert lost == {"promised_before": date(2026, 4, 1), "promise_moved_at": None}
    back = promise({"promised_on": None, **lost}, date(2026, 6, 1), NOW)
    assert back == {"promised_before": date(2026, 4, 1), "promise_moved_at": NOW}
    same = promise({"promised_on": None, **lost}, date(2026, 4, 1), NOW)
    assert same["promise_moved_at"] is None
