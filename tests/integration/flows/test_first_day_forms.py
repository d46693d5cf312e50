"""The first day by form: what would go is mailed to whoever asks, and going live is an act with a name."""

from email import message_from_bytes
from email.policy import default

import pytest
from sqlalchemy import func, select

from flows.first_day import go_live, preview_message
from models.tables import FollowUp, History
from tasks.runtime.database import Database
from tests.shop import Sink, final

pytestmark = pytest.mark.prefect


@pytest.mark.usefixtures("prefect_server")
async def test_a_message_is_mailed_to_whoever_asks_and_nothing_is_written(
    shop: Database, sink: tuple[Sink, int]
) -> None:
    state = await final(preview_message, kind="welcome-contact", about="SO-C-1", by="A-1")
    assert str(state.message).startswith(
        "welcome-contact about SO-C-1 is mailed to A-1; if it were due now: "
    )
    assert sink[0].recipients == ["a-1@casa.example"]
    mail = message_from_bytes(sink[0].mails[0], policy=default)
    assert str(mail["To"]) == "a-1@casa.example"
    assert str(mail["Subject"]).startswith("[preview] ")
    assert mail["Reply-To"] is None
    with shop.read() as session:
        assert session.scalar(select(func.count(FollowUp.id))) == 0
    assert (await final(preview_message, kind="welcome-contact", about="X-9", by="A-1")).name == "Refused"
    assert (await final(preview_message, kind="welcome-contact", about="SO-C-1", by="X-9")).name == "Refused"


@pytest.mark.usefixtures("prefect_server", "sink")
async def test_going_live_by_form_shows_first_and_takes_a_person_who_decides(shop: Database) -> None:
    shown = await final(go_live, by="M-1")
    assert str(shown.message).splitlines()[0].startswith("late: ")
    assert (await final(go_live, by="S-1", only_show=False)).name == "Refused"
    assert (await final(go_live, by="X-9", only_show=False)).name == "Refused"
    done = await final(go_live, by="M-1", unpaid="leave", only_show=False)
    assert "live: follow_up_from is" in str(done.message)
    assert (await final(go_live, by="M-1", only_show=False)).name == "Refused"
    with shop.read() as session:
        noted = session.scalars(select(History).where(History.event == "went-live")).one()
    assert (noted.actor, noted.details["unpaid"]) == ("M-1", "leave")
