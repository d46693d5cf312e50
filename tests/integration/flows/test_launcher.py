import os
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deployments.environment import for_launch, mails_stay_here
from deployments.launcher import run
from deployments.schedules import SCHEDULED
from flows.batches import CONNECTIONS
from models.policy import Policy
from tasks.runtime.settings import Settings
from tests.launch import PORTS, ROOT, Launch
from tests.ports import free_port
from tests.prefect_server import PrefectServer


def settings(state: Path, **changes: Any) -> Settings:
    ports: dict[str, Any] = {f"{name}_port": free_port() for name in PORTS}
    return Settings(_env_file=None, state_dir=state, **(ports | changes))


# --- what is refused, in one line, before anything starts ---


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("prefect", "Prefect server"),
        ("web", "customers' pages"),
        ("mailbox", "mailbox page"),
        ("smtp", "local mail server"),
    ],
)
def test_a_taken_port_is_named_with_the_way_out(
    name: str, what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(settings(tmp_path, **{f"{name}_port": port})) == 1
    said = capsys.readouterr().err
    assert said == f"seguito up: port {port} is taken ({what}); set SEGUITO_{name.upper()}_PORT to another\n"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run(settings(tmp_path / "file" / "state")) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_policy_that_cannot_be_used_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings(tmp_path, policy=tmp_path / "none.toml")) == 1
    assert "none.toml: cannot be read" in capsys.readouterr().err


def test_a_database_that_does_not_answer_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    assert run(settings(tmp_path, database_url=url)) == 1
    said = capsys.readouterr().err
    assert "mend SEGUITO_DATABASE_URL" in said
    assert said.count("\n") == 1


# --- what the launcher fills in ---


def test_links_follow_the_port_and_the_mailbox_plays_the_archive(tmp_path: Path, policy: Policy) -> None:
    filled = for_launch(settings(tmp_path, web_port=5280), policy)
    assert filled.public_url == "http://127.0.0.1:5280"
    assert filled.archive_address == "archive@casabelvedere.example"
    assert filled.archive_maildir == tmp_path / "archive"


def test_with_a_mail_server_of_ones_own_nothing_is_filled_in(tmp_path: Path, policy: Policy) -> None:
    own = settings(tmp_path, smtp_host="mail.example.org", public_url="https://answers.example.org")
    filled = for_launch(own, policy)
    assert not mails_stay_here(own)
    assert filled.archive_address is None
    assert filled.public_url == "https://answers.example.org"


# --- the whole thing ---


@pytest.fixture
def launches() -> Iterator[list[Launch]]:
    """The launches of a test; whatever is left of them at its end is killed."""
    started: list[Launch] = []
    yield started
    for launch in started:
        for pid in launch.processes():
            os.kill(pid, signal.SIGKILL)
        launch.process.wait()
        launch.out.close()


@pytest.mark.prefect
@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
def test_up_works_ends_cleanly_and_starts_again(tmp_path: Path, launches: list[Launch]) -> None:
    ports = {name: free_port() for name in PORTS}
    state = tmp_path / "state"
    api = PrefectServer(f"http://127.0.0.1:{ports['prefect']}/api", state, {})

    limited = tmp_path / "policy.toml"
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    limited.write_text(
        text.replace("[sending.pace]", "[sending.pace]\nconnections = 11", 1), encoding="utf-8"
    )
    launches.append(Launch(state, ports, limited))
    launch = launches[-1]
    launch.wait_until_said("Seguito is up.")
    for address in re.findall(r"http://\S+", launch.said()):
        as_a_browser = {"accept": "text/html"}
        assert httpx.get(address, headers=as_a_browser, follow_redirects=True).is_success, address
    deployments = {known["name"]: known for known in api.post("/deployments/filter")}
    assert len(deployments) == len(SCHEDULED)
    escalate = deployments["escalate-unanswered"]
    api.patch(f"/deployments/{escalate['id']}/schedules/{escalate['schedules'][0]['id']}", active=False)
    limits = {known["name"]: known["limit"] for known in api.post("/v2/concurrency_limits/filter")}
    assert limits[CONNECTIONS] == 11, "the policy's limit is known without a further command"
    launch.wait_until_said("import-sales: ")
    assert "import-sales: Completed" in launch.said()
    assert api.count_runs("SCHEDULED") > 0, "no runs are planned: see the SQLAlchemy pin in pyproject.toml"
    assert launch.end(signal.SIGINT) == 0
    assert launch.gone_within(1), "Ctrl-C ends every process"

    launches.append(Launch(state, ports))
    again = launches[-1]
    again.wait_until_said("Seguito is up.")
    escalate = api.get(f"/deployments/{escalate['id']}")
    assert not escalate["schedules"][0]["active"], "what ops paused stays paused"
    again.end(signal.SIGKILL)
    assert again.gone_within(15), "children end with a launcher that was killed"
