"""The references that forms and commands give as examples are those of the sample: typed in, they find something."""

import csv
import re

import pytest

from tests.command import ROOT

_SUCH = re.compile(r"such as ([A-Z]{1,2}-\d+)")
_SAMPLE = ROOT / "sources" / "sample" / "data"


def references() -> set[str]:
    found: set[str] = set()
    for name in ("staff", "customers", "orders", "invoices"):
        with (_SAMPLE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found |= {row[0] for row in csv.reader(file) if row}
    return found


@pytest.mark.parametrize("folder", ["flows", "deployments", "tasks"])
def test_an_example_of_a_reference_exists_in_the_sample(folder: str) -> None:
    known = references()
    named = [
        (path.name, ref)
        for path in sorted((ROOT / folder).rglob("*.py"))
        for ref in _SUCH.findall(path.read_text(encoding="utf-8"))
    ]
    assert [one for one in named if one[1] not in known] == []
