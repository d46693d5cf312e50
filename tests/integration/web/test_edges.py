"""What reaches the pages without being asked for: strangers, scanners, broken links, far too much of everything."""

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.types import Message

from deployments.web.app import build_app, create_app
from deployments.web.forms import MOST_BYTES, clean_words
from deployments.web.shield import ScrubTokens, scrubbed
from deployments.web.wording import preferred
from models.languages import CODES
from models.policy import Policy
from tasks.mails.links import Links
from tasks.runtime.clock import SetClock
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tests import factories
from tests.conftest import ROOT
from tests.visitor import SITE, Visitor, sent


@pytest.fixture
def visitor(db: Database, policy: Policy, clock: SetClock) -> Visitor:
    with db.write() as session:
        factories.desk(session)
    return Visitor(db, policy, clock)


@pytest.fixture
def link(visitor: Visitor) -> str:
    with visitor.db.write() as session:
        customer = factories.customer(session)
        return visitor.answer_link(
            sent(session, customer, "satisfaction-check", factories.order(session, customer))
        )


@pytest.fixture
def broken(policy: Policy, clock: SetClock, tmp_path: Path) -> Iterator[Visitor]:
    """Pages over a database without tables."""
    database = Database(f"sqlite:///{tmp_path / 'no-tables.db'}")
    yield Visitor(database, policy, clock)
    database.close()


def test_links_that_are_not_ours_open_nothing(visitor: Visitor, link: str):
    token = link.rpartition("/")[2]
    stranger = Links(SITE, "another key", visitor.clock)
    before = visitor.dump()
    for bad in (
        f"{SITE}/a/{token[:-1]}",
        f"{SITE}/a/x{token}",
        f"{SITE}/u/{token}",
        f"{SITE}/c/{token}",
        f"{SITE}/a/%00",
        f"{SITE}/nowhere",
        stranger.answer("f1-1", visitor.clock.now()),
        stranger.case(1, 1, visitor.clock.now()),
        visitor.answer_link("f999-1"),
        visitor.stop_link("f999-1"),
        visitor.case_link(999, 999),
    ):
        for page in (visitor.open(bad), visitor.press(bad, rating="1", meaning="call-me", do="take")):
            assert page.status_code == 404
            assert "+39 0422 555 0100" in page.text
            assert "Ferri" not in page.text
    assert visitor.dump() == before


WORDS = st.text(max_size=40)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(["a", "u", "c"]),
    token=WORDS,
    cut=st.integers(0, 60),
    score=WORDS,
    form=st.binary(max_size=200),
)
def test_no_garbage_ever_breaks_a_page(
    visitor: Visitor, link: str, path: str, token: str, cut: int, score: str, form: bytes
):
    ours = link.rpartition("/")[2]
    kind = {"content-type": "application/x-www-form-urlencoded"}
    for one in (token, ours[:cut] + token, ours + token, f"{token}.{ours}"):
        assert visitor.open(f"{SITE}/{path}/{quote(one, safe='')}").status_code < 500
    assert visitor.open(f"{SITE}/{path}/{quote(form, safe='')}").status_code < 500
    assert visitor.open(link, params={"say": token, "score": score}).status_code == 200
    assert visitor.post(link, content=form, headers=kind).status_code in {200, 422}
    assert visitor.press(link, meaning=token, rating=score, text=score).status_code in {200, 422}


def test_too_much_is_refused_whatever_the_headers_say(visitor: Visitor, link: str):
    before = visitor.dump()
    huge = "text=" + "x" * MOST_BYTES

    async def in_pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(huge), 1_000):
            yield huge[start : start + 1_000].encode()

    stop = visitor.stop_link("f1-1")
    for address in (link, stop, visitor.case_link(1, 1)):
        for content in (huge, in_pieces()):
            page = visitor.post(address, content=content)
            assert page.status_code == 413
            assert "+39 0422 555 0100" in page.text
    assert visitor.post(link, content=b"", headers={"content-length": "-1"}).status_code == 413
    assert visitor.dump() == before


def test_other_methods_are_no_fault_of_ours(visitor: Visitor, link: str):
    for method in ("PUT", "DELETE", "OPTIONS", "PATCH"):
        assert visitor.open(link, method).status_code == 405


def test_every_response_keeps_the_link_to_itself(visitor: Visitor, link: str, broken: Visitor):
    for page in (
        visitor.open(link),
        visitor.press(link, rating="4"),
        visitor.press(link),
        visitor.open(f"{SITE}/"),
        visitor.open(f"{SITE}/healthz"),
        visitor.open(f"{SITE}/a/x"),
        visitor.post(link, content=b"x" * 70_000),
        broken.open(link),
    ):
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["referrer-policy"] == "same-origin"
        assert page.headers["x-robots-tag"] == "noindex, nofollow"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert "script" not in page.headers["content-security-policy"]
        assert "<script" not in page.text
        assert " style=" not in page.text


class BrokenClock:
    """A fault of ours, with somebody's words in it."""

    def now(self) -> datetime:
        raise RuntimeError("parole private")


def test_a_fault_of_ours_gets_an_apology_and_a_log_without_anybodys_words(
    visitor: Visitor, link: str, caplog: pytest.LogCaptureFixture
):
    visitor.app = build_app(visitor.db, visitor.policy, visitor.links, BrokenClock())
    page = visitor.press(link, rating="1", text="parole private")
    assert page.status_code == 500
    assert "Da noi qualcosa non ha funzionato" in page.text
    assert "Traceback" not in page.text
    assert "RuntimeError" not in page.text
    assert "RuntimeError" in caplog.text
    assert "parole private" not in caplog.text
    assert link.rpartition("/")[2] not in caplog.text


def test_a_database_that_is_not_whole_gives_the_words_back(broken: Visitor, caplog: pytest.LogCaptureFixture):
    link = broken.answer_link("f1-1")
    page = broken.press(link, rating="1", text="parole private")
    assert page.status_code == 503
    assert "Non siamo ancora riusciti a registrarlo" in page.text
    assert "parole private" in page.text
    assert "a table or column is missing" in caplog.text
    assert "parole private" not in caplog.text
    assert link.rpartition("/")[2] not in caplog.text


def test_tokens_stay_out_of_the_access_log():
    line = ("127.0.0.1:5", "GET", "/a/f1-1.abc.def?say=call-me", "1.1", 200)
    record = logging.LogRecord("uvicorn.access", logging.INFO, "", 0, '%s - "%s %s HTTP/%s" %d', line, None)
    assert ScrubTokens().filter(record)
    assert record.getMessage() == '127.0.0.1:5 - "GET /a/… HTTP/1.1" 200'
    assert scrubbed("/healthz") == "/healthz"


def test_a_stranger_is_answered_in_a_language_of_theirs(visitor: Visitor):
    for accept, language in (
        ("pl-PL,pl;q=0.9,en;q=0.8", "pl"),
        ("fr, en-GB;q=0.7", "en"),
        ("de-AT", "de"),
        ("fr", "it"),
        ("", "it"),
    ):
        page = visitor.open(f"{SITE}/a/none", headers={"accept-language": accept})
        assert f'<html lang="{language}">' in page.text
    assert preferred("en;q=0, pl;q=x, it;q=0.1", CODES, "en") == "it"


def test_the_front_door_and_the_sign_of_life(
    visitor: Visitor, tmp_path: Path, policy: Policy, clock: SetClock
):
    assert "Casa Belvedere" in visitor.open(f"{SITE}/").text
    assert visitor.open(f"{SITE}/healthz").text == "ok"
    away = Database(f"sqlite:///{tmp_path}")  # a folder is no database
    app = build_app(away, policy, visitor.links, clock)
    visitor.app = app
    assert visitor.open(f"{SITE}/healthz").status_code == 503
    away.close()


async def test_the_application_by_its_settings(tmp_path: Path):
    app = create_app(Settings(state_dir=tmp_path, policy=ROOT / "policy.toml", _env_file=None))
    said: list[Message] = []
    orders = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Message:
        if said:  # started
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as client:
                assert (await client.get("/healthz")).text == "ok"
        return next(orders)

    async def send(message: Message) -> None:
        said.append(message)

    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    assert [message["type"] for message in said] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_words_are_kept_readable():
    assert clean_words(" a\r\nb\rc\x00\x1b\u202ed\u00a0e 👍🏽 ") == "a\nb\ncd\u00a0e 👍🏽"
