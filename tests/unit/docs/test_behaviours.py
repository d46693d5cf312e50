"""Every behaviour is held by an acceptance test that cites its number, and stands in docs/reference/behaviours.md."""

import ast
import re

import pytest

from tests.conftest import ROOT

NUMBERS = [f"{number:02}" for number in range(1, 38)]


def _acceptance_tests() -> list[str]:
    """The names of all acceptance tests, read from the source without running it."""
    return [
        node.name
        for path in sorted((ROOT / "tests" / "acceptance").glob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


def _cited(name: str) -> set[str]:
    """The numbers that the name of a test begins with: `test_b13_and_b21_…` cites both."""
    return set(re.findall(r"(?:^test|_and)_b(\d\d)(?=_)", name))


@pytest.mark.parametrize("number", NUMBERS)
def test_every_behaviour_has_an_acceptance_test(number: str) -> None:
    assert any(number in _cited(name) for name in _acceptance_tests()), (
        f"no test_b{number}_… in tests/acceptance"
    )


def test_the_table_of_behaviours_is_whole() -> None:
    table = (ROOT / "docs" / "reference" / "behaviours.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| B(\d\d) \|", table, re.MULTILINE) == NUMBERS


def test_no_test_cites_a_number_that_does_not_exist() -> None:
    cited = {number for name in _acceptance_tests() for number in _cited(name)}
    assert cited <= set(NUMBERS)
