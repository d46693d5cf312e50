"""Workbooks of other programs than the newest Excel."""

from pathlib import Path
from zipfile import ZipFile

import xlwt

from tasks.importing.rows import CustomerRow
from tests.import_sources import Company
from tests.integration.importing.test_sources import read


def test_a_workbook_of_old_excel_and_one_of_libreoffice(tmp_path: Path) -> None:
    company = Company.at(tmp_path / "books")
    old = xlwt.Workbook()
    sheet = old.add_sheet("Klienci")
    for column, cell in enumerate(("Nr", "Nazwa")):
        sheet.write(2, column, cell)
    sheet.write(3, 0, 17.0)
    sheet.write(3, 1, "Łódź")
    old.save(company.folder / "data" / "klienci.xls")
    _ods(company.folder / "data" / "clienti.ods", [["N", "Nome"], ["18", "Caffè"]])
    company.select(
        "customers",
        """SELECT Nr AS ref, Nazwa AS name, excel_row AS source_row FROM klienci
           UNION ALL SELECT N, Nome, excel_row FROM clienti""",
    )
    rows = [row for row in read(company, "customers") if isinstance(row, CustomerRow)]
    assert [(row.ref, row.name, row.origin.row) for row in rows] == [("17", "Łódź", 4), ("18", "Caffè", 2)]


def _ods(path: Path, rows: list[list[str]]) -> None:
    """The least that LibreOffice calls a spreadsheet."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<office:document-content{names} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Foglio1">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type="x"/></manifest:manifest>',
        )
