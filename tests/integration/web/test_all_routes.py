"""Requests of every kind to every route, with valid links of every purpose: never a 500, nothing half written."""

from dataclasses import dataclass
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployments.web.app import PARTS
from models.tables import Inbound
from models.words import CaseReasonKind, CommitmentKind, InboundState, ParkedFor, Subject
from tasks.cases.open_case import open_case
from tasks.commitments.close import promise
from tests import factories
from tests.visitor import SITE, Visitor, sent
from tests.world import World

WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "1",
            "5",
            "9" * 30,
            "0001-01-01",
            "0001-01-01T00:00",
            "9999-12-31",
            "9999-12-31T23:59-14:00",
            "2026-03-20",
            "2026-03-20T15:00",
            "2026-02-30",
            "24:00",
            "M-1",
            "S-1",
            "C-1",
            "SO-1",
            "c-1@posta.example",
            "call-me",
            "will-pay",
            "withdraw",
            "rating",
            "message",
            "only-listened",
            "solved",
            "agreed",
            "done",
            "called",
            "supplier",
            "withdrawal",
            "termination",
            "quality",
            "late",
            "\x00",
            "=1+1",
            "{{7*7}}",
            "%s%n",
            "x" * 5_000,
        ]
    ),
)
FIELDS = (
    *(
        "do",
        "text",
        "heard",
        "about",
        "to",
        "until",
        "due",
        "reason",
        "outcome",
        "order",
        "kind",
        "cause",
        "day",
    ),
    *("meaning", "rating", "pays_on", "matter", "help", "letter", "say", "score", "by", "at"),
    *("email", "name", "language"),
)
ACTS = (
    *(
        "take",
        "done",
        "state",
        "re-promise",
        "snooze",
        "hand-over",
        "help",
        "contract-end",
        "assign",
        "sign",
        "put-off",
        "show",
        "confirm",
    ),
    "",
)


@dataclass
class Site:
    """The application with everything in it that a link can open."""

    visitor: Visitor
    tokens: dict[str, list[str]]
    """Valid ones, by the first part of their path."""

    def paths(self) -> list[str]:
        """Every path of every route, with valid tokens where it wants one."""
        routes = [route for part in PARTS for route in part.router.routes]
        return [path for route in routes for path in self._filled(str(route.path))]

    def _filled(self, path: str) -> list[str]:
        tokens = self.tokens.get(path.split("/")[1], []) if "{token}" in path else []
        paths = [path, *(path.replace("{token}", token) for token in tokens)]
        return [one.replace("{number:int}", "1").replace("{inbound_id}", "1") for one in paths]


@pytest.fixture
def site(world: World) -> Site:
    visitor = Visitor(world.db, world.policy, world.clock)
    now = world.clock.now()
    with world.db.write() as session:
        customer = factories.customer(session)
        order = factories.order(session, customer)
        invoice = factories.invoice(session, customer)
        keys = [
            sent(session, customer, "satisfaction-check", order),
            sent(session, customer, "payment-reminder", invoice),
        ]
        about = (Subject.CUSTOMER, customer.id)
        case = open_case(
            session, world.policy, customer.id, CaseReasonKind.CALL_ME, about, now=now, actor="x"
        )
        kinds = (CommitmentKind.CALL_BACK, CommitmentKind.SIGNATURE, CommitmentKind.HAND_OVER)
        owed = [
            promise(session, world.policy, customer.id, kind, about, now=now, actor="x") for kind in kinds
        ]
        mail = Inbound(
            **dict.fromkeys(("identity", "digest"), "0" * 64),
            **dict.fromkeys(("sender", "sender_name", "subject", "why", "words"), "x@y.example"),
            **dict.fromkeys(("received_at", "recorded_at"), now),
            size_bytes=1,
            verdict="human",
            state=InboundState.PARKED,
            parked_for=ParkedFor.STRANGER,
            attachments=[],
            quoted="",
        )
        session.add(mail)
        session.flush()
        people = [factories.staff(session, "M-9", "manager"), factories.staff(session, "S-9", "seller")]
        ids = [person.id for person in people]
    links = visitor.links
    made = [link(key, now) for key in keys for link in (links.answer, links.unsubscribe)]
    for who in ids:
        made += [links.case(case.id, who, now), links.own(who, now), links.dossier(customer.id, who, now)]
        made += [links.duty("commitment", one.id, who, now) for one in owed]
        made.append(links.duty("inbound", mail.id, who, now))
    tokens: dict[str, list[str]] = {}
    for link in made:
        kind, token = link.removeprefix(f"{SITE}/").split("/")
        tokens.setdefault(kind, []).append(token)
    return Site(visitor, tokens)


def ask(site: Site, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(site.paths()))
    if data.draw(st.integers(0, 5)) == 0:
        path += quote(data.draw(WORDS), safe="/")
    form = data.draw(st.dictionaries(st.sampled_from(FIELDS), WORDS, max_size=8))
    form |= {"do": data.draw(st.sampled_from(ACTS))} if data.draw(st.booleans()) else {}
    query = data.draw(st.dictionaries(st.sampled_from(FIELDS), WORDS, max_size=2))
    method = data.draw(st.sampled_from(["GET", "HEAD", "POST", "POST", "POST", "PUT", "OPTIONS", "TRACE"]))
    before = site.visitor.dump() if method != "POST" else None
    page = site.visitor.open(f"{SITE}{path}", method, params=query, data=form)
    assert page.status_code < 500, (method, path, form, query)
    assert "Traceback" not in page.text
    assert "\x00" not in page.text
    if before is not None:
        assert site.visitor.dump() == before, f"{method} changes nothing"


_SHORT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)


@_SHORT
@given(data=st.data())
def test_no_request_breaks_a_page(site: Site, data: st.DataObject) -> None:
    ask(site, data)


@pytest.mark.slow
@settings(_SHORT, max_examples=2_000)
@given(data=st.data())
def test_no_request_breaks_a_page_thousands_of_them(site: Site, data: st.DataObject) -> None:
    ask(site, data)


def test_every_route_is_among_them(site: Site) -> None:
    paths = site.paths()
    for purpose in ("/a/", "/u/", "/c/", "/d/", "/i/", "/r/", "/case/", "/healthz"):
        assert any(path.startswith(purpose) and "{" not in path for path in paths), purpose
