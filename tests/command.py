"""The command line in a test: an installation of its own, and what a command says."""

from pathlib import Path
from typing import NamedTuple

import pytest

from deployments import cli

ROOT = Path(__file__).parent.parent


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


def run(capsys: pytest.CaptureFixture[str], *words: str) -> Ended:
    """Run `seguito WORDS`."""
    with pytest.raises(SystemExit) as ended:
        cli.main(list(words))
    code, captured = ended.value.code, capsys.readouterr()
    return Ended(code if isinstance(code, int) else 0, captured.out, captured.err)


@pytest.fixture
def installation(tmp_path: Path, migrated_sqlite: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Settings, an empty database and the shipped policy, in a folder of their own; returns the database's address."""
    path = tmp_path / "seguito.db"
    path.write_bytes(migrated_sqlite.read_bytes())
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "DATABASE_URL": f"sqlite:///{path}",
        "STATE_DIR": str(tmp_path),
        "POLICY": str(ROOT / "policy.toml"),
    }.items():
        monkeypatch.setenv(f"SEGUITO_{name}", value)
    return f"sqlite:///{path}"
