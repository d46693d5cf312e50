"""What a list of the desk shows: its heads, and its lines."""

from collections.abc import Sequence
from typing import NamedTuple


class TableLine(NamedTuple):
    """A line of a list: where its matter is (empty where it has none), and what it says."""

    link: str
    cells: Sequence[str]


class SortedTable(NamedTuple):
    """The heads that can be sorted by, and all heads, with the lines."""

    heads: Sequence[str]
    sorts: frozenset[str]
    lines: Sequence[TableLine]
    of_customers: bool = True
    """Whether each line begins with the reference of a customer."""
