"""Alembic's entry: uses the connection the program hands over, or SEGUITO_DATABASE_URL for `alembic revision`."""

import os
from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, create_engine

from models.base import UtcDateTime
from models.tables import Base


def _render(kind: str, thing: Any, _autogen: Any) -> str | Literal[False]:
    """Migrations stand alone: our own time type is written as the plain one."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, UtcDateTime) else False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    _run(handed_over)
else:
    with create_engine(os.environ["SEGUITO_DATABASE_URL"]).connect() as own:
        _run(own)
        own.commit()
