"""The command line says in one line what a person can mend, and gives away no secret."""

import json
from pathlib import Path

import pytest

from deployments import cli
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation of its own."""
    path = tmp_path / "seguito.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": f"sqlite:///{path}", "STATE_DIR": str(tmp_path), "POLICY": str(ROOT / "policy.toml"),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SEGUITO_{name}", value)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit code of a command, and what it says about a fault."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    captured = capsys.readouterr()
    code = ended.value.code
    return (code if isinstance(code, int) else 0), captured.err


_REPLAY = ("replay", str(ROOT / "sources" / "sample"), "--from", "2026-01-01", "--to", "2026-01-02", "--json")


@pytest.mark.parametrize(
    ("words", "fix"),
    [
        (("sweep", "welcome-contact", "--as-of", "2999-01-01"), "lies ahead; choose a dry run"),
        (("sweep", "escalate-unanswered", "--as-of", "2999-01-01"), "lies ahead; choose a dry run"),
        (("sweep", "escalate-unanswered", "--customers", "C-9"), "no customer has the reference C-9"),
        (
            ("sweep", "welcome-contact", "--as-of", "soon"),
            "--as-of 'soon' is no time; write it like '2026-03-18",
        ),
        (("sweep", "welcome-contact", "--as-of", "P1D"), "--as-of 'P1D' is no time"),
        (
            (*_REPLAY[:3], "spring", *_REPLAY[4:], "out.json"),
            "--from 'spring' is no day; write it like 2017-01-01",
        ),
        ((*_REPLAY, "nowhere/out.json"), "--json nowhere/out.json cannot be written"),
        ((*_REPLAY, "out.json", "--calls-per-day", "0"), "--calls-per-day 0"),
        (("report", "--to", "2026-03-01"), "--to needs --from"),
        (("report", "--from", "2026-03-02", "--to", "2026-03-01"), "lies before the first"),
        (("report", "--json", "nowhere/out.json"), "--json nowhere/out.json cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    words: tuple[str, ...], fix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = said(capsys, *words)
    assert code == 1
    assert fix in text
    assert text.count("\n") == 1


def test_a_dry_run_may_look_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("welcome-contact", "escalate-unanswered"):
        words = ("sweep", kind, "--as-of", "2999-01-01", "--dry-run")
        assert said(capsys, *words) == (0, "")


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("SMTP_PORT", "abc", "SEGUITO_SMTP_PORT: "),
        ("SECRET", "secret", "SEGUITO_SECRET: a key of fewer than"),
        ("SECRET", "", "SEGUITO_SECRET: a key of fewer than"),
        ("DATABASE_URL", "secret", "SEGUITO_DATABASE_URL is no address"),
        ("DATABASE_URL", "unknown://me:secret@host/name", "SEGUITO_DATABASE_URL is no address"),
        ("DATABASE_URL", "postgresql://me:secret@127.0.0.1:1/x", "mend SEGUITO_DATABASE_URL"),
    ],
)
def test_a_setting_at_fault_is_named_without_what_stands_in_it(
    name: str, value: str, fix: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"SEGUITO_{name}", value)
    code, text = said(capsys, "sweep", "welcome-contact")
    assert code == 1
    assert fix in text
    assert text.count("\n") == 1
    assert "abc" not in text
    assert "secret" not in text


def test_a_policy_in_another_encoding_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("# è\n".encode("latin-1"))
    code, text = said(capsys, "policy", "check", str(path))
    assert code == 1
    assert "latin.toml: is not UTF-8" in text


def test_a_replay_in_steps_of_hours_has_one_entry_a_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, *_REPLAY, "out.json", "--step", "6h")[0] == 0
    days = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["days"]
    assert [day["day"] for day in days] == ["2026-01-01", "2026-01-02"]


def test_a_report_is_a_page_and_figures_for_a_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["report", "--from", "2026-03-01", "--to", "2026-03-31", "--json", "out.json"])
    assert not ended.value.code
    assert "| turnover | no turnover | no turnover |" in capsys.readouterr().out
    figures = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert figures["now"]["start"].startswith("2026-03-01T00:00:00")
    assert figures["now"]["promises"]["kept"] == 0
    assert set(figures["before"]) == set(figures["now"])


def test_a_policy_is_tried_on_the_past_before_it_is_switched_on(capsys: pytest.CaptureFixture[str]) -> None:
    source = str(ROOT / "sources" / "sample")
    with pytest.raises(SystemExit) as ended:
        cli.main(["backtest", source, "--from", "2026-06-01", "--to", "2026-06-04"])
    assert not ended.value.code
    said_ = capsys.readouterr().out.splitlines()
    assert said_[0].startswith("2026-06-01 to 2026-06-04: 800 orders")
    mails = next(line.split() for line in said_ if line.startswith("mails to customers a day"))
    assert int(mails[-1]) >= int(mails[-3]) > 0
    assert said_[-1].startswith("With 20 calls a day")
