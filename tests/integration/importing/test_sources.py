"""Where facts may come from: files of every kind, an ERP's habits, a database; and what a failure says."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from tasks.importing.errors import SourceError
from tasks.importing.rows import AnyRow, CustomerRow, OrderRow, Reject
from tasks.importing.source import open_source
from tests.import_sources import CUSTOMERS, SETTINGS, Company

NOW = datetime(2026, 3, 18, 9, tzinfo=UTC)


def read(company: Company, table: str, variables: Mapping[str, str] | None = None) -> list[AnyRow | Reject]:
    with open_source(company.folder, None, variables or {}) as source:
        return [row for batch in source.read(table, NOW) for row in batch]


def test_an_old_erp_export(tmp_path: Path) -> None:
    """Semicolons, cp1250, days first, decimal commas, an accent in a header."""
    company = Company.at(tmp_path / "erp")
    company.settings(SETTINGS + '[encodings]\n"zamówienia.csv" = "cp1250"\n"out/klienci.csv" = "cp1250"\n')
    (company.folder / "data" / "out").mkdir()
    (company.folder / "data" / "out" / "klienci.csv").write_bytes(
        'Nr;Nazwa;E-mail\n1;"Łódź; meble";biuro@lodz.example\n'.encode("cp1250")
    )
    (company.folder / "data" / "zamówienia.csv").write_bytes(
        "Nr;Klient;Wartość;Podpisano;Termin\n7;1;1.234,50;28.02.2026;31.02.2026\n8;1;99,00;28.02.2026;\n".encode(
            "cp1250"
        )
    )
    (company.folder / "data" / "plain.csv").write_text("x\nzażółć\n", encoding="utf-8")
    company.select(
        "customers",
        """SELECT Nr AS ref, Nazwa AS name, "E-mail" AS email
           FROM read_csv('out/klienci.csv', all_varchar = true)""",
    )
    company.select(
        "orders",
        """SELECT Nr AS ref, Klient AS customer, (SELECT x FROM read_csv('plain.csv')) AS description,
                  "Wartość" AS amount, iso_date(Podpisano, '%d.%m.%Y') AS signed_at,
                  iso_date(Termin, '%d.%m.%Y') AS promised_on
           FROM read_csv('zamówienia.csv', delim = ';', all_varchar = true);""",
    )
    (customer,) = read(company, "customers")
    assert isinstance(customer, CustomerRow)
    assert customer.name == "Łódź; meble"
    first, good, fault = read(company, "orders")
    assert isinstance(first, OrderRow)
    assert (first.amount_cents, first.promised_on) == (123450, None)
    said = "orders.sql, row 1, promised_on: '31.02.2026' is no date; write it like 2026-02-28"
    assert str(fault) == f"{said}; the row came in without it"
    assert isinstance(good, OrderRow)
    assert (good.amount_cents, good.description) == (9900, "zażółć")


def test_excel(tmp_path: Path) -> None:
    company = Company.at(tmp_path / "excel")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "May"
    for row in (
        [None, None],
        ["No", "Who", "Signed", "Sum"],
        [1001, "c1", datetime(2026, 3, 1), 12.5],
        [],
        [1002.0, "c1", datetime(2026, 3, 2, 14, 30), "12,50"],
    ):
        sheet.append(row)
    book.create_sheet("June")
    book.save(company.folder / "data" / "sales.xlsx")
    single = Workbook()
    assert single.active is not None
    for line in CUSTOMERS.splitlines():
        single.active.append(line.split(","))
    single.save(company.folder / "data" / "people.xlsx")
    company.select("customers", "SELECT * EXCLUDE excel_row FROM people")
    company.select(
        "orders",
        "SELECT No AS ref, Who AS customer, Signed AS signed_at, Sum AS amount, 'chair' AS description, "
        "'sales.xlsx' AS source_file, excel_row AS source_row FROM \"sales.May\"",
    )
    assert [row.ref for row in read(company, "customers") if isinstance(row, CustomerRow)] == ["c1", "c2"]
    first, second = read(company, "orders")
    assert isinstance(first, OrderRow)
    assert isinstance(second, OrderRow)
    assert (first.ref, first.origin, first.amount_cents) == ("1001", ("sales.xlsx", 3), 1250)
    assert first.signed_at == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert (second.ref, second.origin.row, second.signed_at) == (
        "1002",
        5,
        datetime(2026, 3, 2, 13, 30, tzinfo=UTC),
    )


def test_parquet_json_and_typed_columns(tmp_path: Path) -> None:
    company = Company.at(tmp_path / "typed")
    data = company.folder / "data"
    with closing(duckdb.connect()) as duck:
        duck.execute(
            "COPY (SELECT 1 AS ref, 'c1' AS customer, 'chair' AS description, 12.5::DECIMAL(9, 2) AS amount, "
            "true AS is_service, TIMESTAMPTZ '2026-03-01 10:00:00+00' AS signed_at, "
            f"DATE '2026-04-01' AS promised_on) TO '{data}/o.parquet'"
        )
    (data / "c.json").write_text(
        '[{"id": "c1", "name": "Mario", "email": "m@rossi.example"}]', encoding="utf-8"
    )
    company.select("orders", "SELECT * FROM read_parquet('o.parquet') -- all of it")
    company.select("customers", "SELECT id AS ref, name, email FROM read_json('c.json')")
    (order,) = read(company, "orders")
    assert isinstance(order, OrderRow)
    assert (order.ref, order.amount_cents, order.is_service, order.promised_on) == (
        "1",
        1250,
        True,
        date(2026, 4, 1),
    )
    assert order.signed_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert [row.ref for row in read(company, "customers") if isinstance(row, CustomerRow)] == ["c1"]


@pytest.mark.parametrize("through_environment", [False, True])
def test_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, through_environment: bool) -> None:
    path = tmp_path / "erp.db"
    with closing(sqlite3.connect(path)) as erp:
        erp.execute("CREATE TABLE soci (id, nome, mail)")
        erp.execute("INSERT INTO soci VALUES (7, '100% :legno', 'a@legno.example')")
        erp.commit()
    company = Company.at(tmp_path / "remote")
    monkeypatch.setenv("ERP_ADDRESS", f"sqlite:///{path}")
    company.settings(
        SETTINGS + f'url = "{"env:ERP_ADDRESS" if through_environment else f"sqlite:///{path}"}"\n'
    )
    company.select(
        "customers", "SELECT id AS ref, nome AS name, mail AS email FROM soci WHERE nome LIKE '%:legno';"
    )
    (row,) = read(company, "customers")
    assert isinstance(row, CustomerRow)
    assert (row.ref, row.name) == ("7", "100% :legno")
    company.select("customers", "DELETE FROM soci")
    with pytest.raises(SourceError, match=r"remote/customers\.sql: returns no rows"):
        read(company, "customers")
    with closing(sqlite3.connect(path)) as erp:
        assert erp.execute("SELECT count(*) FROM soci").fetchone() == (1,)


def test_lines_that_are_no_rows_cost_only_themselves(tmp_path: Path) -> None:
    company = Company.at(tmp_path / "ragged")
    company.write(
        "customers", "ref,name,email\nc1,Mario,m@rossi.example\nc2,Ugo\nc3,Ada,a@b.example,and,more\n"
    )
    company.select(
        "customers", "SELECT * FROM read_csv('customers.csv', all_varchar = true, store_rejects = true)"
    )
    good, *bad = read(company, "customers")
    assert isinstance(good, CustomerRow)
    assert [(row.file, row.row) for row in bad if isinstance(row, Reject)] == [
        ("customers.csv", 3),
        ("customers.csv", 4),
    ]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT ref, name, emial FROM read_csv('customers.csv')", "emial"),
        (
            "SELECT ref, name, email AS emial FROM read_csv('customers.csv')",
            "no column of customers; did you mean email?",
        ),
        ("SELECT ref, email FROM read_csv('customers.csv')", "returns no column name; add it to the SELECT"),
        ("SELECT ref, name, name FROM read_csv('customers.csv')", "returns name 2 times"),
        ("SELEC 1", "syntax error"),
        ("", "exactly one statement"),
        ("SELECT 1; SELECT 2", "exactly one statement"),
        ("DROP TABLE x", "exactly one statement"),
        ("SELECT * FROM read_csv('clients.csv')", 'pattern "clients.csv"; files are looked for in'),
        ("SELECT * FROM read_csv('https://example.org/a.csv')", "httpfs"),
        ("SELECT ref::INT AS ref, name FROM read_csv('customers.csv')", "does not fit its type"),
    ],
)
def test_a_select_that_cannot_be_used(tmp_path: Path, sql: str, said: str) -> None:
    company = Company.at(tmp_path / "casa", customers=CUSTOMERS)
    company.select("customers", sql)
    with pytest.raises(SourceError) as problem:
        read(company, "customers")
    assert str(problem.value).startswith("casa/customers.sql: ")
    assert said in str(problem.value)
    assert "c1" not in str(problem.value)  # values of the data go to no log


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (SETTINGS.replace("Europe/Rome", "Rome"), "timezone: is no time zone; write an IANA name"),
        (SETTINGS + "zone = 3\n", "zone: is not known"),
        (SETTINGS.replace('country = "IT"', ""), "country: is missing; add it"),
        ("timezone", "is no TOML"),
        (SETTINGS + 'url = "env:NOBODY_SET_THIS"\n', "NOBODY_SET_THIS is empty; set it"),
        (SETTINGS + 'url = "nonsense"\n', "write it as SQLAlchemy does"),
        (SETTINGS + 'url = "postgresql://me:hush@127.0.0.1:9/x"\n', "cannot be reached"),
        (SETTINGS + '[encodings]\n"customers.csv" = "cp9999"\n', "write for instance cp1250"),
        (SETTINGS + '[encodings]\n"clients.csv" = "cp1250"\n', "there is no clients.csv"),
        (SETTINGS + '[variables]\nday_zero = "first-import"\n', "day_zero: has no day yet"),
    ],
)
def test_settings_that_cannot_hold(tmp_path: Path, settings: str, said: str) -> None:
    company = Company.at(tmp_path / "casa", customers=CUSTOMERS)
    company.settings(settings)
    with pytest.raises(SourceError) as problem:
        read(company, "customers")
    assert said in str(problem.value)
    assert "hush" not in str(problem.value)


def test_folders_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"source\.toml: cannot be read"):
        open_source(tmp_path / "nowhere", None, {})
    company = Company.at(tmp_path / "empty")
    with pytest.raises(SourceError, match="has no SELECT"):
        open_source(company.folder, None, {})
    company.select("customers", "SELECT 1")
    with pytest.raises(SourceError, match="no such folder; give the folder of the files with --data"):
        open_source(company.folder, tmp_path / "files", {})


def test_no_file_of_the_working_directory_is_taken_for_the_company_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = Company.at(tmp_path / "casa", customers=CUSTOMERS)
    stray = tmp_path / "elsewhere"
    stray.mkdir()
    (stray / "customers.csv").write_text("ref,name,email\nx,X,x@x.example\n", encoding="utf-8")
    monkeypatch.chdir(stray)
    assert len(read(company, "customers")) == 2
    monkeypatch.chdir(company.folder / "data")
    assert len(read(company, "customers")) == 2


_OLD = """SELECT Nr AS ref, "Nazwa spółki" AS name
          FROM read_csv('klienci.csv', delim = ';', all_varchar = true, store_rejects = true)"""


def test_a_file_of_old_windows_is_named_as_one_with_what_to_write(tmp_path: Path) -> None:
    company = Company.at(tmp_path / "erp")
    path = company.folder / "data" / "klienci.csv"
    path.write_bytes("Nr;Nazwa spółki\n1;Łódź\n".encode("cp1250"))
    company.select("customers", _OLD)
    fix = r'klienci\.csv: is not UTF-8; by its letters it is cp1250: write encoding = "auto"'
    with pytest.raises(SourceError, match=fix):
        read(company, "customers")
    company.settings('encoding = "auto"\n' + SETTINGS)
    (customer,) = read(company, "customers")
    assert isinstance(customer, CustomerRow)
    assert customer.name == "Łódź"
