"""The pages of the documentation name what is there."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGES = sorted((ROOT / "docs").rglob("*.md"))
RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.md"))
TOLD_OF = ("before-arrival", "mycompany")
"""Names that a reader is to give."""


def title(path: Path) -> str:
    return str(path.relative_to(ROOT))


def mentioned(page: Path) -> list[str]:
    """The files, and folders with a `/` at their end, of the project that a page names between backticks."""
    found = re.findall(
        r"`((?:models|tasks|flows|deployments|tests|docs|sources)/[\w./-]*)`",
        page.read_text(encoding="utf-8"),
    )
    return [
        path
        for path in found
        if re.search(r"(/|\.(?:py|md|toml|txt|html|sql|mako|yaml))$", path)
        and not any(word in path for word in TOLD_OF)
    ]


@pytest.mark.parametrize("page", PAGES, ids=title)
def test_links_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=title)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    assert [path for path in mentioned(page) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", RECIPES, ids=title)
def test_names_that_a_recipe_gives_stand_in_their_files(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    pairs = re.findall(r"`([\w./-]+\.py)`\s+\(((?:`\w+`(?:, )?)+)", text)
    missing = [
        (path, name)
        for path, names in pairs
        for name in re.findall(r"`(\w+)`", names)
        if not re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert missing == []


@pytest.mark.parametrize("page", RECIPES, ids=title)
def test_a_recipe_ends_with_its_check(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    tests = re.findall(r"\btests/[\w/.]+", text)
    assert tests
    assert [path for path in tests if not (ROOT / path.rstrip(".")).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=title)
def test_every_page_is_reached_from_the_index(page: Path) -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert page.name == "README.md" or str(page.relative_to(ROOT / "docs")) in index
