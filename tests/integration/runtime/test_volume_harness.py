"""Each entry of the volume benchmark still works, with a few orders."""

from pathlib import Path

import pytest

from benchmarks import volume

ORDERS = 50


@pytest.mark.parametrize("what", sorted(set(volume.WHAT) - {"pandas"}))
def test_an_entry_works_with_few_orders(what: str, tmp_path: Path) -> None:
    row = volume.measure(what, "sqlite", ORDERS, f"sqlite:///{tmp_path}/volume.db", tmp_path)
    assert row["seconds"] > 0
    came = {
        "import": "50 orders: 50 new, 1 cells not read (promised_on 1)",
        "plan": "",
        "collect": "10 automatic, 10 hard bounce, 30 reply",
        "replay": "50 orders",
    }
    assert came[what] in row["what came of it"]
