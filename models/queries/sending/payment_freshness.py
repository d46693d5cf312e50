"""When payments were imported last."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.tables import Watermark


def payments_as_of(session: Session, sources: Collection[str]) -> datetime | None:
    """The oldest of the last imports of invoices, over these sources, or over all that ever brought some (empty).

    None when there is none, or when one of `sources` never brought any.
    """
    query = select(func.min(Watermark.at), func.count())
    if sources:
        query = query.where(Watermark.name.in_([f"import:{name}:invoices" for name in sources]))
    oldest, count = session.execute(query.where(Watermark.name.like("import:%:invoices"))).one()
    return None if count < len(sources) else oldest
