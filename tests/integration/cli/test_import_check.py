"""`seguito import --check`: each cause once, with what mends it, and nobody's data on the screen."""

from pathlib import Path

import pytest

from tests.command import run
from tests.import_sources import Company

pytestmark = pytest.mark.usefixtures("installation")

_DAYS = ("9/3/26", "10/3/26", "11/3/26")


def test_a_thousand_equal_faults_are_one_cause_with_the_sql_that_mends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customers = "ref,name,email\nK-1,Anna Bianchi,anna@bianchi.example\n"
    invoices = "No,customer,amount,issued_on,Scadenza\n" + "".join(
        f"F-{number},K-1,10,2026-03-01,{_DAYS[number % 3]}\n" for number in range(1000)
    )
    company = Company.at(tmp_path / "erp", customers=customers, invoices=invoices)
    company.select(
        "invoices",
        """SELECT No AS ref, customer, amount, issued_on,
                  iso_date(Scadenza, '%d/%m/%Y') AS due_on,
                  'invoices.csv' AS source_file, row_number() OVER () + 1 AS source_row
           FROM read_csv('invoices.csv', all_varchar = true)""",
    )
    ended = run(capsys, "import", str(company.folder), "--check")
    assert (ended.code, ended.err) == (0, "")
    said = ended.out.splitlines()
    assert said[1].startswith("  customers: K-1: name given, language it, country IT, timezone Europe/Rome")
    assert "Bianchi" not in ended.out, "whose data it is stands nowhere"
    assert said[2:] == [
        "invoices.due_on: 1000 rows stay outside: is no date; write it like 2026-02-28",
        "    '9/3/26' in invoices.csv, row 2",
        "    '10/3/26' in invoices.csv, row 3",
        "    '11/3/26' in invoices.csv, row 4",
        "    and 997 more",
        "    in invoices.sql: iso_date(Scadenza, '%d/%m/%y') AS due_on",
    ]


def test_a_row_is_read_as_people_write_it_and_a_wrong_address_stands_in_its_file_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customers = "ref,name,email,is_business\nK-1,Anna,anna@@bianchi.example,true\n"
    orders = "ref,customer,description,amount,signed_at,date_fitted\n"
    orders += "N-1,K-1,table,1234.50,2026-03-01 10:30,2026-04-02\n"
    company = Company.at(tmp_path / "erp", orders=orders, customers=customers)
    out = run(capsys, "import", str(company.folder), "--check").out
    assert "is_business yes" in out
    assert "amount 1234.50" in out
    assert "signed_at 2026-03-01 09:30 UTC" in out
    assert "dates fitted 2026-04-02" in out
    assert "customers.email: 1 cell: " in out
    assert "\n    customers.csv, row 2\n" in out
    assert "bianchi" not in out


def test_what_costs_parents_stands_before_what_costs_their_children(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customers = "ref,name,country\n,Anna,IT\nK-2,Ugo,Italy\nK-2,Ugo,IT\nK-3,Ada,Nowhere\n"
    orders = "ref,customer,description,signed_at\nN-1,K-1,table,2026-03-01\nN-2,K-2,table,2026-03-01\n"
    company = Company.at(tmp_path / "erp", orders=orders, customers=customers)
    said = run(capsys, "import", str(company.folder), "--check").out.splitlines()
    causes = [line.partition(":")[0] for line in said if not line.startswith(" ")][1:]
    assert causes == ["customers.ref", "customers.ref", "customers.country", "orders.customer"]
    assert "    in customers.sql: CASE country WHEN 'Nowhere' THEN '…' ELSE country END AS country" in said


def test_a_hostile_file_is_told_by_its_own_lines_with_what_reads_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        "Nr;Nazwa;Mail;Data;Kwota",
        "1;Żółta Łódź;a@x.example;2026-03-01;10,00",
        "2;za mało",
        "3;Gęś;b@x.example;10/1/26;10,00",
        "4;Świt;c@x.example;1.3.2026;10,00;za dużo",
        "5;Źdźbło;d@x.example; e@x.example;05.03.2026",
        "6;Ćma;e@x.example;28.02.2026 14:30;10,00",
    ]
    company = Company.at(tmp_path / "erp")
    company.settings(
        'timezone = "Europe/Warsaw"\ncountry = "PL"\nlanguage = "pl"\ncurrency = "PLN"\nencoding = "auto"\n'
    )
    (company.folder / "data" / "dane.csv").write_bytes("\r\n".join(lines).encode("cp1250"))
    reading = (
        "FROM read_csv('dane.csv', delim = ';', all_varchar = true, header = true, store_rejects = true)"
    )
    where = "'dane.csv' AS source_file, row_number() OVER () + 1 AS source_row"
    company.select("customers", f"SELECT Nr AS ref, Nazwa AS name, Mail AS email, {where} {reading}")
    company.select(
        "orders",
        f"SELECT Nr AS ref, Nr AS customer, Nazwa AS description, Kwota AS amount, "
        f"Data AS signed_at, {where} {reading}",
    )
    said = run(capsys, "import", str(company.folder), "--check").out.splitlines()
    told = said[
        said.index("orders.signed_at: 2 rows stay outside: is no time; write it like 2026-02-28 14:30:00") :
    ]
    assert told[1:4] == [
        "    '10/1/26' in dane.csv, row 4",
        "    '28.02.2026 14:30' in dane.csv, row 7",
        "    in orders.sql: iso_time(iso_time(Data, '%d/%m/%y'), '%d.%m.%Y %H:%M') AS signed_at",
    ]
    assert "    '2;za mało' in dane.csv, row 3" in said
    causes = [line.partition(":")[0] for line in said if not line.startswith(" ")][1:]
    assert sorted(causes) == ["customers.line", "orders.amount", "orders.line", "orders.signed_at"]


def test_what_waits_for_a_person_is_said_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def orders(day: str) -> str:
        head = "ref,customer,description,amount,signed_at,promised_on\n"
        return head + "".join(f"o{number},c1,table,300,2026-03-02,{day}\n" for number in range(6))

    customers = "ref,name,email,country\nc1,Mario Rossi,mario@rossi.example,IT\n"
    company = Company.at(tmp_path / "erp", customers=customers, orders=orders("2026-04-01"))
    assert "let-through" not in run(capsys, "import", str(company.folder)).out
    company.write("orders", orders("2026-05-01"))
    said = run(capsys, "import", str(company.folder)).out
    assert "6 orders dates-moved wait for a person (stop 1)" in said
    assert "Mend the export or the SELECT, and import again" in said
    assert "seguito imports let-through NUMBER --by REF" in said
