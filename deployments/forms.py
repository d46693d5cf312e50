"""The form behind "Custom run": what the flow's signature cannot say by itself."""

from collections.abc import Collection
from typing import Any

from prefect.flows import Flow
from prefect.utilities.callables import ParameterSchema, parameter_schema

from flows.naming import REFERENCE

_TITLES = {
    "by": "Your reference",
    "case": "Number of the case",
    "text": "What happened",
    "as_of": "As of (a time)",
    "due": "The new time",
    "heard": "What the customer said",
    "to": "Reference of the colleague",
}
"""Where the parameter's name, in words, would not explain itself."""
_NO_ADDRESS = " Never an e-mail address."


def form(flow: Flow[..., Any], kinds: Collection[str], reasons: Collection[str]) -> ParameterSchema:
    """A flow's form: titles in words, what is refused, and the kinds and reason codes of the policy to choose from."""
    schema = parameter_schema(flow)
    for name, field in schema.properties.items():
        field["title"] = _TITLES.get(name) or name.replace("_", " ").capitalize()
        if REFERENCE in {one.get("pattern") for one in (*_texts(field), field.get("items", {}))}:
            field["description"] = field.get("description", "") + _NO_ADDRESS
    if "kinds" in schema.properties:
        schema.properties["kinds"]["items"] = {"type": "string", "enum": list(kinds)}
        schema.properties["kinds"]["uniqueItems"] = True
    for text in _texts(schema.properties.get("reason_code", {})):
        text["enum"] = list(reasons)
    return schema


def _texts(field: dict[str, Any]) -> list[dict[str, Any]]:
    """The field itself; of one that may stay empty, what it is otherwise."""
    return [one for one in field.get("anyOf", [field]) if one.get("type") == "string"]


def defaults(schema: ParameterSchema) -> dict[str, Any]:
    """Every parameter that has a default; without them the UI's Parameters tab reads `{}`."""
    return {name: field["default"] for name, field in schema.properties.items() if "default" in field}
