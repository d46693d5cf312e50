"""Whatever a person does on the command line, the answer is a line and an exit status, never a traceback."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tasks.runtime.database import Database
from tests import factories
from tests.command import ROOT, run

pytestmark = pytest.mark.usefixtures("installation")

SWEEPS = ("welcome-contact", "satisfaction-check", "delay-alert", "credit-recovery", "escalate-unanswered")
TIMES = (
    "2026-03-18",
    "2026-03-18 10:00",
    "2026-03-18T10:00:00.5Z",
    "2026-03-18T10:00+05:30",
    "20260318T1000",
    "2026-W12-3",
    "1901-01-01T00:00+14:00",
    "2999-12-31T00:00",
)
NO_TIMES = ("0001-01-01", "9999-12-31T23:59-14:00", "9999-12-31", "0001-01-01T00:00+14:00", "3000-01-01")


def test_any_form_of_a_time_is_understood_by_every_sweep(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'seguito.db'}")) as db, db.write() as session:
        factories.desk(session)
        customer = factories.customer(session)
        factories.order(session, customer)
        factories.invoice(session, customer)
    for sweep, text in zip(SWEEPS * 2, TIMES, strict=False):
        ended = run(capsys, "sweep", sweep, "--as-of", text, "--dry-run")
        assert (ended.code, ended.err) == (0, ""), (sweep, text)
    for sweep, text in zip(SWEEPS, NO_TIMES, strict=True):
        ended = run(capsys, "sweep", sweep, "--as-of", text, "--dry-run")
        assert ended.code == 1
        assert "cannot be reckoned with" in ended.err


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (
            ("dossier", "--customer", "C-1", "--out", "/nonexistent/x.html"),
            "/nonexistent/x.html cannot be wri",
        ),
        (("dossier", "--customer", "C-1", "--out", "/"), "--out / cannot be written"),
        (("dossier", "--customer", "C-1", "--out", "x", "--as-of", "0001-01-01"), "cannot be reckoned with"),
        (("report", "--from", "0001-01-01"), "--from 0001-01-01 cannot be reckoned with"),
        (("report", "--from", "2026-01-01", "--to", "9999-12-31"), "--to 9999-12-31 cannot be reckoned"),
        (("backtest", "nowhere", "--from", "0001-01-01"), "cannot be reckoned with"),
        (("import", "/nonexistent"), "/nonexistent"),
        (("policy", "check", "/nonexistent"), "/nonexistent"),
        (
            ("credit", "put-off", "C-1", "x", "--by", "M-1", "--until", "9999-12-31", "--what", "signature"),
            "until",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    words: tuple[str, ...], fix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = run(capsys, *words)
    assert ended.code == 1
    assert fix in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("number", ["999999999999999999999", "0", "-3", "9" * 40])
def test_a_number_that_no_case_has(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (("take", number, "--by", "M-1"), ("show", number)):
        ended = run(capsys, "case", *words)
        assert ended.code == 1
        assert f"there is no case {int(number)}" in ended.err
        assert ended.err.count("\n") == 1


@pytest.mark.parametrize("until", ["0001-01-01T00:00", "9999-12-31T23:59-14:00", "soon"])
def test_a_time_that_nobody_can_mean(until: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ("case", "take", "1", "--by", "M-1", "--until", until),
        ("case", "appointment", "C-1", until, "x", "--by", "M-1"),
        ("respond", "C-1", "--by", "M-1", "--pays-on", until[:10]),
    ):
        ended = run(capsys, *words)
        assert ended.code in {1, 2}
        assert ended.err.count("\n") == 1


def started(*words: str, out: int) -> "subprocess.Popen[bytes]":
    code = "import sys; from deployments.cli import main; print('.', file=sys.stderr, flush=True); main(sys.argv[1:])"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=out,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_whoever_stops_reading_gets_no_traceback() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    process = started("case", "list", out=writing)
    os.close(writing)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGPIPE
    assert told == b".\n"


def test_ctrl_c_is_one_line() -> None:
    process = started(
        "replay",
        str(ROOT / "sources/sample"),
        "--from",
        "2026-01-01",
        "--to",
        "2026-12-31",
        "--json",
        "o",
        out=subprocess.DEVNULL,
    )
    assert process.stderr is not None
    process.stderr.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGINT
    assert b"Traceback" not in told
    assert told.endswith(b"stopped; what was not done is done by the next run\n")


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        (
            "SEGUITO_SMTP_HOTS=mail.example",
            ".env: SEGUITO_SMTP_HOTS is no setting of Seguito; did you mean SEGUITO_SMTP_HOST?",
        ),
        ("seguito_polcy=p.toml", "did you mean SEGUITO_POLICY?"),
    ],
)
def test_a_misspelt_setting_is_refused_with_the_nearest(
    line: str, fix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text(f"OTHER=1\nSEGUITO_DB_PASSWORD=x\n{line}\n")
    ended = run(capsys, "sweep", "welcome-contact")
    assert ended.code == 1
    assert fix in ended.err
    assert ended.err.count("\n") == 1


def test_a_misspelt_variable_is_refused_and_another_programs_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGUITO_TEST_DATA", "x")
    assert run(capsys, "case", "list").code == 0
    monkeypatch.setenv("SEGUITO_STATEDIR", "x")
    assert "did you mean SEGUITO_STATE_DIR?" in run(capsys, "case", "list").err
