"""Many rows in one statement: they travel as one JSON document, and are a table inside the statement.

A statement a row costs PostgreSQL a round trip each, and SQLAlchemy more than the database does; a list of parameters
has to be read anew for every length. Here the text of a statement stays the same, however many rows there are.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Row,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
    true,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from models.base import Base

Rows = Sequence[Mapping[str, Any]]


def update(
    session: Session,
    table: type[Base],
    rows: Rows,
    *,
    where: Iterable[ColumnElement[bool]] = (),
    **known: Any,
) -> set[int]:
    """Set columns of rows by `id`; each mapping has `id` and the columns to set. Returns the ids that were there.

    `where` says which of them may be touched; `known` are values of the parameters in it.
    """
    touched: set[int] = set()
    for columns, alike in _by_columns(rows).items():
        statement = _update(table, columns, tuple(where), _dialect(session))
        ids = {"ids": [row["id"] for row in alike]} if _dialect(session) == "postgresql" else {}
        found = session.connection().execute(statement, {"rows": _document(session, alike), **ids, **known})
        touched.update(found.scalars())
    return touched


def insert(session: Session, table: type[Base], rows: Rows, returning: str) -> Sequence[Row[int, Any]]:
    """Insert rows that all have the same columns; returns `id` and one more column of each, in no order."""
    if not rows:
        return []
    stored = table.__table__
    statement = _insert(table, tuple(rows[0]), _dialect(session)).returning(stored.c.id, stored.c[returning])
    return session.connection().execute(statement, {"rows": _document(session, rows)}).all()


def load(session: Session, table: type[Base], rows: Rows) -> None:
    """Insert rows that are new; one whose unique key is there already is an error. Columns as in `add`."""
    for columns, alike in _by_columns(rows).items():
        session.connection().execute(
            _insert(table, columns, _dialect(session)), {"rows": _document(session, alike)}
        )


def add(session: Session, table: type[Base], rows: Rows) -> None:
    """Insert rows; one whose unique key is there already is left as it is. Every column without a null is given."""
    for columns, alike in _by_columns(rows).items():
        statement = _insert(table, columns, _dialect(session)).on_conflict_do_nothing()
        session.connection().execute(statement, {"rows": _document(session, alike)})


def _by_columns(rows: Rows) -> dict[tuple[str, ...], list[Mapping[str, Any]]]:
    alike: dict[tuple[str, ...], list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        alike[tuple(row)].append(row)
    return alike


@lru_cache(maxsize=256)
def _update(
    table: type[Base], columns: tuple[str, ...], where: tuple[ColumnElement[bool], ...], dialect: str
) -> Any:
    given = _given(table, columns, dialect)
    stored = table.__table__
    if (
        dialect == "postgresql"
    ):  # it takes any document for a hundred rows, and would rather read a small table whole
        where = (*where, stored.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))))
    return (
        stored.update()  # type: ignore[attr-defined]
        .where(stored.c.id == given.c.id, *where)
        .values({name: given.c[name] for name in columns if name != "id"})
        .returning(stored.c.id)
    )


@lru_cache(maxsize=256)
def _insert(table: type[Base], columns: tuple[str, ...], dialect: str) -> Any:
    given = _given(table, columns, dialect)
    make: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    query = select(*(given.c[name] for name in columns)).where(
        true()
    )  # SQLite takes ON CONFLICT for a join's ON
    return make(table.__table__).from_select(columns, query, include_defaults=False)


def _given(table: type[Base], columns: tuple[str, ...], dialect: str) -> FromClause:
    """The rows of the document as a table."""
    document = bindparam("rows", type_=Text)
    types = {name: table.__table__.c[name].type for name in columns}
    if dialect == "postgresql":
        typed = (column(name, type_) for name, type_ in types.items())
        rows = func.jsonb_to_recordset(cast(document, JSONB)).table_valued(*typed)
        return rows.render_derived(name="given", with_types=True)
    each = func.json_each(document).table_valued("value")
    return select(*(func.json_extract(each.c.value, f"$.{name}").label(name) for name in columns)).subquery(
        "given"
    )


def _document(session: Session, rows: Rows) -> str:
    plain = [row if isinstance(row, dict) else dict(row) for row in rows]
    return json.dumps(plain, default=partial(_written, _dialect(session)))


@lru_cache(maxsize=1024)  # a document has few different times
def _written(dialect: str, value: object) -> str:
    """Times as the database keeps them: PostgreSQL with their offset, SQLite as text in UTC."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        if dialect == "postgresql":
            return value.isoformat()
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(value)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name
