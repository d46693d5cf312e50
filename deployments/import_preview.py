"""What `seguito import --check` prints: a line a sample without anybody's data, and each cause of a fault once."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from decimal import Decimal

from tasks.importing.report import Preview, RejectCause
from tasks.importing.rows import AnyRow

_PERSONAL = {
    "name",
    "email",
    "billing_email",
    "certified_email",
    "postal_address",
    "tax_number",
    "phone",
    "description",
    "text",
    "seller_promise",
    "referred_by",
}
_INNER = {"ref", "origin", "unread", "unwritten"}


def lines(preview: Preview) -> Iterator[str]:
    """The preview, line by line."""
    for table, rows in preview.samples.items():
        for row in rows:
            yield f"  {table}: {_sample(row)}"
    for cause in preview.causes:
        yield from _cause(cause)


def _sample(row: AnyRow) -> str:
    """Its reference and what it says; of what tells who somebody is, only that it is there."""
    told = []
    for item in fields(row):
        value = getattr(row, item.name)
        if item.name in _INNER or value is None or value == {}:
            continue
        told.append(f"{item.name} given" if item.name in _PERSONAL else _said(item.name, value))
    return f"{row.ref}: {', '.join(told)}"


def _said(name: str, value: object) -> str:
    """A column with its value; sums in whole units."""
    if name.endswith("_cents") and isinstance(value, int):
        return f"{name.removesuffix('_cents')} {Decimal(value) / 100:.2f}"
    return f"{name} {_plain(value)}"


def _plain(value: object) -> str:
    """A value as people write it: yes or no, a time in UTC, lists and maps without their brackets."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        case Mapping():
            return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
        case _:
            return str(value)


def _cause(cause: RejectCause) -> Iterator[str]:
    number = f"{cause.count} {'row' if cause.costs_row else 'cell'}{'' if cause.count == 1 else 's'}"
    lost = "stay outside" if cause.count > 1 else "stays outside"
    yield f"{cause.table}.{cause.column}: {number}{f' {lost}' if cause.costs_row else ''}: {cause.fix}"
    for example in cause.examples:
        said = f"{example.value!r} in " if example.value and cause.column not in _PERSONAL else ""
        yield f"    {said}{example.file}, row {example.row}"
    if cause.count > len(cause.examples):
        yield f"    and {cause.count - len(cause.examples)} more"
    if cause.sql:
        yield f"    in {cause.table}.sql: {cause.sql}"
