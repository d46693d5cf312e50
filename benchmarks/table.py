"""The table of results: kept as JSON, printed and written as Markdown."""

import json
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_JSON, _MARKDOWN = _HERE / "results.json", _HERE / "results.md"
_WHOLE = 100
_HEAD = """# Measured

By `make bench`, on two cores of a virtual machine. Every figure is the median of interleaved rounds of one run;
compare ratios, not absolute figures. The scale is the part of the full numbers (20,000 mails, a
million orders) that was used. A section that was not run this time is kept from an earlier run, with its own day.

"""


def keep(section: str, rows: Sequence[dict[str, Any]], about: str) -> None:
    """Store the rows of a section in place of its older ones, and write the table anew."""
    known = json.loads(_JSON.read_text()) if _JSON.exists() else {}
    known[section] = {"about": about, "rows": list(rows)}
    _JSON.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n")
    text = _HEAD + "\n".join(_section(name, found) for name, found in known.items())
    _MARKDOWN.write_text(text)
    print(_section(section, known[section]), flush=True)


def middle(values: Sequence[float]) -> float:
    """The median."""
    return statistics.median(values)


def _section(name: str, found: dict[str, Any]) -> str:
    rows = found["rows"]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    lines = [f"## {name}", "", found["about"], "", f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
    lines += [f"| {' | '.join(_cell(row.get(column, '')) for column in columns)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= _WHOLE else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
