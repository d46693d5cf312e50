"""`docs/how-to/import.md` says what the code does."""

import re
from pathlib import Path

import pytest

from models.words import Meaning, Role
from tasks.importing.columns import COLUMNS
from tasks.importing.config import SourceConfig

TEXT = (Path(__file__).parents[3] / "docs" / "how-to" / "import.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    match = re.search(rf"^### `{title}`\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    assert match, f"docs/how-to/import.md has no section ### `{title}`"
    return match[1]


def documented(title: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", section(title), re.MULTILINE)


@pytest.mark.parametrize("table", COLUMNS)
def test_the_columns_are_those_of_the_code(table: str) -> None:
    written = [name for name in documented(f"{table}.sql") if not name.startswith("date_")]
    assert written == list(COLUMNS[table])
    starred = re.findall(r"^\| `(\w+)` \*", section(f"{table}.sql"), re.MULTILINE)
    assert starred == [column.name for column in COLUMNS[table].values() if column.required]


def test_the_settings_are_those_of_the_code() -> None:
    assert documented("source.toml") == list(SourceConfig.model_fields)


def test_the_words_are_those_of_the_code() -> None:
    assert all(f"`{word}`" in section("staff.sql") for word in Role)
    assert all(f"`{word}`" in section("responses.sql") for word in Meaning)
