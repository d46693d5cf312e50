"""Access to mail by Prefect blocks: the secrets reach the mail server and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from prefect.client.orchestration import get_client

from deployments.automations import set_up
from flows.blocks import ImapAccess, SmtpAccess, register
from flows.blocks import settings as with_blocks
from flows.collecting import collect_responses
from flows.sweeps import welcome_contact
from models.queries.going_live import go_live
from tasks.runtime.database import Database
from tests import dovecot
from tests.inbox import written
from tests.ports import free_port
from tests.prefect_server import PrefectServer
from tests.shop import Sink, final

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server", "shop"),
    pytest.mark.filterwarnings(
        "ignore:Requiring AUTH while not requiring TLS:UserWarning"
    ),  # on this machine only
]

USER, PASSWORD = "posta", "Kasztan-7-vetro-quercia"


@pytest.fixture
def mail_server() -> Iterator[tuple[Sink, int]]:
    """A mail server that takes mails only from who logs in."""
    handler = Sink()

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=False)

    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=login,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    yield handler, controller.port
    controller.stop()


@pytest.fixture(autouse=True)
def live(shop: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail server named by a block reaches customers, so that somebody has to go live first."""
    monkeypatch.setenv("SEGUITO_PUBLIC_URL", "https://seguito.example")
    now = datetime.now(UTC)
    with shop.write() as session:
        go_live(session, now.date() - timedelta(days=30), now)


async def named(monkeypatch: pytest.MonkeyPatch, block: SmtpAccess | ImapAccess, name: str) -> None:
    """Make a block, as the UI does, and name it in the settings."""
    async with get_client() as client:
        await register(client)
    await block.asave(name, overwrite=True)
    monkeypatch.setenv(f"SEGUITO_{block.PREFIX.upper()}_BLOCK", name)


def smtp(port: int, password: str = PASSWORD) -> SmtpAccess:
    return SmtpAccess(host="127.0.0.1", port=port, security="none", user=USER, password=password)


def shows(server: PrefectServer, secret: str) -> list[str]:
    """Where a secret can be read: by the API without asking for secrets, in files, in logs."""
    asked = {
        what: server.post(f"/{what}/filter", limit=200)
        for what in ("flow_runs", "task_runs", "logs", "artifacts", "block_documents", "deployments")
    }
    asked["states"] = [server.get(f"/flow_run_states/?flow_run_id={run['id']}") for run in asked["flow_runs"]]
    asked["events"] = server.post("/events/filter", limit=50)
    found = [what for what, answer in asked.items() if secret in repr(answer)]
    files = [path for path in server.home.parent.rglob("*") if path.is_file()]
    assert any(path.name == "prefect.db" for path in files)
    return found + [path.name for path in files if secret.encode() in path.read_bytes()]


async def test_a_sweep_logs_in_by_the_block_and_nothing_shows_its_secret(
    prefect_server: PrefectServer, mail_server: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    await named(monkeypatch, smtp(mail_server[1]), "office")
    assert (await final(welcome_contact)).message == "2 sent"
    assert len(mail_server[0].recipients) == 2
    known = await with_blocks()
    assert known.smtp_password is not None
    assert known.smtp_password.get_secret_value() == PASSWORD
    assert PASSWORD not in f"{known!r} {known} {known.model_dump()}"
    assert shows(prefect_server, PASSWORD) == []


async def test_a_wrong_password_fails_with_the_cause_and_is_not_shown_either(
    prefect_server: PrefectServer, mail_server: tuple[Sink, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = "Betulla-9-sbagliata"
    await named(monkeypatch, smtp(mail_server[1], wrong), "mistyped")
    state = await final(welcome_contact)
    assert state.name == "Failed"
    assert "535" in str(state.message)
    assert mail_server[0].recipients == []
    assert shows(prefect_server, wrong) == []
    await named(monkeypatch, smtp(mail_server[1]), "mistyped")
    assert (await final(welcome_contact)).message == "2 sent", "nothing was lost"


async def test_a_block_that_is_missing_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUITO_SMTP_BLOCK", "nowhere")
    state = await final(welcome_contact)
    assert state.name == "Failed"
    assert "no usable block seguito-smtp/nowhere" in str(state.message)
    assert "mend SEGUITO_SMTP_BLOCK" in str(state.message)


async def test_the_types_of_blocks_are_offered_in_the_ui_with_words(prefect_server: PrefectServer) -> None:
    async with get_client() as client:
        await register(client)
        await register(client)
        await set_up(client, "")
    offered = {one["slug"]: one for one in prefect_server.post("/block_types/filter", limit=200)}
    assert {"seguito-smtp", "seguito-imap"} <= set(offered)
    for slug in ("seguito-smtp", "seguito-imap"):
        assert "SEGUITO_" in offered[slug]["description"]
    fields = prefect_server.post(
        "/block_schemas/filter", block_schemas={"block_type_id": {"any_": [offered["seguito-smtp"]["id"]]}}
    )[0]["fields"]
    assert fields["secret_fields"] == ["password"]
    assert all(field["title"] and field["description"] for field in fields["properties"].values())


@pytest.mark.skipif(
    dovecot.program() is None, reason="no Dovecot here (on Debian and Ubuntu: apt install dovecot-imapd)"
)
async def test_answers_are_collected_by_the_block(
    prefect_server: PrefectServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with dovecot.started() as server:
        server.deliver(written("Chi siete?", From="x@altrove.example", To="assistenza@casabelvedere.example"))
        block = ImapAccess(
            host="127.0.0.1", port=server.tls, security="tls", user=dovecot.USER, password=dovecot.PASSWORD
        )
        monkeypatch.setenv("SEGUITO_IMAP_CA_FILE", str(server.home / "ca.pem"))
        monkeypatch.setenv("SEGUITO_SOURCE", str(tmp_path / "none"))
        await named(monkeypatch, block, "answers")
        state = await final(collect_responses)
        assert str(state.message).startswith("1 read: 1 parked")
        assert shows(prefect_server, dovecot.PASSWORD) == []
