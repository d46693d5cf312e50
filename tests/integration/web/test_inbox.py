"""Our own people open a mail that came in: they read it, say what came of it, or whose it is."""

import asyncio
import re
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

import httpx
import pytest
from sqlalchemy import select

from deployments.web.app import build_app
from models.tables import Commitment, Inbound, Response
from tests import factories
from tests.inbox import SENDER, Inbox, written
from tests.world import World


@pytest.fixture
def inbox(world: World, tmp_path: Path) -> Inbox:
    return Inbox(world, tmp_path)


def visit(inbox: Inbox, path: str, form: dict[str, str] | None = None) -> httpx.Response:
    world = inbox.world
    app = build_app(world.db, world.policy, world.links, world.clock, inbox.reception.originals)

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pages.example") as client:
            return await (client.get(path) if form is None else client.post(path, data=form))

    return asyncio.run(go())


def stranger(inbox: Inbox, text: str = "Chi siete? <script>alert(1)</script>") -> str:
    """A parked mail; returns the path of its page for the owner."""
    return parked(inbox, written(text, From="Ignoto <ignoto@altrove.example>", To=SENDER, Subject="Domanda"))


def parked(inbox: Inbox, raw: bytes) -> str:
    inbox.deliver(raw)
    inbox.collect()
    with inbox.world.db.read() as session:
        mail = session.scalars(select(Inbound)).one()
    link = inbox.world.links.duty("inbound", mail.id, mail.owner_id or 0, inbox.world.clock.now())
    return link.removeprefix("http://pages.example")


def test_a_parked_mail_is_shown_without_its_markup_and_can_be_saved_as_it_came(inbox: Inbox) -> None:
    path = stranger(inbox)
    page = visit(inbox, path)
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text
    [original] = re.findall(r'href="(/i/[^"]+/original/\d+)"', page.text)
    saved = visit(inbox, original)
    assert saved.headers["content-disposition"].startswith("attachment")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert b"ignoto@altrove.example" in saved.content
    assert visit(inbox, f"{path}/original/999").status_code == 404
    assert visit(inbox, path.replace("/i/", "/i/x")).status_code == 404


def test_an_attachment_is_saved_under_its_name_and_never_shown(inbox: Inbox) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "ignoto@altrove.example", SENDER, "<foto@altrove.example>"
    mail.set_content("Ecco la foto.")
    mail.add_attachment(b"<script>alert(1)</script>", "text", "html", filename='../../crepa è "qui".html')
    mail.add_attachment(b"GIF89a", "image", "gif", filename="foto.gif")
    path = parked(inbox, mail.as_bytes())
    links = re.findall(r'href="(/i/[^"]+/attachment/\d+/\d+)"', visit(inbox, path).text)
    saved = [visit(inbox, link) for link in links]
    assert [one.content for one in saved] == [b"<script>alert(1)</script>", b"GIF89a"]
    assert {one.headers["content-type"] for one in saved} == {"application/octet-stream"}
    assert {one.headers["x-content-type-options"] for one in saved} == {"nosniff"}
    names = [unquote(one.headers["content-disposition"]) for one in saved]
    assert names == [
        "attachment; filename*=UTF-8''crepa è _qui_.html",
        "attachment; filename*=UTF-8''foto.gif",
    ]
    for wrong in (f"{links[0][:-1]}2", f"{links[0][:-1]}-1", links[0].replace("/i/", "/i/x")):
        assert visit(inbox, wrong).status_code in {404, 422}


def test_looking_changes_nothing_and_words_close_it(inbox: Inbox) -> None:
    path = stranger(inbox)
    visit(inbox, path)
    assert visit(inbox, path, {"do": "done", "outcome": "answered"}).status_code == 422
    with inbox.world.db.read() as session:
        assert session.scalars(select(Inbound)).one().handled_at is None
    assert visit(inbox, path, {"do": "done", "outcome": "answered", "text": "Ho scritto."}).status_code == 200
    with inbox.world.db.read() as session:
        mail = session.scalars(select(Inbound)).one()
    assert (mail.state, mail.handled_by, mail.outcome) == ("handled", "A-1", "answered: Ho scritto.")
    inbox.world.escalate()
    assert inbox.world.mailer.mails == []  # the notice is moot


def test_b34_a_parked_mail_is_given_to_an_order_and_counts_as_its_answer(inbox: Inbox) -> None:
    world = inbox.world
    with world.db.write() as session:
        factories.order(session, factories.customer(session))
    world.sweep("welcome-contact")
    path = stranger(inbox, "Sono la moglie: quando arriva la cucina?")
    assert visit(inbox, path, {"do": "assign", "about": "SO-9"}).status_code == 422
    assert visit(inbox, path, {"do": "assign", "about": "SO-1"}).status_code == 200
    with world.db.read() as session:
        mail = session.scalars(select(Inbound)).one()
        owed = session.scalars(select(Commitment).where(Commitment.kind == "reply")).one()
        heard = session.scalars(select(Response)).one()
    assert (mail.state, mail.matched_by) == ("owned", "hand")
    assert owed.inbound_id == mail.id
    assert heard.order_id == 1
    assert visit(inbox, path, {"do": "assign", "about": "SO-1"}).status_code == 200  # too late, and said so
    link = world.links.duty("commitment", owed.id, owed.owner_id or 0, world.clock.now())
    page = link.removeprefix("http://pages.example")
    assert "quando arriva la cucina?" in visit(inbox, page).text
    done = visit(inbox, page, {"do": "done", "outcome": "called", "text": "Venerdì mattina."})
    assert done.status_code == 200
    with world.db.read() as session:
        owed, mail = (
            session.scalars(select(Commitment).where(Commitment.kind == "reply")).one(),
            session.scalars(select(Inbound)).one(),
        )
    assert (owed.outcome, mail.state) == ("called: Venerdì mattina.", "handled")
    assert owed.done_at is not None
