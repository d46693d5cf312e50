"""Small sources for tests of the import: folders with SELECTs, files, and an ERP's habits."""

from dataclasses import dataclass, field
from pathlib import Path

SETTINGS = 'timezone = "Europe/Rome"\ncountry = "IT"\nlanguage = "it"\ncurrency = "EUR"\n'
STAFF = (
    "ref,name,role,email,deputy\n"
    "s1,Anna Verdi,seller,anna@casa.example,\n"
    "a1,Piero Blu,after-sale,piero@casa.example,s1\n"
)
CUSTOMERS = (
    "ref,name,email,country,is_business\n"
    "c1,Mario Rossi,mario@rossi.example,IT,\n"
    "c2,Nowak,biuro@nowak.example,PL,true\n"
)
ORDERS = (
    "ref,customer,seller,description,amount,signed_at,promised_on,delivered_at,cancelled_at\n"
    "o1,c1,s1,kitchen,1200.50,2026-03-01 10:00:00,2026-04-01,,\n"
    "o2,c2,,table,300,2026-03-02,2026-03-10,2026-03-09 16:00:00,\n"
)
INVOICES = (
    "ref,customer,order,amount,issued_on,due_on,paid_at,disputed_at,cancelled_at\n"
    "i1,c1,o1,600.25,2026-02-01,2026-03-03,,,\n"
    "i2,c2,,300,2026-03-02,2026-04-01,2026-03-05,,\n"
)
RESPONSES = (
    "ref,customer,order,invoice,meaning,rating,text,received_at\nr1,,o2,,,5,Bellissimo,2026-03-12 09:00:00\n"
)


@dataclass
class Company:
    """A source below a folder of its own: change its files and import again."""

    folder: Path
    files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path, **tables: str) -> "Company":
        """A company with these tables as CSV, each with the plainest of SELECTs."""
        company = cls(folder)
        (folder / "data").mkdir(parents=True)
        company.settings(SETTINGS)
        for table, text in tables.items():
            company.write(table, text)
            company.select(
                table,
                f"SELECT *, '{table}.csv' AS source_file, row_number() OVER () + 1 AS source_row "
                f"FROM read_csv('{table}.csv', all_varchar = true)",
            )
        return company

    @classmethod
    def usual(cls, folder: Path) -> "Company":
        """Two people, two customers, two orders, two invoices and an answer."""
        return cls.at(
            folder, staff=STAFF, customers=CUSTOMERS, orders=ORDERS, invoices=INVOICES, responses=RESPONSES
        )

    def settings(self, text: str) -> None:
        """Write `source.toml`."""
        (self.folder / "source.toml").write_text(text, encoding="utf-8")

    def select(self, table: str, sql: str) -> None:
        """Write a SELECT."""
        (self.folder / f"{table}.sql").write_text(sql, encoding="utf-8")

    def write(self, table: str, text: str) -> None:
        """Write a CSV file."""
        self.files[table] = text
        (self.folder / "data" / f"{table}.csv").write_text(text, encoding="utf-8")

    def change(self, table: str, old: str, new: str) -> None:
        """Replace a piece of a CSV file."""
        assert old in self.files[table]
        self.write(table, self.files[table].replace(old, new))
