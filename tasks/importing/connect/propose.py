"""A source for the tables of an export: which columns make customers, orders and invoices, and what has to be asked."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models import languages
from models.rules.importing.headers import ColumnMatch, matches, says, words_of
from tasks.importing.connect.looked import KEYS, Looked, quoted, vocabulary
from tasks.importing.connect.tables import ExportColumn, ExportTable
from tasks.importing.dates import has_offset, is_ambiguous
from tasks.importing.places import language_of_words


@dataclass(frozen=True)
class Item:
    """A column of a SELECT: the expression, and what a person has to look at, if anything."""

    column: str
    sql: str
    doubt: str = ""


@dataclass
class Select:
    """The SELECT of one of our tables over one table of the export."""

    table: str
    origin: ExportTable
    items: list[Item] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Columns that would help and are not there, each with what follows."""


def propose(tables: Sequence[ExportTable]) -> list[Select]:
    """The SELECTs for all tables, customers first."""
    looked = [Looked.at(table) for table in tables]
    key = next((key for key in KEYS if all(key in one.customer for one in looked)), None)
    selects = [_customers(one, key) for one in looked if one.has_customers]
    selects += [_orders(one, key) for one in looked if one.is_order]
    selects += [_invoices(one, key) for one in looked if one.is_invoice]
    return selects


def _customers(looked: Looked, key: str | None) -> Select:
    found = looked.customer
    select = Select("customers", looked.table)
    select.items.append(Item("ref", _key(looked, key), _key_doubt(looked, key)))
    if "first" in found and "last" in found:
        both = (quoted(found["first"].column), quoted(found["last"].column))
        select.items.append(Item("name", f"any_value(concat_ws(' ', {', '.join(both)}))"))
    else:
        _plain(select, looked, found, "name", "name")
    if not any(item.column == "name" for item in select.items):
        asked = "no name in this file; how are they to be greeted?"
        select.items.append(Item("name", f"any_value({select.items[0].sql})", asked))
    for name in ("email", "phone", "country", "language"):
        _plain(select, looked, found, name, name)
    if "vat" in found:
        sql = f"any_value({looked.cell(found['vat'])}) IS NOT NULL"
        select.items.append(Item("is_business", sql))
    else:
        select.missing.append("is_business: no tax number; everybody counts as a consumer")
    if "email" not in found:
        select.missing.append("email: not in this file; without it people are told to call")
    return select


def _orders(looked: Looked, key: str | None) -> Select:
    found = looked.order
    select = Select("orders", looked.table)
    _plain(select, looked, found, "ref", "ref", group=True)
    select.items.append(Item("customer", f"any_value({_key(looked, key)})", _key_doubt(looked, key)))
    select.items.append(_description(looked))
    for name in ("signed_at", "promised_on", "delivered_at", "amount", "currency", "cancelled_at"):
        _plain(select, looked, found, name, name)
    _cancelled(select, looked)
    if "delivered_at" not in found:
        sent = found.get("sent_at")
        hint = f"; {sent.column} says when it was sent, which is not when it arrived" if sent else ""
        select.missing.append(f"delivered_at: not in this file{hint}; without it nobody is asked how it went")
    if "promised_on" not in found:
        select.missing.append("promised_on: not in this file; without it no delay is told")
    if "seller" in found:
        named = found["seller"].column
        select.missing.append(
            f"seller: {named} has names; write staff.sql with them as ref, and take it as seller"
        )
    select.items.append(
        Item("withdrawal_days", "14", "how was it sold? 14 at a distance, 30 at home, 0 in a shop")
    )
    return select


def _description(looked: Looked) -> Item:
    """What was bought, in the words of the file; the number of the order where it says nothing."""
    else_named = f"'{_word('order', looked)} ' || {looked.cell(looked.order['ref'])}"
    match = looked.order.get("description")
    if match is None or not looked.column(match).values:
        return Item("description", else_named)
    named = f"string_agg(DISTINCT {looked.cell(match)}, ', ')"
    return Item("description", f"coalesce({named}, {else_named})", _doubt(match))


def _cancelled(select: Select, looked: Looked) -> None:
    status = looked.order.get("status")
    if status is None or "cancelled_at" in looked.order:
        return
    states = _said(looked.column(status), vocabulary().cancelled)
    if states:
        day = _value(looked, looked.order["signed_at"])
        sql = f"any_value(CASE WHEN {looked.cell(status)} IN ({_listed(states)}) THEN {day} END)"
        select.items.append(
            Item("cancelled_at", sql, "the day is that of the order, since there is none of its own")
        )
    else:
        seen = ", ".join(sorted(set(looked.column(status).values))[:6])
        select.missing.append(
            f"cancelled_at: which of the states of {status.column} mean cancelled? There are: {seen}"
        )


def _invoices(looked: Looked, key: str | None) -> Select:
    found = looked.invoice
    select = Select("invoices", looked.table)
    _plain(select, looked, found, "ref", "ref", group=True)
    select.items.append(Item("customer", f"any_value({_key(looked, key)})", _key_doubt(looked, key)))
    for name in ("order", "issued_on", "due_on", "amount", "currency"):
        _plain(select, looked, found, name, name)
    if "due_on" not in found:
        issued = next(item.sql for item in select.items if item.column == "issued_on")
        select.items.append(Item("due_on", issued, "no due day here: the day of issue stands in"))
    _plain(select, looked, found, "open_amount", "open_amount")
    paid, payment = found.get("paid_at"), found.get("payment")
    states = _said(looked.column(payment), vocabulary().paid) if payment else []
    if paid is not None:
        _plain(select, looked, found, "paid_at", "paid_at")
    elif payment is not None and states:
        day = _value(looked, found["issued_on"])
        sql = f"any_value(CASE WHEN {looked.cell(payment)} IN ({_listed(states)}) THEN {day} END)"
        select.items.append(
            Item("paid_at", sql, "paid by its state; the day is that of issue, since there is none")
        )
    elif "open_amount" not in found:
        select.missing.append(
            "paid_at: NOTHING SAYS WHAT IS PAID; do not import without it, or all are reminded"
        )
    return select


def _plain(
    select: Select,
    looked: Looked,
    found: Mapping[str, ColumnMatch],
    name: str,
    column: str,
    *,
    group: bool = False,
) -> None:
    match = found.get(name)
    if match is None:
        return
    value = _value(looked, match)
    doubt = _doubt(match)
    origin = looked.column(match)
    if origin.date_form is not None and is_ambiguous(origin.values, origin.date_form):
        doubt = f"day or month first? Read as {origin.date_form}" + (f"; {doubt}" if doubt else "")
    select.items.append(Item(column, value if group else f"any_value({value})", doubt))


def _value(looked: Looked, match: ColumnMatch) -> str:
    """The cell, with the function that reads its days where they are not ISO."""
    column, cell = looked.column(match), looked.cell(match)
    form = column.date_form
    if form is None or form.startswith("%Y-%m-%d") or has_offset(column.values):
        return cell
    return f"iso_{'time' if '%H' in form or '%I' in form else 'date'}({cell}, '{form}')"


def _key(looked: Looked, key: str | None) -> str:
    first = [key] if key else []
    has_gaps = key is None or len(looked.column(looked.customer[key]).values) < looked.table.rows
    names = [name for name in [*first, *(KEYS if has_gaps else ())] if name in looked.customer]
    cells = [_key_cell(looked, name) for name in dict.fromkeys(names)]
    return cells[0] if len(cells) == 1 else f"coalesce({', '.join(cells)})" if cells else "NULL"


def _key_cell(looked: Looked, name: str) -> str:
    cell = looked.cell(looked.customer[name])
    if name == "last" and "first" in looked.customer:
        return f"concat_ws(' ', {looked.cell(looked.customer['first'])}, {cell})"
    return f"lower({cell})" if name == "email" else cell


def _key_doubt(looked: Looked, key: str | None) -> str:
    if key is None:
        return "the files know customers by different things; orders must find theirs by the same"
    if key in {"name", "last"}:
        return "customers are told apart by their name alone; take a number or an address if there is one"
    match = looked.customer[key]
    return _doubt(match) if not match.is_sure else ""


def _doubt(match: ColumnMatch) -> str:
    if match.rival is not None:
        return f"or is it {match.rival}?"
    return "" if match.is_sure else f"is it {match.column}?"


def _said(column: ExportColumn, words: frozenset[str]) -> list[str]:
    """The values of a column that say one of these words."""
    return sorted({value for value in column.values if says(value, words, vocabulary().negated)})


def _listed(values: Sequence[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


def _word(noun: str, looked: Looked) -> str:
    return {"it": "Ordine", "pl": "Zamówienie", "de": "Bestellung"}.get(
        language_of([looked.table]), noun.title()
    )


def language_of(tables: Sequence[ExportTable]) -> str:
    """The language of the headers, for whoever's own is not known."""
    found = language_of_words(word for table in tables for name in table.columns for word in words_of(name))
    return found if found in languages.CODES else languages.ELSE


def currency_of(tables: Sequence[ExportTable]) -> str | None:
    """The currency that most rows name; None where none does."""
    counts: Counter[str] = Counter()
    for table in tables:
        match = matches(
            vocabulary(), "order", {name: column.form for name, column in table.columns.items()}
        ).get("currency")
        if match is not None:
            counts.update(value.upper() for value in table.columns[match.column].values)
    return counts.most_common(1)[0][0] if counts else None
