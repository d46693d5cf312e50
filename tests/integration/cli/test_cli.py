"""The command line says in one line what a person can mend, and gives away no secret."""

import json
from pathlib import Path

import pytest

from tests.command import ROOT, run
from tests.import_sources import Company

pytestmark = pytest.mark.usefixtures("installation")


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
def test_what_cannot_be_done_is_saidin_one_line(
    words: tuple[str, ...], fix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, text = run(capsys, *words)
    assert code == 1
    assert fix in text
    assert text.count("\n") == 1


def test_a_dry_run_may_look_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    for kind in ("welcome-contact", "escalate-unanswered"):
        words = ("sweep", kind, "--as-of", "2999-01-01", "--dry-run")
        ended = run(capsys, *words)
        assert (ended.code, ended.err) == (0, "")


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
    code, _, text = run(capsys, "sweep", "welcome-contact")
    assert code == 1
    assert fix in text
    assert text.count("\n") == 1
    assert "abc" not in text
    assert "secret" not in text


def test_a_policy_in_another_encoding_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("# è\n".encode("latin-1"))
    code, _, text = run(capsys, "policy", "check", str(path))
    assert code == 1
    assert "latin.toml: is not UTF-8" in text


def test_a_replay_in_steps_of_hours_has_one_entry_a_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, *_REPLAY, "out.json", "--step", "6h").code == 0
    days = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["days"]
    assert [day["day"] for day in days] == ["2026-01-01", "2026-01-02"]


def test_a_report_is_a_page_and_figures_for_a_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = run(capsys, "report", "--from", "2026-03-01", "--to", "2026-03-31", "--json", "out.json")
    assert ended.code == 0
    assert "| fatturato | nessun fatturato | nessun fatturato |" in ended.out
    figures = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert figures["now"]["start"].startswith("2026-03-01T00:00:00")
    assert figures["now"]["promises"]["kept"] == 0
    assert set(figures["before"]) == set(figures["now"])


def test_two_policies_are_tried_side_by_side_on_ones_own_past(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = Company.usual(tmp_path / "books")
    assert run(capsys, "import", str(company.folder)).code == 0
    text = (ROOT / "policy.toml").read_text(encoding="utf-8")
    quiet = tmp_path / "quiet.toml"
    quiet.write_text(text.replace("calls_a_day = 20", "calls_a_day = 3"), encoding="utf-8")
    span = ("--from", "2026-03-01", "--to", "2026-03-12")
    ended = run(capsys, "backtest", "--against", str(quiet), *span)
    assert ended.code == 0
    said = ended.out.splitlines()
    assert said[0] == "2026-03-01 to 2026-03-12: 2 orders"
    assert said[1].split() == ["policy.toml", "quiet.toml"]
    calls = next(line.split() for line in said if line.startswith("calls a day that a manager"))
    assert calls[-2:] == ["20", "3"]
    assert run(capsys, "backtest", "--against", str(quiet), *span).out == ended.out


def test_a_policy_is_tried_on_the_past_before_it_is_switched_on(capsys: pytest.CaptureFixture[str]) -> None:
    source = str(ROOT / "sources" / "sample")
    ended = run(capsys, "backtest", source, "--from", "2026-06-01", "--to", "2026-06-04")
    assert ended.code == 0
    said = ended.out.splitlines()
    assert said[0].startswith("2026-06-01 to 2026-06-04: 800 orders")
    told = {line[:52].strip(): line[52:].strip() for line in said[1:]}
    median, often, most = map(int, told["mails to customers a day (median/95 %/most)"].split("/"))
    assert 0 < median <= often <= most
    mean, largest = told["mails a customer (mean/most)"].split("/")
    assert 0 < float(mean) <= int(largest)
    before, first, last = map(int, told["days it is told before (median/first/last)"].split("/"))
    assert last <= before <= first < 0, (
        "a source knows one promised day, so its delays are told once it is over"
    )
    assert told["calls a day that a manager can make"] == "20"
    assert {"contacts that nobody answered", "cases opened", "cases open at the end"} <= told.keys()
    assert sum(name.startswith("calls a day: ") for name in told) == 3, "each manager has a line"
