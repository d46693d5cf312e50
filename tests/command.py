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
