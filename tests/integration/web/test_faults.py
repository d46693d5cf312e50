"""Pages when the house is on fire: a database that is away, names that are not ours, connections that say nothing."""

import asyncio
import html
import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import text

from deployments.mailbox.page import create_app as mailbox_page
from deployments.mailbox.store import MailboxFolder
from deployments.serve import serve
from deployments.web.app import build_app
from deployments.web.patience import RequestLimits, patient
from models.words import CaseReasonKind, CommitmentKind, Subject
from tasks.cases.open_case import open_case
from tasks.commitments.close import promise
from tasks.mails.links import door
from tasks.runtime.database import Database
from tests import factories
from tests.visitor import SITE, Visitor, sent
from tests.world import World


@pytest.fixture
def visitor(world: World) -> Iterator[Visitor]:
    """Pages that wait a fifth of a second for a database that is not free."""
    with closing(Database(world.db.url, busy_seconds=0.2)) as impatient:
        yield Visitor(impatient, world.policy, world.clock)


@contextmanager
def held(db: Database) -> Iterator[None]:
    """Another program has the whole database to itself."""
    if db.file is not None:
        with closing(sqlite3.connect(db.file, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
            other.execute("ROLLBACK")
        return
    with db.engine.connect() as connection:
        connection.execute(text("LOCK TABLE messages, cases, staff, commitments IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()


def asked(world: World, visitor: Visitor) -> str:
    with world.db.write() as session:
        customer = factories.customer(session)
        return visitor.answer_link(
            sent(session, customer, "satisfaction-check", factories.order(session, customer))
        )


def a_case(world: World) -> int:
    with world.db.write() as session:
        customer = factories.customer(session)
        about = (Subject.CUSTOMER, customer.id)
        return open_case(
            session,
            world.policy,
            customer.id,
            CaseReasonKind.CALL_ME,
            about,
            now=world.clock.now(),
            actor="x",
        ).id


def staff_id(world: World, ref: str = "M-1") -> int:
    with world.db.read() as session:
        return session.scalar(text("SELECT id FROM staff WHERE ref = :ref"), {"ref": ref}) or 0


def fields(page: str) -> dict[str, str]:
    """What a browser would send again."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    found |= dict(re.findall(r'<textarea id="\w+" name="(\w+)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL))
    return {name: html.unescape(value) for name, value in found.items()}


def test_an_answer_that_cannot_be_kept_now_is_given_back_and_can_be_sent_again(
    world: World, visitor: Visitor
) -> None:
    link, said = asked(world, visitor), 'Il piano è graffiato: "guardi" <qui>\nGrazie'
    with held(world.db):
        page = visitor.press(link, meaning="call-me", rating="2", text=said)
    assert page.status_code == 503
    assert page.headers["retry-after"] == "60"
    assert "Non siamo ancora riusciti a registrarlo" in page.text
    assert fields(page.text) == {"meaning": "call-me", "rating": "2", "text": said}
    assert visitor.responses() == []
    assert visitor.press(link, **fields(page.text)).status_code == 200
    assert said in {words for *_, words in visitor.responses()}


def test_the_pages_of_our_own_people_give_back_what_was_typed(world: World, visitor: Visitor) -> None:
    link = visitor.case_link(a_case(world), staff_id(world))
    with held(world.db):
        page = visitor.press(link, do="done", outcome="only-listened", text="era molto delusa", heard="tutto")
        door_page = visitor.press(door(SITE, 1))
        health = visitor.open(f"{SITE}/healthz")
    assert page.status_code == door_page.status_code == 503
    assert fields(page.text)["text"] == "era molto delusa"
    assert fields(page.text)["heard"] == "tutto"
    assert health.status_code in {200, 503}
    assert "sqlite" not in page.text.lower()


EXTREMES = ("0001-01-01T00:00", "9999-12-31T23:59", "9999-12-31T23:59-14:00", "0001-01-01T00:00+14:00")


@pytest.mark.parametrize("until", EXTREMES)
def test_a_time_that_nobody_can_mean_is_a_fault_of_the_form(
    world: World, visitor: Visitor, until: str
) -> None:
    case = a_case(world)
    with world.db.write() as session:
        about = (Subject.CUSTOMER, 1)
        owed = promise(
            session, world.policy, 1, CommitmentKind.CALL_BACK, about, now=world.clock.now(), actor="x"
        )
    me = staff_id(world)
    for link in (
        visitor.case_link(case, me),
        visitor.links.duty("commitment", owed.id, me, world.clock.now()),
    ):
        for do in ("take", "re-promise", "snooze"):
            page = visitor.press(link, do=do, until=until, due=until, reason="supplier", text="parole mie")
            assert page.status_code == 422, (do, page.text)
    for day in (until[:10], until):
        page = visitor.press(visitor.case_link(case, me), do="contract-end", day=day, text="x", order="SO-1")
        assert page.status_code == 422
        link = visitor.links.dossier(1, me, world.clock.now())
        assert visitor.open(f"{link}/print", params={"to": day}).status_code in {200, 404}


def test_a_slash_too_many_opens_the_same_page_and_no_other_host(world: World, visitor: Visitor) -> None:
    link = asked(world, visitor)
    for page in (visitor.open(f"{link}/"), visitor.open(f"{link}/", headers={"host": "evil.example"})):
        assert "location" not in page.headers
        assert "evil.example" not in page.text
    assert visitor.open(f"{link}/").text == visitor.open(link).text


def test_pages_answer_only_under_our_names(world: World, visitor: Visitor) -> None:
    link = asked(world, visitor)
    for host in (
        "pages.example",
        "PAGES.example:80",
        "pages.example.",
        "localhost:4280",
        "127.0.0.1",
        "[::1]:4280",
    ):
        assert visitor.open(link, headers={"host": host}).status_code == 200, host
    for host in ("evil.example", "pages.example.evil.example", "", "127.0.0.1.evil.example", "[::1", "a@b"):
        page = visitor.open(link, headers={"host": host})
        assert page.status_code == 421, host
        assert "Ferri" not in page.text
    before = visitor.dump()
    assert visitor.post(link, data={"rating": "1"}, headers={"host": "evil.example"}).status_code == 421
    assert visitor.dump() == before
    assert visitor.open(f"{SITE}/healthz", headers={"host": "10.evil.example"}).text == "ok"


def test_the_mailbox_answers_only_under_names_of_this_machine(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    app = mailbox_page(MailboxFolder(tmp_path_factory.mktemp("mails")), frozenset({"mails.internal"}))

    async def status(host: str) -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as client:
            return (await client.get("/", headers={"host": host})).status_code

    for host, expected in (("127.0.0.1:4281", 200), ("mails.internal", 200), ("evil.example", 421)):
        assert asyncio.run(status(host)) == expected


def test_the_link_of_one_matter_goes_three_times_a_day_at_most(world: World, visitor: Visitor) -> None:
    number = a_case(world)
    world.escalate()
    told = len(world.mailer.mails)
    for _ in range(10):
        world.clock.set(world.clock.now() + timedelta(hours=1))
        visitor.press(door(SITE, number))
        world.escalate()
    links = sum(mail.recipients[0] == "m-1@casa.example" for mail in world.mailer.mails[told:])
    assert 0 < links <= 3 + 2, "three links, besides the rungs of the ladder that fell due"
    with world.db.read() as session:
        asked_for = text("SELECT count(*) FROM follow_ups WHERE step LIKE '%link=%'")
        assert session.scalar(asked_for) == 3


async def test_half_open_connections_keep_nobody_out(world: World) -> None:
    """More of them than there may be, and none of them says a word."""
    links = Visitor(world.db, world.policy, world.clock).links
    app = build_app(world.db, world.policy, links, world.clock)
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port = opened.getsockname()[1]
        protocol = patient(RequestLimits(head_seconds=1.0, of_one_address=5, of_all=10))
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(serve(app, opened, protocol))
            halves = [await asyncio.open_connection("127.0.0.1", port) for _ in range(40)]
            for _, writing in halves[-4:]:
                writing.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
            async with httpx.AsyncClient(timeout=5) as client:
                assert (await client.get(f"http://127.0.0.1:{port}/healthz")).text == "ok"
            ended = [await asyncio.wait_for(ends(reading), 5) for reading, _ in halves]
            assert ended == [True] * 40, "each of them ends, and none of them is answered"
            for _, writing in halves:
                writing.close()


async def ends(reading: asyncio.StreamReader) -> bool:
    try:
        return await reading.read() == b""
    except ConnectionError:
        return True
