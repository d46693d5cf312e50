"""The page on inbound mail has every witness, with its weight."""

from pathlib import Path

from models.rules.inbound.witnesses import WITNESSES

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "inbound.md"


def test_the_table_of_witnesses_is_the_one_of_the_page() -> None:
    rows = [f"| `{one.name}` | {one.sort} | {one.weight} | {one.says} |" for one in WITNESSES]
    assert "\n".join(rows) in PAGE.read_text(encoding="utf-8")
