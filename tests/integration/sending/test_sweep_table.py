"""The table of a sweep tells truly how many contacts are behind a count, and tells it in one language."""

import pytest

from models.policy import Policy
from models.tables import FollowUp
from tasks.mails.control_words import ControlWords
from tasks.sending.sweep_report import Report
from tasks.sending.sweep_table import sweep_table
from tests import factories
from tests.world import World


def contacts(order: int, number: int) -> list[FollowUp]:
    return [FollowUp(subject_type="order", subject_id=order) for _ in range(number)]


def test_contacts_of_one_order_are_no_others(world: World) -> None:
    with world.db.write() as session:
        customer = factories.customer(session)
        ids = [factories.order(session, customer, f"SO-{n}").id for n in range(53)]
    first, second = Report(), Report()
    for n, id_ in enumerate(ids):
        part, steps = (first if n % 2 else second), 3 if n < 2 else 1
        part.count("delay-alert", "skipped", "delivered", steps, about=contacts(id_, steps))
    first.count("hand-over", "held", "nobody reachable: manager", 2, about=contacts(ids[0], 2))
    whole = first + second
    words = ControlWords.of(world.policy)
    with world.db.read() as session:
        alert, handed = sweep_table(session, words, whole)
    assert alert["numero"] == 57
    assert alert["riguarda"].count("SO-") == 50
    assert alert["riguarda"].endswith("e altri 3")
    assert handed["riguarda"] == "SO-0"


@pytest.mark.parametrize("language", ["it", "pl", "de"])
def test_no_kind_and_no_reason_is_left_in_english(policy: Policy, language: str) -> None:
    company = policy.company.model_copy(update={"language": language})
    words = ControlWords.of(policy.model_copy(update={"company": company}))
    english = ControlWords.of(
        policy.model_copy(update={"company": company.model_copy(update={"language": "en"})})
    )
    for kind in policy.cadences:
        assert words.kind(kind) != kind, "it has words"
        assert words.kind(kind) != english.kind(kind)
    assert words.why("nobody reachable: team-lead") != english.why("nobody reachable: team-lead")
