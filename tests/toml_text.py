"""Values as the text of a TOML file, for tests that change a policy and read it as ops would have written it."""

from datetime import date
from typing import Any


def as_toml(table: dict[str, Any]) -> str:
    """Tables, lists, words, numbers, dates and truth values; what `tomllib` reads back as it was."""
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in _plain_first(table))


def _plain_first(table: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(table.items(), key=lambda item: isinstance(item[1], dict))


def _key(key: str) -> str:
    return '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | date):
        return str(value)
    return _key(value)
