"""A step is one value: what is written is read back, whatever it is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.commitments.ladder import Rung
from models.rules.planning.cadence import Step
from models.rules.planning.step_key import NAME, Mark, StepKey, suffix
from models.words import Level

DAY = date(2026, 3, 18)
NAMES = st.from_regex(NAME, fullmatch=True)
KEYS = st.builds(
    StepKey,
    name=NAMES,
    level=st.sampled_from(["", *Level]),
    number=st.integers(1, 99),
    round=st.integers(0, 99),
) | st.builds(
    StepKey, name=NAMES, level=st.sampled_from(["", *Level]), day=st.dates(), number=st.integers(1, 9)
)
MARKED = st.builds(
    StepKey,
    name=NAMES,
    level=st.sampled_from(["", *Level]),
    mark=st.sampled_from(Mark),
    value=st.integers(0, 10**12).map(str),
    round=st.integers(0, 99),
    was_about=st.none()
    | st.tuples(st.sampled_from(["order", "invoice", "closed-case"]), st.integers(1, 10**12)),
)


@given(KEYS | MARKED)
def test_a_key_is_read_as_it_was_written(key: StepKey) -> None:
    assert StepKey.parse(str(key)) == key


@given(st.lists(KEYS | MARKED, min_size=2, max_size=2, unique=True))
def test_two_keys_never_have_one_text(keys: list[StepKey]) -> None:
    assert str(keys[0]) != str(keys[1])


@given(st.text(max_size=40) | st.from_regex(r"[a-z:+#=@0-9-]{1,30}", fullmatch=True))
def test_any_text_is_kept_as_it_is(text: str) -> None:
    assert str(StepKey.parse(text)) == text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (StepKey("welcome"), "welcome"),
        (StepKey("passed", day=DAY), "passed:2026-03-18"),
        (StepKey("told", day=DAY, number=2), "told:2026-03-18#2"),
        (StepKey("half", Level.TEAM_LEAD), "half:team-lead"),
        (StepKey("rung-2", Level.MANAGER, number=3, round=1), "rung-2:manager#3+1"),
        (StepKey("opened", mark=Mark.HANDED, value="7"), "opened:handed=7"),
        (StepKey("again", Level.OWNER, DAY), "again:owner:2026-03-18"),
        (StepKey("moved", day=DAY, round=1, was_about=("order", 12)), "moved:2026-03-18+1@order-12"),
    ],
)
def test_texts_of_keys(key: StepKey, text: str) -> None:
    assert str(key) == text


def test_a_rung_named_like_a_repetition_is_another_one() -> None:
    assert StepKey("warn-2", Level.OWNER) != StepKey("warn", Level.OWNER, number=2)
    assert str(StepKey("warn-2", Level.OWNER)) != str(StepKey("warn", Level.OWNER, number=2))


def test_what_is_asked_of_a_key() -> None:
    key = StepKey.parse("half:manager#2+3")
    assert str(key.first_round) == "half:manager#2"
    assert str(key.next_round) == "half:manager#2+4"
    assert key.rung == StepKey.parse("half:owner#2").rung
    assert key.rung != StepKey.parse("half:manager").rung
    assert str(StepKey("opened", day=DAY).marked(Mark.LINK, "2026031809")).endswith(
        suffix(Mark.LINK, "2026031809")
    )


@pytest.mark.parametrize(
    "name", ["a:b", "opened+x", "x#2", "", " ", "two words", "a=b", "-a", "a-", "a/b", "x\n"]
)
def test_names_that_a_key_could_not_be_told_from_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a step; write letters, digits, - and _"):
        Step(name, "1 day")
    with pytest.raises(ValueError, match="is no name of a rung; write letters, digits, - and _"):
        Rung(name, ("manager",), at=100)


@pytest.mark.parametrize("name", ["first-week", "30-giorni", "tydzień", "a_b", "owner", "2026-03-18"])
def test_ordinary_names_are_taken(name: str) -> None:
    assert Step(name, "1 day").name == Rung(name, ("manager",), at=100).name == name
