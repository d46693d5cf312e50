"""What is said by phone or in person counts like a mail."""

import pytest
from sqlalchemy import select

from models.tables import Commitment, Response
from tasks.cases.references import UnknownReferenceError
from tasks.responses.by_staff import RecordingError, Spoken, SpokenBy, Wants, record
from tests import factories
from tests.world import World


@pytest.fixture
def asked(world: World) -> World:
    """A customer whose welcome waits for an answer."""
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.sweep("welcome-contact")
    return world


def say(world: World, **facts: object) -> str:
    spoken = Spoken(**{"ref": "1", "about": "SO-1", "text": "Va bene così.", "taken_by": "A-1", **facts})  # type: ignore[arg-type]
    with world.db.write() as session:
        return record(session, world.policy, spoken, world.clock.now())


def test_b18_a_call_answers_the_welcome_and_counts_once(asked: World) -> None:
    assert say(asked, rating=5) == "SO-1: recorded; nobody has to do anything more"
    assert "before" in say(asked, rating=5)
    assert asked.follow_ups("welcome-contact")[0].state == "answered"
    with asked.db.read() as session:
        heard = session.scalars(select(Response)).one()
    assert (heard.rating, heard.channel) == (5, "phone, A-1")


def test_b35_a_promised_call_back_has_a_name_and_a_time(asked: World) -> None:
    say(asked, channel=SpokenBy.IN_PERSON, wants=Wants.CALL)
    with asked.db.read() as session:
        owed = session.scalars(select(Commitment).where(Commitment.kind == "call-back")).one()
    assert (owed.kind, owed.owner_id is not None, owed.deputy_id is not None) == ("call-back", True, True)
    assert owed.due_at > asked.clock.now()


def test_b03_a_low_rating_or_words_of_trouble_reach_the_manager(asked: World) -> None:
    say(asked, rating=1)
    say(asked, ref="2", text="Voglio il rimborso, altrimenti sento l'avvocato.")
    assert asked.reasons() == ["low-rating", "trouble-words"]


@pytest.mark.parametrize(
    ("facts", "fix"),
    [
        ({"text": " "}, "said"),
        ({"rating": 6}, "rating"),
        ({"about": "SO-9"}, "about"),
        ({"taken_by": "X"}, "taken by"),
    ],
)
def test_what_cannot_be_recorded_is_named_with_its_field(
    asked: World, facts: dict[str, object], fix: str
) -> None:
    with pytest.raises((RecordingError, UnknownReferenceError), match=f"^{fix}: "):
        say(asked, **facts)
