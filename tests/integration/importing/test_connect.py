"""`seguito connect`: exports of shops and programs become sources, and what is not sure is asked."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tasks.importing.connect.propose import Select, propose
from tasks.importing.connect.tables import look
from tasks.importing.connect.write import write_source
from tasks.importing.errors import SourceError
from tasks.importing.rows import AnyRow, CustomerRow, InvoiceRow, OrderRow, Reject
from tasks.importing.source import open_source
from tests import exports
from tests.command import run

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def connected(
    tmp_path: Path, encoding: str = "utf-8", **files: str
) -> tuple[dict[str, list[AnyRow | Reject]], list[Select]]:
    """The rows that a proposed source reads, and the proposal."""
    paths = []
    for name, text in files.items():
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_bytes(text.encode(encoding))
    tables = [table for path in paths for table in look(path)]
    selects = propose(tables)
    write_source(tmp_path / "source", tables, selects)
    with open_source(tmp_path / "source", None, {}) as source:
        return {
            table: [row for batch in source.read(table, NOW) for row in batch] for table in source.tables
        }, selects


def asked(selects: list[Select]) -> set[str]:
    return {f"{select.table}.{item.column}" for select in selects for item in select.items if item.doubt}


def customers(rows: dict[str, list[AnyRow | Reject]]) -> list[tuple[str, str, str | None]]:
    people = [row for row in rows["customers"] if isinstance(row, CustomerRow)]
    assert len(people) == len(rows["customers"])
    return sorted((row.ref, row.name, row.email) for row in people)


def orders(rows: dict[str, list[AnyRow | Reject]]) -> list[tuple[str, str, int | None, bool]]:
    found = [row for row in rows["orders"] if isinstance(row, OrderRow)]
    assert len(found) == len(rows["orders"])
    return sorted((row.ref, row.customer, row.amount_cents, row.cancelled_at is not None) for row in found)


def invoices(rows: dict[str, list[AnyRow | Reject]]) -> list[tuple[str, str, int, date, bool]]:
    found = [row for row in rows["invoices"] if isinstance(row, InvoiceRow)]
    assert len(found) == len(rows["invoices"])
    return sorted(
        (row.ref, row.customer, row.amount_cents, row.due_on, row.paid_at is not None) for row in found
    )


def test_shopify_with_a_row_per_item(tmp_path: Path) -> None:
    rows, selects = connected(tmp_path, orders=exports.SHOPIFY)
    assert customers(rows) == [
        ("ada@serra.example", "Ada Serra", "ada@serra.example"),
        ("ewa@lis.example", "Ewa Lis", "ewa@lis.example"),
    ]
    assert orders(rows) == [
        ("#1001", "ada@serra.example", 10_990, False),
        ("#1002", "ewa@lis.example", 4_990, True),
    ]
    first = next(row for row in rows["orders"] if isinstance(row, OrderRow) and row.ref == "#1001")
    assert set(first.description.split(", ")) == {"Sedia Nord", "Cuscino"}
    assert first.signed_at == datetime(2026, 10, 1, 8, 4, tzinfo=UTC)
    assert first.delivered_at is None, "sent is not delivered"
    assert asked(selects) == {"orders.ref", "orders.withdrawal_days"}


def test_woocommerce_with_months_first(tmp_path: Path) -> None:
    rows, selects = connected(tmp_path, orders=exports.WOOCOMMERCE)
    assert [(ref, name) for ref, name, _ in customers(rows)] == [("7", "Ada Serra"), ("8", "Ugo Zen")]
    assert orders(rows) == [("12", "7", 10_550, False), ("13", "8", 2_000, True)]
    second = next(row for row in rows["orders"] if isinstance(row, OrderRow) and row.ref == "13")
    assert second.signed_at == datetime(2026, 10, 2, 4, 29, tzinfo=UTC)
    assert {"orders.cancelled_at", "orders.ref"} <= asked(selects)


def test_prestashop_knows_customers_by_name_alone_and_says_so(tmp_path: Path) -> None:
    rows, selects = connected(tmp_path, orders=exports.PRESTASHOP)
    assert customers(rows) == [("A. Serra", "A. Serra", None), ("U. Zen", "U. Zen", None)]
    assert orders(rows) == [("OHSATSERP", "U. Zen", 2_000, True), ("XKBKNABJK", "A. Serra", 12_050, False)]
    assert {"customers.ref", "orders.customer", "orders.ref"} <= asked(selects)


def test_odoo_s_orders_and_invoices_find_the_same_customers(tmp_path: Path) -> None:
    rows, selects = connected(tmp_path, sale_order=exports.ODOO_ORDERS, account_move=exports.ODOO_INVOICES)
    assert [row[:2] for row in orders(rows)] == [("S00012", "Serra e figli"), ("S00013", "Bar Zen")]
    assert invoices(rows) == [
        ("INV/2026/00012", "Serra e figli", 122_000, date(2026, 10, 31), True),
        ("INV/2026/00013", "Bar Zen", 12_200, date(2026, 11, 4), False),
    ]
    first = next(row for row in rows["orders"] if isinstance(row, OrderRow) and row.ref == "S00012")
    assert first.promised_on == date(2026, 11, 10)
    assert "invoices.paid_at" in asked(selects), "a state says that it is paid, and not when"


def test_danea_below_a_title(tmp_path: Path) -> None:
    rows, selects = connected(tmp_path, fatture=exports.DANEA)
    assert invoices(rows) == [
        ("31", "0042", 90_000, date(2026, 11, 15), True),
        ("32", "0043", 9_000, date(2026, 11, 16), False),
    ]
    assert [row.is_business for row in rows["customers"] if isinstance(row, CustomerRow)].count(True) == 1
    assert "invoices.paid_at" in asked(selects)


def test_fatture_in_cloud_in_old_windows(tmp_path: Path) -> None:
    rows, selects = connected(tmp_path, "cp1252", fatture=exports.FATTURE_IN_CLOUD)
    assert customers(rows) == [
        ("01234567890", "Serra & Figli Società", "conti@serra.example"),
        ("ZNEGUO80A01L736X", "Ugo Zen", "ugo@zen.example"),
    ]
    assert [row[2:] for row in invoices(rows)] == [
        (122_000, date(2026, 10, 31), True),
        (12_200, date(2026, 11, 14), False),
    ]
    assert asked(selects) == set()


def test_baselinker_and_allegro(tmp_path: Path) -> None:
    rows, _ = connected(tmp_path, zamowienia=exports.BASELINKER)
    assert customers(rows) == [
        ("ewal", "Ewa Lis", "ewa@lis.example"),
        ("jank", "Jan Kot", "jan@kot.example"),
    ]
    assert orders(rows) == [("7712345", "ewal", 12_999, False), ("7712346", "jank", 5_000, True)]
    (tmp_path / "2").mkdir()
    rows, selects = connected(tmp_path / "2", "cp1250", zamowienia=exports.ALLEGRO)
    assert orders(rows) == [("a1b2", "901", 10_890, False), ("a1b3", "902", 20_890, False)]
    missing = [line for select in selects for line in select.missing]
    assert any(line.startswith("cancelled_at: which of the states") for line in missing)


def test_fakturownia(tmp_path: Path) -> None:
    rows, _ = connected(tmp_path, "cp1250", faktury=exports.FAKTUROWNIA)
    assert [row[0] for row in customers(rows)] == ["5213000000", "5213000001"]
    assert invoices(rows) == [
        ("FV 1/10/2026", "5213000000", 123_000, date(2026, 10, 15), True),
        ("FV 2/10/2026", "5213000001", 12_300, date(2026, 10, 16), False),
    ]


UNKNOWN: dict[str, tuple[str, str, dict[str, str]]] = {
    "magento": (
        exports.MAGENTO,
        "utf-8",
        {"customers.ref": "Customer Email", "orders.ref": "ID", "orders.signed_at": "Purchase Date"}
        | {"orders.amount": "Grand Total (Purchased)", "orders.cancelled_at": "Status"},
    ),
    "subiekt": (
        exports.SUBIEKT,
        "cp1250",
        {"customers.ref": "NIP", "customers.name": "Kontrahent", "invoices.ref": "Numer dokumentu"}
        | {"invoices.due_on": "Termin płatności", "invoices.amount": "Brutto"}
        | {"invoices.open_amount": "Pozostało do zapłaty"},
    ),
    "lexoffice": (
        exports.LEXOFFICE,
        "cp1252",
        {"customers.ref": "Kundennummer", "customers.email": "E-Mail", "invoices.ref": "Belegnummer"}
        | {"invoices.issued_on": "Rechnungsdatum", "invoices.due_on": "Fällig am"}
        | {"invoices.amount": "Betrag brutto", "invoices.open_amount": "Offener Betrag"},
    ),
    "xero": (
        exports.XERO,
        "utf-8",
        {"customers.ref": "EmailAddress", "customers.name": "*ContactName", "invoices.amount": "Total"}
        | {"invoices.due_on": "*DueDate", "invoices.open_amount": "InvoiceAmountDue"},
    ),
    "amazon": (
        exports.AMAZON,
        "utf-8",
        {"customers.ref": "buyer-email", "customers.name": "buyer-name", "orders.ref": "amazon-order-id"}
        | {"orders.promised_on": "promise-date", "orders.description": "product-name"},
    ),
    "teamsystem": (
        exports.TEAMSYSTEM,
        "cp1252",
        {"customers.ref": "Codice Cli/For", "customers.is_business": "P.Iva", "invoices.ref": "Num. Doc."}
        | {"invoices.due_on": "Data Scad.", "invoices.open_amount": "Importo Residuo"},
    ),
    "jtl": (
        exports.JTL,
        "cp1252",
        {"customers.ref": "Kundennummer", "customers.name": "Nachname", "orders.ref": "Auftragsnummer"}
        | {"orders.promised_on": "Voraussichtliches Lieferdatum", "orders.cancelled_at": "Storniert am"},
    ),
    "wfirma": (
        exports.WFIRMA,
        "cp1250",
        {"customers.ref": "NIP kontrahenta", "customers.email": "E-mail", "invoices.ref": "Nr faktury"}
        | {"invoices.amount": "Brutto", "invoices.open_amount": "Pozostało"},
    ),
    "mago": (
        exports.MAGO,
        "cp1252",
        {"customers.ref": "Cliente", "customers.name": "Ragione Sociale", "orders.ref": "Nr. Ordine"}
        | {"orders.promised_on": "Data Consegna Prevista", "orders.delivered_at": "Data Consegna Effettiva"},
    ),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_exports_of_programs_that_nothing_was_fitted_to(tmp_path: Path, name: str) -> None:
    text, encoding, wanted = UNKNOWN[name]
    rows, selects = connected(tmp_path, encoding, **{name: text})
    found = {f"{select.table}.{item.column}": item.sql for select in selects for item in select.items}
    assert {column: header for column, header in wanted.items() if f'"{header}"' not in found[column]} == {}
    assert {len(part) for part in rows.values()} == {2}, "and a line of totals is no row"


def test_days_that_could_be_months_are_asked(tmp_path: Path) -> None:
    text = "Order number,Order date,Customer,Email,Total\n1,03/04/2026,Ada,ada@x.example,10\n"
    _, selects = connected(tmp_path, orders=text)
    doubts = [item.doubt for select in selects for item in select.items if item.column == "signed_at"]
    assert doubts == ["day or month first? Read as %d/%m/%Y"]


def test_invoices_without_a_word_of_payment_are_a_warning(tmp_path: Path) -> None:
    text = "Numero fattura;Data;Cliente;Scadenza;Totale\n1;2026-10-01;Ada;2026-10-31;10,00\n"
    _, selects = connected(tmp_path, fatture=text)
    [warning] = [line for select in selects for line in select.missing if line.startswith("paid_at")]
    assert "do not import without it" in warning


@pytest.mark.usefixtures("installation")
def test_the_command_says_what_it_found_and_what_it_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "orders.csv").write_text(exports.SHOPIFY, encoding="utf-8")
    ended = run(capsys, "connect", str(tmp_path / "orders.csv"), "--to", str(tmp_path / "shop"))
    assert (ended.code, ended.err) == (0, "")
    assert '  ? ref: "Name" (or is it Id?)' in ended.out
    assert "orders: 2 rows can be read, 0 cannot" in ended.out
    again = run(capsys, "connect", str(tmp_path / "orders.csv"), "--to", str(tmp_path / "shop"))
    assert again.code == 1
    assert "is there already" in again.err
    nothing = run(capsys, "connect", str(tmp_path / "nowhere.csv"))
    assert "there is no such file" in nothing.err


def test_what_has_no_headers_is_named(tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("1;2;3\n4;5;6\n", encoding="utf-8")
    with pytest.raises(SourceError, match="has no line of headers"):
        look(path)


def test_invoices_under_the_field_names_that_programs_publish(tmp_path: Path) -> None:
    rows, selects = connected(tmp_path, faktury=exports.FAKTUROWNIA_FIELDS)
    assert [row[0] for row in customers(rows)] == ["5213000000", "5213000001"]
    assert [row[2:] for row in invoices(rows)] == [
        (123_000, date(2026, 10, 15), True),
        (12_300, date(2026, 10, 16), False),
    ]
    assert asked(selects) == {"invoices.due_on", "invoices.amount"}, (
        "payment_to says little, price_gross may be a unit's"
    )
    (tmp_path / "2").mkdir()
    rows, selects = connected(tmp_path / "2", issued_documents=exports.FATTURE_IN_CLOUD_FIELDS)
    assert [row[1:] for row in customers(rows)] == [
        ("Serra & Figli", "conti@serra.example"),
        ("Ugo Zen", "ugo@zen.example"),
    ]
    assert invoices(rows) == [
        ("71", "01234567890", 122_000, date(2026, 10, 31), False),
        ("72", "ugo@zen.example", 12_200, date(2026, 11, 14), False),
    ]
    assert any("NOTHING SAYS WHAT IS PAID" in line for select in selects for line in select.missing)


def test_orders_under_the_field_names_that_programs_publish(tmp_path: Path) -> None:
    """Columns about the invoice of an order make no invoices of orders."""
    rows, selects = connected(tmp_path, orders=exports.BASELINKER_FIELDS)
    assert orders(rows) == [
        ("7712345", "ewa@lis.example", 12_999, False),
        ("7712346", "jan@kot.example", 5_000, False),
    ]
    assert "invoices" not in rows
    assert "orders.amount" in asked(selects)
    (tmp_path / "2").mkdir()
    rows, selects = connected(tmp_path / "2", orders=exports.ODOO_FIELDS)
    assert [row[:3] for row in orders(rows)] == [
        ("S00012", "Serra e figli", 124_000),
        ("S00013", "Bar Zen", 24_000),
    ]
    assert {"orders.ref", "orders.customer"} <= asked(selects)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("14-Okt-26", "02-Mai-26"),  # eBay in Germany
        ("14. Okt. 2026", "3. Mai 2026"),
        ("14. Oktober 2026", "2. März 2026"),
        ("14 ott 2026", "2 mar 2026"),
        ("14 ottobre 2026", "2 gennaio 2026"),
        ("14 paź 2026", "2 cze 2026"),
        ("14 października 2026", "2 września 2026"),
        ("Oct 14, 2026", "Aug 2, 2026"),
    ],
)
def test_days_with_names_of_months_are_read_in_every_language_of_ours(
    tmp_path: Path, first: str, second: str
) -> None:
    head = "Bestellnummer;Kaufdatum;Name des Käufers;E-Mail des Käufers;Gesamtpreis\n"
    text = f"{head}12-1;{first};Ada Serra;ada@serra.example;120,50\n12-2;{second};Ugo Zen;ugo@zen.example;20,00\n"
    rows, _ = connected(tmp_path, bestellungen=text)
    days = {row.ref: row.signed_at.date() for row in rows["orders"] if isinstance(row, OrderRow)}
    assert days["12-1"] in {date(2026, 10, 13), date(2026, 10, 14)}, "midnight in Rome"
    assert len(days) == 2


def test_whoever_has_no_name_in_a_file_is_imported_and_asked_about(tmp_path: Path) -> None:
    rows, selects = connected(tmp_path, invoices=exports.PAYMENTS_WITHOUT_NAMES)
    assert [row[0] for row in customers(rows)] == ["ada@serra.example", "ugo@zen.example"]
    assert "customers.name" in asked(selects)


def test_an_invoice_without_a_due_day_takes_the_day_of_issue_whatever_columns_follow(tmp_path: Path) -> None:
    text = "invoice_number,customer,issue_date,total,currency\nA-1,Ada Serra,2026-10-01,120.00,EUR\n"
    rows, selects = connected(tmp_path, invoices=text)
    assert invoices(rows) == [("A-1", "Ada Serra", 12_000, date(2026, 10, 1), False)]
    assert "invoices.due_on" in asked(selects)
