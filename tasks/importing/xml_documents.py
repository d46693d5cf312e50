"""Invoices and orders in XML, as tables: FatturaPA, FA(3) of KSeF, and the documents of Danea Easyfatt.

A form is told by the name of its root. Each of its documents becomes a row of a table named for the form, one column a
path below; a path that is not there leaves the cell empty, and of several elements the last counts (the last instalment
of a payment is its end).
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from tasks.importing.errors import SourceError

FILE = "source_file"
_ENDINGS = frozenset({".xml", ".defxml"})


@dataclass(frozen=True)
class DocumentForm:
    """A published form of documents."""

    table: str
    document: str
    """Path from the root to each document; empty where a file is one."""
    columns: Mapping[str, str]
    """By column: the path from the document, or from the root where it begins with `/`."""


_BUYER_IT = "/FatturaElettronicaHeader/CessionarioCommittente"
_PAY_IT = "DatiPagamento/DettaglioPagamento"
_GENERAL_IT = "DatiGenerali/DatiGeneraliDocumento"
_BUYER_PL = "Podmiot2"

FORMS: Mapping[str, DocumentForm] = {
    "FatturaElettronica": DocumentForm(
        "fatturapa",
        "FatturaElettronicaBody",
        {
            "tipo": f"{_GENERAL_IT}/TipoDocumento",
            "numero": f"{_GENERAL_IT}/Numero",
            "data": f"{_GENERAL_IT}/Data",
            "divisa": f"{_GENERAL_IT}/Divisa",
            "totale": f"{_GENERAL_IT}/ImportoTotaleDocumento",
            "causale": f"{_GENERAL_IT}/Causale",
            "ordine": "DatiGenerali/DatiOrdineAcquisto/IdDocumento",
            "scadenza": f"{_PAY_IT}/DataScadenzaPagamento",
            "da_pagare": f"{_PAY_IT}/ImportoPagamento",
            "piva": f"{_BUYER_IT}/DatiAnagrafici/IdFiscaleIVA/IdCodice",
            "cf": f"{_BUYER_IT}/DatiAnagrafici/CodiceFiscale",
            "denominazione": f"{_BUYER_IT}/DatiAnagrafici/Anagrafica/Denominazione",
            "nome": f"{_BUYER_IT}/DatiAnagrafici/Anagrafica/Nome",
            "cognome": f"{_BUYER_IT}/DatiAnagrafici/Anagrafica/Cognome",
            "nazione": f"{_BUYER_IT}/Sede/Nazione",
            "pec": "/FatturaElettronicaHeader/DatiTrasmissione/PECDestinatario",
        },
    ),
    "Faktura": DocumentForm(
        "ksef",
        "",
        {
            "rodzaj": "Fa/RodzajFaktury",
            "numer": "Fa/P_2",
            "data": "Fa/P_1",
            "waluta": "Fa/KodWaluty",
            "kwota": "Fa/P_15",
            "zamowienie": "Fa/WarunkiTransakcji/Zamowienia/NrZamowienia",
            "termin": "Fa/Platnosc/TerminPlatnosci/Termin",
            "zaplacono": "Fa/Platnosc/Zaplacono",
            "data_zaplaty": "Fa/Platnosc/DataZaplaty",
            "nip": f"{_BUYER_PL}/DaneIdentyfikacyjne/NIP",
            "vat_ue": f"{_BUYER_PL}/DaneIdentyfikacyjne/NrVatUE",
            "nazwa": f"{_BUYER_PL}/DaneIdentyfikacyjne/Nazwa",
            "kraj": f"{_BUYER_PL}/Adres/KodKraju",
            "email": f"{_BUYER_PL}/DaneKontaktowe/Email",
            "telefon": f"{_BUYER_PL}/DaneKontaktowe/Telefon",
            "nr_klienta": f"{_BUYER_PL}/NrKlienta",
        },
    ),
    "EasyfattDocuments": DocumentForm(
        "danea",
        "Documents/Document",
        {
            "tipo": "DocumentType",
            "numero": "Number",
            "numerazione": "Numbering",
            "data": "Date",
            "totale": "Total",
            "commento": "InternalComment",
            "cliente": "CustomerCode",
            "nome": "CustomerName",
            "piva": "CustomerVatCode",
            "cf": "CustomerFiscalCode",
            "email": "CustomerEmail",
            "telefono": "CustomerTel",
            "cellulare": "CustomerCellPhone",
            "nazione": "CustomerCountry",
            "agente": "SalesAgent",
            "consegna": "DeliveryDate",
            "scadenza": "Payments/Payment/Date",
            "pagato": "Payments/Payment/Paid",
        },
    ),
}
"""By the name of the root element, whatever its namespace."""
_EVERY = {"pagato"}
"""Columns that are `false` as soon as one of several elements is: an invoice is paid when each instalment is."""


def documents(data: Path, target: Path) -> Iterator[tuple[str, Path]]:
    """Every form that lies in the data folder, as the name of its table and a CSV file.

    Raises:
        SourceError: a file is no XML, or holds what XML of a stranger must not hold.
    """
    rows: dict[str, list[dict[str, str]]] = {}
    for path in sorted(data.rglob("*")):
        if path.suffix.lower() in _ENDINGS and path.is_file():
            root = _root(path)
            if (form := FORMS.get(_name(root))) is not None:
                name = path.relative_to(data).as_posix()
                read = ({**row, FILE: name} for row in _rows(root, form))
                rows.setdefault(_name(root), []).extend(read)
    target.mkdir(parents=True, exist_ok=True)
    for root_name, found in rows.items():
        form = FORMS[root_name]
        copy = target / f"{form.table}.csv"
        with copy.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*form.columns, FILE])
            writer.writeheader()
            writer.writerows(found)
        yield form.table, copy


def _root(path: Path) -> Element:
    try:
        root: Element | None = parse(path).getroot()
    except (ParseError, DefusedXmlException, OSError, ValueError) as error:
        said = f"cannot be read as XML ({type(error).__name__})"
        raise SourceError(f"{path.name}: {said}; take it out of the folder, or save it anew") from None
    if root is None:
        raise SourceError(f"{path.name}: has nothing in it; take it out of the folder")
    return root


def _rows(root: Element, form: DocumentForm) -> Iterator[dict[str, str]]:
    for document in _at(root, form.document) if form.document else [root]:
        yield {
            column: _cell(column, root if path.startswith("/") else document, path.lstrip("/"))
            for column, path in form.columns.items()
        }


def _cell(column: str, element: Element, path: str) -> str:
    texts = [(found.text or "").strip() for found in _at(element, path)]
    if column in _EVERY:
        return "" if not texts else str(all(text.lower() == "true" for text in texts)).lower()
    return texts[-1] if texts else ""


def _at(element: Element, path: str) -> list[Element]:
    """Elements below by their names alone: forms change their namespace with each version."""
    found = [element]
    for name in path.split("/"):
        found = [child for one in found for child in one if _name(child) == name]
    return found


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
