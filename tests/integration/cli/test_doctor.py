"""`seguito doctor`: a line for each thing looked at, what to do, and an exit status for monitors."""

import asyncio
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from prefect.settings import PREFECT_API_URL, temporary_settings

from models import policy as policies
from models.queries.health import state
from models.rules.health.finding import Finding, Severity, last_run, news
from tasks.health.checks import examine
from tasks.health.servers import mail_server, routes
from tasks.health.tell import UntoldError, tell
from tasks.runtime.database import Database
from tasks.runtime.settings import Settings
from tests.command import ROOT, run
from tests.ports import free_port

NOW = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)


class Kept:
    def __init__(self) -> None:
        self.mails: list[str] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        self.mails.append((envelope.content or b"").decode())
        return "250 kept"


@pytest.fixture
def server() -> Any:
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield kept, controller.port
    controller.stop()


def settings(db: Database, tmp_path: Path, **changes: Any) -> Settings:
    (tmp_path / "state").mkdir(mode=0o700, exist_ok=True)
    return Settings(
        _env_file=None,
        state_dir=tmp_path / "state",
        database_url=db.url,
        policy=ROOT / "policy.toml",
        **changes,
    )


def found(findings: list[Finding]) -> dict[str, Finding]:
    return {one.kind: one for one in findings}


@pytest.mark.usefixtures("installation")
def test_a_line_for_each_thing_and_a_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGUITO_SMTP_PORT", str(free_port()))
    monkeypatch.setenv("SEGUITO_PREFECT_PORT", str(free_port()))
    tmp_path.chmod(0o755)
    # Other tests of this process may have named a Prefect server that answers; this one must meet none.
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{free_port()}/api"}):
        ended = run(capsys, "doctor")
        listed = json.loads(run(capsys, "doctor", "--json").out)
    assert ended.code == 1
    lines = ended.out.splitlines()
    for kind in (
        "database",
        "disk",
        "clock",
        "policy",
        "secrets",
        "mail server",
        "mailbox",
        "prefect",
        "reach",
    ):
        assert any(line[8:].startswith(kind) for line in lines), kind
    assert any("chmod go-rwx" in line for line in lines)
    assert {"kind", "level", "says", "todo"} == set(listed[0])
    assert next(one for one in listed if one["kind"] == "prefect")["level"] == "trouble"


def test_what_does_not_move_is_found(db: Database, tmp_path: Path) -> None:
    mine = settings(db, tmp_path)
    with db.write() as session:
        for name in ("welcome-contact", "delay-alert"):
            state.note_run(session, name, NOW - timedelta(hours=3 if name == "delay-alert" else 0))
    seen = found(examine(mine, NOW))
    assert seen["run delay-alert"].level is Severity.TROUBLE
    assert seen["run welcome-contact"].level is Severity.OK
    assert seen["run credit-recovery"].level is Severity.NOTICE
    assert seen["clock"].level is (Severity.OK if db.file else Severity.TROUBLE), (
        "the server's clock says another year"
    )
    assert found(examine(mine, NOW - timedelta(hours=2)))["clock"].level is Severity.TROUBLE
    assert seen["secrets"].level is Severity.OK
    assert seen["doubtful mails"].says == "0"


def test_a_database_that_is_gone_is_found(db: Database, tmp_path: Path) -> None:
    mine = settings(db, tmp_path)
    examine(mine, NOW)
    if db.file is None:
        return
    db.file.unlink()
    assert found(examine(mine, NOW))["database"].level is Severity.TROUBLE


async def test_a_mail_server_that_is_away_is_found(db: Database, tmp_path: Path) -> None:
    mine = settings(db, tmp_path, smtp_port=free_port())
    assert (await mail_server(mine)).level is Severity.TROUBLE
    refused = settings(db, tmp_path, smtp_host="mail.example.com", smtp_security="none")
    assert (await mail_server(refused)).level is Severity.TROUBLE


def test_each_kind_of_trouble_is_told_once_and_once_when_it_is_over(
    db: Database, tmp_path: Path, server: tuple[Kept, int]
) -> None:
    kept, port = server
    mine = settings(db, tmp_path, smtp_port=port)
    assert asyncio.run(mail_server(mine)).level is Severity.OK
    company = policies.load(ROOT / "policy.toml").company.model_copy(update={"ops": ("it@casa.example",)})
    bad, good = (
        Finding("disk", Severity.TROUBLE, "1 MB free", "make room"),
        Finding("disk", Severity.OK, "9 GB free"),
    )
    for findings, mails in (([bad], 1), ([bad], 1), ([good], 2), ([good], 2), ([bad], 3), ([], 3)):
        tell(db, mine, company, findings, NOW)
        assert len(kept.mails) == mails
    assert "make room" in kept.mails[0]
    assert "disk: this is over" in kept.mails[1]
    assert "To: it@casa.example" in kept.mails[0]


def test_where_our_own_server_is_the_trouble_another_way_leads_to_them(
    db: Database, tmp_path: Path, server: tuple[Kept, int]
) -> None:
    kept, port = server
    company = policies.load(ROOT / "policy.toml").company.model_copy(update={"ops": ("it@casa.example",)})
    away = Finding("mail server", Severity.TROUBLE, "no answer", "see to it")
    alone = settings(db, tmp_path, smtp_port=free_port())
    for _ in range(2):
        with pytest.raises(UntoldError, match="mail server"):
            tell(db, alone, company, [away], NOW)
    second = settings(db, tmp_path, smtp_port=free_port(), ops_smtp_url=f"smtp+plain://127.0.0.1:{port}")
    tell(db, second, company, [away], NOW)
    tell(db, second, company, [away], NOW)
    assert len(kept.mails) == 1, "what could not be told is told as soon as a way is open"
    policy = policies.load(ROOT / "policy.toml")
    told_of = policy.model_copy(update={"company": company})
    assert "second way" in found(list(routes(alone, told_of)))
    assert "second way" not in found(list(routes(second, told_of)))
    assert found(list(routes(alone, policy)))["told of trouble"].level is Severity.NOTICE


def test_what_could_not_be_looked_at_is_not_over() -> None:
    bad = Finding("mail server", Severity.TROUBLE, "away")
    assert news([bad], ["disk"], ["mail server"]).over == ()
    assert news([bad], ["mail server"], ["mail server"]).begun == ()
    assert last_run("x", NOW, timedelta(hours=1), NOW).level is Severity.OK


def test_a_command_that_ran_well_is_remembered(installation: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "sweep", "welcome-contact", "--dry-run").code == 0
    with closing(Database(installation)) as db:
        with db.read() as session:
            assert state.runs(session) == {}
        assert run(capsys, "sweep", "welcome-contact").code == 0
        with db.read() as session:
            assert list(state.runs(session)) == ["welcome-contact"]
