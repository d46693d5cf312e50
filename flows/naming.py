"""Names of runs: what, and for whom by reference. Never a name, an address or a free word."""

from typing import Annotated, Any

from prefect.runtime import flow_run
from pydantic import Field

REFERENCE = r"^[^@\s][^@]*$"
Reference = Annotated[str, Field(pattern=REFERENCE, max_length=200)]
"""A reference of a customer, an order or a colleague. The server refuses an address before it is stored anywhere."""

Words = Annotated[str, Field(pattern=r"\S\s*\S\s*\S", max_length=2_000)]
"""Free words of a form; see `flows.redact` for how they leave Prefect."""

ReasonCode = Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,39}$")]
"""One of the policy's list, such as supplier; no words of one's own, which would stay in Prefect."""

CaseNumber = Annotated[int, Field(ge=1, le=999_999_999_999)]
"""As it stands in the call list, and in the subject of the mail about it."""

_MOST = 3
_SUBJECTS = ("customers", "customer", "order", "invoice", "about", "colleague", "case")


def run_name() -> str:
    """`delay-alert`, `delay-alert C-338 (by hand)`, `welcome-contact dry run`."""
    return name(str(flow_run.flow_name), dict(flow_run.parameters))


def name(flow: str, parameters: dict[str, Any]) -> str:
    """The name of a run of a flow with these parameters."""
    subjects = [_listed(parameters[key], key) for key in _SUBJECTS if parameters.get(key)]
    words = [flow, *subjects]
    words += ["dry run"] if parameters.get("dry_run") else ["(by hand)"] if subjects else []
    return " ".join(words)


def _listed(value: Any, key: str) -> str:
    if key == "case":
        return f"case {value}"
    refs = value if isinstance(value, list) else [value]
    more = len(refs) - _MOST
    return ", ".join(refs[:_MOST]) + (f" and {more} more" if more > 0 else "")
