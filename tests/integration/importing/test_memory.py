"""An import holds one batch at a time, however many rows there are, and still refuses the second of a pair."""

import gc
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

from tasks.importing.rows import OrderRow, Reject
from tasks.importing.seen import SeenKeys
from tasks.importing.source import open_source
from tests.import_sources import Company

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)
ROWS, BATCH = 20_001, 5_000


def _alive() -> int:
    return sum(type(one) is OrderRow for one in gc.get_objects())


def test_one_batch_of_rows_is_alive_at_once(tmp_path: Path) -> None:
    lines = ("ref,customer,description,signed_at", *(f"o{n},c1,kitchen,2026-03-01" for n in range(ROWS - 1)))
    Company.at(tmp_path / "casa", orders="\n".join((*lines, "o7,c1,kitchen,2026-03-01")) + "\n")
    gc.collect()
    before, read, most, refused = _alive(), 0, 0, []
    with open_source(tmp_path / "casa", None, {}) as source:
        batches = source.read("orders", NOW)
        while (batch := next(batches, None)) is not None:
            most = max(most, _alive() - before)
            read += len(batch)
            refused += [row for row in batch if isinstance(row, Reject)]
            del batch
    assert read == ROWS
    assert most <= BATCH
    assert [(row.row, row.column, row.value) for row in refused] == [(ROWS + 1, "ref", "o7")]


def test_references_that_came_are_not_held_in_memory() -> None:
    seen = SeenKeys()
    tracemalloc.start()
    try:
        assert all(seen.add(f"order {n}") for n in range(50_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert not seen.add("order 7")
    assert peak < 1_000_000
    seen.close()
