"""What the documents say is held to what the code does."""

import re
import tomllib

import pytest

from models import policy as policies
from tasks.runtime.settings import Settings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _dependencies() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {re.split(r"[\[<>= ]", line)[0] for line in project["dependencies"]}


def settings_table() -> list[str]:
    """The rows of the page's table, as the settings themselves tell them."""
    return [
        f"| `SEGUITO_{name.upper()}` | {_default(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]


def _default(value: object) -> str:
    return f"`{value}`" if value not in {None, ""} else ""


def test_the_page_of_settings_lists_each_as_it_is() -> None:
    page = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `SEGUITO_")]
    assert rows == settings_table()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([\w./-]+\.(?:md|toml|png))\)", README))))
def test_what_the_readme_links_to_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


def test_the_recipe_for_a_follow_up_works_as_written() -> None:
    recipe = (ROOT / "docs/recipes/add-a-follow-up.md").read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", recipe, re.DOTALL)
    assert block is not None
    section = "\n".join(line.strip() for line in block[1].splitlines())
    policy = policies.parse((ROOT / "policy.toml").read_text(encoding="utf-8") + "\n" + section)
    assert policy.cadences["before-arrival"].answers == ("call-me", "message")


@pytest.mark.parametrize("library", sorted(_dependencies()))
def test_every_dependency_earns_its_line(library: str) -> None:
    why = (ROOT / "docs/explanation/libraries.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{library}\b", why)
