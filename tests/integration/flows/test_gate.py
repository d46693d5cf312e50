"""Who gets into the Prefect server of `make up`: the command line and its own UI, no script of another site."""

import base64
import json
import socket
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.environment import for_children, prefect_login
from deployments.launcher import run
from deployments.prefect_login import NoLoginError, login_for_launch
from tasks.runtime.settings import Settings
from tests.ports import free_port
from tests.prefect_server import PrefectServer

ANY = "0.0.0.0"  # noqa: S104 (what is to be refused)
_LOGIN = "seguito:a-long-password"


def settings(state: Path, **changes: Any) -> Settings:
    return Settings(_env_file=None, state_dir=state, **changes)


@pytest.mark.prefect
def test_no_script_of_another_site_gets_through(prefect_server: PrefectServer) -> None:
    site = prefect_server.api.removesuffix("/api")
    port = site.rpartition(":")[2]
    ask = f"{site}/api/flows/filter"
    foreign = (
        "https://evil.example",
        "http://127.0.0.1:1",
        "null",
        f"http://evil.example:{port}",
        site + ".evil.example",
    )
    for origin in foreign:
        for headers in ({}, {"content-type": "application/json"}, {"content-type": "text/plain"}):
            answer = httpx.post(ask, content=b"{}", headers={"origin": origin, **headers})
            assert answer.status_code == 403, (origin, headers)
            assert "access-control-allow-origin" not in answer.headers
        preflight = {"origin": origin, "access-control-request-method": "POST"}
        assert httpx.options(ask, headers=preflight).status_code == 403
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}"):
        assert httpx.post(ask, json={}, headers={"host": host}).status_code == 421
        assert httpx.get(f"{site}/v2", headers={"host": host}).status_code == 421
    assert httpx.post(ask, json={}, headers={"origin": site}).status_code == 200, "its own UI"
    assert httpx.post(ask, json={}).status_code == 200, "flows and the command line"
    assert httpx.post(ask, json={}, headers={"host": f"localhost:{port}"}).status_code == 200


@pytest.mark.prefect
def test_no_web_socket_of_another_site_gets_through(prefect_server: PrefectServer) -> None:
    host = prefect_server.api.removeprefix("http://").removesuffix("/api")
    name, _, port = host.partition(":")
    for origin, expected in (("https://evil.example", b"403"), (f"http://{host}", b"101")):
        with socket.create_connection((name, int(port)), timeout=10) as wire:
            key = base64.b64encode(b"0" * 16).decode()
            lines = (
                "GET /api/events/out HTTP/1.1",
                f"Host: {host}",
                f"Origin: {origin}",
                *("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"),
                *(f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Protocol: prefect"),
            )
            wire.sendall("\r\n".join([*lines, "", ""]).encode())
            assert expected in wire.recv(100).split(b"\r\n")[0]


@pytest.mark.prefect
def test_with_a_login_nothing_is_told_without_it(tmp_path: Path) -> None:
    with PrefectServer.started(tmp_path, _LOGIN) as server:
        assert httpx.post(f"{server.api}/flows/filter", json={}).status_code == 401
        assert httpx.post(f"{server.api}/flows/filter", json={}, auth=("seguito", "x")).status_code == 401
        answer = httpx.post(f"{server.api}/flows/filter", json={}, auth=("seguito", "a-long-password"))
        assert answer.status_code == 200
        assert json.loads(answer.text) == []
        assert server.environment["PREFECT_API_AUTH_STRING"] == _LOGIN, "the flows and the runner know it"


def test_the_sample_on_this_machine_asks_a_newcomer_for_nothing(tmp_path: Path) -> None:
    assert login_for_launch(settings(tmp_path)) == (None, False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "changes",
    [
        {"source": Path("sources/mycompany")},
        {"smtp_host": "mail.example.com"},
        {"bind": ANY},
        {"bind": "::"},
        {"bind": "192.0.2.1"},
        {"bind": "myhost"},
    ],
)
def test_own_data_or_an_open_address_get_a_login_that_is_told_once(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    mine = settings(tmp_path, **changes)
    made, is_new = login_for_launch(mine)
    assert is_new
    assert made is not None
    assert len(made) > 24
    assert login_for_launch(mine) == (made, False)
    assert prefect_login(mine) == made
    assert for_children(mine)["PREFECT_SERVER_API_AUTH_STRING"] == made
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_open_address_without_a_login_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = {f"{name}_port": free_port() for name in ("prefect", "web", "mailbox", "smtp")}
    with pytest.raises(NoLoginError):
        login_for_launch(settings(tmp_path, bind=ANY, prefect_auth="none"))
    assert run(settings(tmp_path, bind=ANY, prefect_auth="none", **ports)) == 1
    told = capsys.readouterr().err
    assert "opens the Prefect server to other machines" in told
    assert told.count("\n") == 1
    assert login_for_launch(settings(tmp_path, smtp_host="mail.example", prefect_auth="none")) == (
        None,
        False,
    )
