"""Somebody new finds the place of a rule by one grep of the plain words."""

import re

import pytest

from tests.conftest import ROOT

_ROW = re.compile(r"^\| … (.+?) \| (.+?) \| `(.+?)` \|$", re.MULTILINE)
_MOST = 5
"""So many files can be looked at within a minute."""
ROWS = _ROW.findall((ROOT / "docs" / "explanation" / "where-is.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("question", "words", "place"), ROWS, ids=[row[1] for row in ROWS])
def test_one_grep_finds_the_place(question: str, words: str, place: str) -> None:
    del question
    files = [path for room in ("models", "tasks") for path in (ROOT / room).rglob("*.py")]
    hits = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if "migrations" not in path.parts and words.lower() in path.read_text(encoding="utf-8").lower()
    }
    assert place in hits
    assert len(hits) <= _MOST, sorted(hits)


def test_there_are_twelve_questions_at_least() -> None:
    assert len(ROWS) >= 12
