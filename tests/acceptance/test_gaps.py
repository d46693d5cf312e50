"""The routing of kinds, languages and levels is checked for gaps: in the policy, and every night (B36)."""

from datetime import date

import pytest
from sqlalchemy import select

from models import policy as policies
from models.policy import Policy, PolicyError
from models.tables import Staff
from tasks.escalation.coverage import check_ladders
from tests import factories
from tests.conftest import ROOT
from tests.world import World

TEXT = (ROOT / "policy.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "[ladders.delivery]",
            "[ladders.deliveries]",
            "ladders.deliveries: 'deliveries' is no kind of promise",
        ),
        ("[ladders.default]", "[ladders.reply]", "no ladder for phone"),
        ('tell = ["deputy", "team-lead"] }', 'tell = ["boss"] }', "'boss' is no level"),
        (
            '{ name = "half", at = 50, tell = ["owner"] },\n    { name = "due", at = 100, tell = ["deputy", "team',
            '{ name = "half", at = 150, tell = ["owner"] },\n    { name = "due", at = 100, tell = ["deputy", "team',
            "stands above 'half'",
        ),
        (
            (
                '    { name = "manager", late = "3 business days", tell = ["manager"] },\n'
                '    { name = "director", late = "10 business days", tell = ["director"] },\n'
            ),
            "",
            "the ladder ends below the managers",
        ),
        ("[cadences.commitment-notice]", "[cadences.promise-notice]", "add [cadences.commitment-notice]"),
        ('help_within = "4 hours"', 'help_within = "soon"', "help_within = 'soon' is no time"),
    ],
)
def test_b36_a_policy_with_a_gap_is_refused_with_its_line_and_the_fix(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(PolicyError, match=r"line \d+") as refused:
        policies.parse(TEXT.replace(old, new, 1))
    assert said in str(refused.value)


def test_b36_every_night_it_is_known_at_which_rungs_nobody_stands(world: World, policy: Policy) -> None:
    with world.db.write() as session:
        factories.customer(session)
    with world.db.read() as session:
        checked = check_ladders(session, policy, world.clock.now())
    assert checked.gaps == []
    assert checked.sentence.startswith("no gaps")
    assert {row["chi"] for row in checked.rows} >= {"A-1", "M-1", "D-1"}
    with world.db.write() as session:
        director = session.scalars(select(Staff).where(Staff.ref == "D-1")).one()
        director.absent_from, director.absent_until = date(2026, 3, 23), date(2026, 3, 27)
    with world.db.read() as session:
        checked = check_ladders(session, policy, world.clock.now())
    assert {(gap.day, gap.rung) for gap in checked.gaps} >= {
        (date(2026, 3, 23), "director"),
        (date(2026, 3, 24), "director"),
    }
    assert min(gap.day for gap in checked.gaps) == date(2026, 3, 23)
    assert "nobody can be reached (director); name a deputy" in checked.sentence
    assert "Dora" not in str(checked.rows)
