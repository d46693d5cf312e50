"""Tests of rules start at once: nothing that takes a second to import is loaded for them."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

_LOADED = """
import sys
import pytest

code = pytest.main(["--collect-only", "-qq", "-p", "no:cacheprovider", sys.argv[1]])
print("loaded:", *({"prefect", "sqlalchemy", "alembic", "fastapi", "jinja2", "aiosmtpd"} & set(sys.modules)))
sys.exit(code)
"""


@pytest.mark.parametrize(
    "room", ["calendar", "commitments", "credit_recovery", "planning", "policy", "sending"]
)
def test_rules_are_tested_without_the_rest_of_the_house(room: str) -> None:
    command = [sys.executable, "-c", _LOADED, f"tests/unit/{room}"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.splitlines()[-1] == "loaded:"
