"""One of many values: they travel as one parameter, so that the text of a statement stays the same for any number."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, Boolean, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class among(FunctionElement[bool]):  # noqa: N801 (stands in statements like the functions of SQLAlchemy)
    """Whether a column has one of many values.

    The driver of PostgreSQL reads a list of parameters, as `in_` makes it, anew for every statement: a thousand of them
    cost it more time than the database takes.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, member: Any, values: Iterable[Any] | str) -> None:
        """`values` may be the name of a parameter, for a statement that is put together once."""
        type_ = _Values(member.type)
        if isinstance(values, str):
            super().__init__(member, bindparam(values, type_=type_))
        else:
            super().__init__(member, bindparam(None, list(values), type_=type_, unique=True))

    def self_group(self, against: Any = None) -> Any:
        """Itself: SQLite would not find its index for the `… = 1` that a true or false value is made into."""
        del against
        return self


class _Values(TypeDecorator[list[Any]]):
    """An array on PostgreSQL, a JSON document on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: Any) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """As the database takes it."""
        return dialect.type_descriptor(ARRAY(self.item) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        """As the driver takes it."""
        return value if dialect.name == "postgresql" else json.dumps(value)


@compiles(among)
def _in_document(element: Any, compiler: Any, **options: Any) -> str:
    member, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{member} IN (SELECT value FROM json_each({values}))"  # noqa: S608 (both are compiled, not given)


@compiles(among, "postgresql")
def _in_array(element: Any, compiler: Any, **options: Any) -> str:
    member, values = (compiler.process(part, **options) for part in element.clauses)
    return f"{member} = ANY ({values})"
