"""Python's search for cycles of garbage, which finds none in a sweep and costs it a sixth of its time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 100_000
"""New objects after which a search is worth it: some five batches."""


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Search less often meanwhile: a batch makes many objects, all of which go when nothing refers to them."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
