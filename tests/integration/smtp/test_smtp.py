"""Sweeps against a real mail server that answers as mail servers do."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from flows.sweeping import sweep
from models.queries.sending import suppressions
from tasks.archive.archives import NoArchive
from tasks.escalation.daily_digest import plan_digests
from tasks.mails.composer import Composer
from tasks.runtime.clock import SetClock
from tasks.runtime.settings import Settings
from tasks.sending.sweep import SweepStoppedError
from tasks.sending.sweep_report import Report, Scope
from tasks.services import Services
from tasks.smtp.mailer import open_mailer
from tests import factories
from tests.ports import free_port
from tests.world import World


class Server:
    """A mail server whose answers a test may set: by recipient, after the body, or no answer at all."""

    def __init__(self) -> None:
        self.received: list[tuple[list[str], bytes]] = []
        self.to_recipient: Callable[[str], str] = lambda _address: "250 OK"
        self.to_body = "250 2.0.0 kept"
        self.cut_after_body = False
        self.mails_a_connection = 1_000
        self.connections_allowed = 1_000
        self.turned_away = 0
        self.pipelines = False
        self._open: set[int] = set()
        self._transports: dict[int, Any] = {}

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        answer = self.to_recipient(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _o: Any
    ) -> str:
        """Say goodbye once a connection has carried its share."""
        session.carried = getattr(session, "carried", 0) + 1  # type: ignore[attr-defined]
        if session.carried > self.mails_a_connection:  # type: ignore[attr-defined]
            assert server.transport is not None
            server.transport.write(b"421 4.7.0 too many mails on this connection\r\n")
            server.transport.close()
        envelope.mail_from = address
        return "250 OK"

    async def handle_EHLO(
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Turn away whoever comes while the allowed number is in the house."""
        assert server.transport is not None
        session.host_name = hostname
        self._open = {one for one in self._open if not self._transports[one].is_closing()}
        if len(self._open) >= self.connections_allowed:
            self.turned_away += 1
            return ["421 4.7.0 too many connections from you"]
        self._open.add(id(server))
        self._transports[id(server)] = server.transport
        return [*responses[:-1], "250-PIPELINING", *responses[-1:]] if self.pipelines else responses

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.to_body.startswith("250"):
            self.received.append((envelope.rcpt_tos, envelope.content or b""))  # type: ignore[arg-type]
        if self.cut_after_body:
            assert server.transport is not None
            server.transport.abort()
        return self.to_body


@pytest.fixture(params=[False, True], ids=["one-by-one", "pipelining"])
def server(request: pytest.FixtureRequest) -> Server:
    """Servers take commands one by one, or in groups."""
    server = Server()
    server.pipelines = request.param
    return server


@pytest.fixture
def port(server: Server) -> Iterator[int]:
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def shop(world: World) -> World:
    """Two orders to confirm."""
    with world.db.write() as session:
        factories.order(session, factories.customer(session, "C-1"), "SO-1")
        factories.order(session, factories.customer(session, "C-2"), "SO-2")
    return world


def run(
    world: World,
    port: int,
    sweep_name: str = "welcome-contact",
    kinds: frozenset[str] = frozenset({"order-confirmation"}),
    connections: int = 2,
    **settings: Any,
) -> Report:
    """A sweep through a real connection."""

    async def main() -> Report:
        chosen = Settings(**{"smtp_port": port, "smtp_timeout_seconds": 5, **settings})
        async with open_mailer(chosen, connections) as mailer:
            composer = Composer(world.policy, world.links)
            services = Services(world.db, world.policy, world.clock, composer, mailer, NoArchive())
            scope = Scope(sweep_name, world.clock.now(), kinds=kinds)
            return await sweep(services, scope)

    return asyncio.run(main())


def states(world: World) -> list[str]:
    return [row.state for row in world.follow_ups("order-confirmation")]


def test_what_the_server_took_is_recorded_with_its_answer(shop: World, server: Server, port: int) -> None:
    assert run(shop, port).sentence() == "2 sent"
    assert sorted(recipients for recipients, _ in server.received) == [
        ["c-1@posta.example"],
        ["c-2@posta.example"],
    ]
    assert run(shop, port).sentence() == "nothing was due"
    assert len(server.received) == 2


def test_a_temporary_refusal_is_tried_again_after_a_while(shop: World, server: Server, port: int) -> None:
    server.to_recipient = lambda address: (
        "451 4.7.1 greylisted" if address == "c-1@posta.example" else "250 OK"
    )
    assert run(shop, port).sentence() == "1 sent, 1 to be tried again: 451"
    assert run(shop, port).sentence() == "nothing was due"
    server.to_recipient = lambda _address: "250 OK"
    shop.clock.set(shop.clock.now() + timedelta(minutes=6))
    assert run(shop, port).sentence() == "1 sent"
    assert states(shop) == ["sent", "sent"]


def test_temporary_refusals_end_in_a_failure_that_is_seen(shop: World, server: Server, port: int) -> None:
    server.to_body = "452 4.3.1 insufficient system storage"
    for _ in range(5):
        run(shop, port)
        shop.clock.set(shop.clock.now() + timedelta(hours=5))
    assert states(shop) == ["failed", "failed"]
    assert "452" in str(shop.follow_ups("order-confirmation")[0].reason)
    assert shop.reasons() == ["undeliverable", "undeliverable"]


def test_an_address_that_is_refused_for_good_is_not_used_again_and_a_person_hears_of_it(
    shop: World, server: Server, port: int
) -> None:
    server.to_recipient = lambda address: (
        "550 5.1.1 no such user" if address == "c-1@posta.example" else "250 OK"
    )
    assert run(shop, port).sentence() == "1 sent, 1 failed: 550"
    assert shop.reasons() == ["undeliverable"]
    with shop.db.read() as session:
        [dead] = suppressions.standing(session)
    assert (dead.address, dead.why, dead.by) == (
        "c-1@posta.example",
        "550 5.1.1 no such user",
        "welcome-contact",
    )
    assert "c-1@" not in str(shop.follow_ups("order-confirmation")[0].reason)


@pytest.mark.parametrize(
    "refusal",
    ["550 5.7.1 Relay access denied", "530 5.7.0 Authentication required", "554 5.7.1 relay denied"],
)
def test_a_server_that_refuses_us_blames_no_customer(
    shop: World, server: Server, port: int, refusal: str
) -> None:
    server.to_recipient = lambda _address: refusal
    with pytest.raises(SweepStoppedError):
        run(shop, port)
    assert states(shop) == ["planned", "planned"]
    with shop.db.read() as session:
        assert suppressions.standing(session) == []
    assert {row.attempts for row in shop.follow_ups("order-confirmation")} == {0}
    server.to_recipient = lambda _address: "250 OK"
    shop.clock.set(shop.clock.now() + timedelta(minutes=11))
    assert run(shop, port).sentence() == "2 sent"


def test_an_address_with_a_relay_in_its_name_is_only_an_address(
    shop: World, server: Server, port: int
) -> None:
    unknown = "550 5.1.1 <info@relaytech.example>: User unknown"
    server.to_recipient = lambda address: unknown if address == "c-1@posta.example" else "250 OK"
    assert run(shop, port).sentence() == "1 sent, 1 failed: 550"


def test_a_notice_that_is_refused_goes_to_the_next_of_our_people(
    shop: World, server: Server, port: int
) -> None:
    gone = ("550 5.1.1 no such user", "250 OK")
    server.to_recipient = lambda address: gone[address not in {"c-1@posta.example", "m-1@casa.example"}]
    run(shop, port)
    for _ in range(3):
        run(shop, port, sweep_name="escalate-unanswered", kinds=frozenset())
        plan_digests(shop.db, shop.policy, shop.clock.now())
    assert "d-1@casa.example" in [recipients[0] for recipients, _ in server.received]


def test_a_server_that_is_down_stops_the_sweep_and_loses_nothing(
    shop: World, server: Server, port: int
) -> None:
    with pytest.raises(SweepStoppedError, match="what was not sent stays due"):
        run(shop, 1)
    assert states(shop) == ["planned", "planned"]
    assert run(shop, port).sentence() == "2 sent"
    assert len(server.received) == 2


def test_a_connection_lost_after_the_body_leaves_a_doubt_that_is_settled_by_the_rule(
    shop: World, server: Server, port: int, clock: SetClock
) -> None:
    server.cut_after_body = True
    assert run(shop, port).sentence() == "2 in doubt: connection lost"
    assert states(shop) == ["claimed", "claimed"]
    server.cut_after_body = False
    clock.set(clock.now() + timedelta(minutes=11))
    assert (
        run(shop, port).sentence() == "2 in doubt: a person must say"
    )  # no archive to look into: nobody guesses
    assert len(server.received) == 2
    assert states(shop) == ["failed", "failed"]
    assert shop.reasons() == [], "doubts are a list, and no case each"


def test_a_server_that_ends_its_connections_now_and_then_costs_nothing(
    world: World, server: Server, port: int
) -> None:
    with world.db.write() as session:
        for number in range(20):
            factories.order(session, factories.customer(session, f"C-{number}"), f"SO-{number}")
    server.mails_a_connection = 3
    assert run(world, port).sentence() == "20 sent"
    assert len(server.received) == 20


@pytest.mark.parametrize("allowed", [1, 3])
def test_a_server_that_allows_fewer_connections_than_the_policy_gets_everything_once(
    world: World, server: Server, port: int, allowed: int
) -> None:
    with world.db.write() as session:
        for number in range(40):
            factories.order(session, factories.customer(session, f"C-{number}"), f"SO-{number}")
    server.connections_allowed = allowed
    assert run(world, port, connections=8).sentence() == "40 sent"
    assert len(server.received) == 40
    assert server.turned_away > 0


@pytest.mark.filterwarnings(
    "ignore:Requiring AUTH while not requiring TLS"
)  # aiosmtpd cannot see implicit TLS
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("server", [True], ids=["pipelining"], indirect=True)
def test_an_encrypted_connection_with_a_login(
    shop: World, server: Server, tmp_path: Path, security: str
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    def check(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        return AuthResult(success=isinstance(data, LoginPassword) and data.password == b"right")

    encrypted = (
        {"ssl_context": context} if security == "tls" else {"tls_context": context, "require_starttls": True}
    )
    controller = Controller(
        server,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=check,
        auth_required=True,
        auth_require_tls=security == "starttls",
        **encrypted,
    )
    controller.start()
    try:
        port = controller.port
        login = {"smtp_security": security, "smtp_ca_file": tmp_path / "ca.pem", "smtp_user": "seguito"}
        with pytest.raises(SweepStoppedError):
            run(shop, port, smtp_password="wrong", smtp_timeout_seconds=2, **login)
        assert run(shop, port, smtp_password="right", **login).sentence() == "2 sent"
    finally:
        controller.stop()
