"""Invoices in XML: the sources that ship read the published forms of FatturaPA, KSeF FA(3) and Danea Easyfatt."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tasks.importing.errors import SourceError
from tasks.importing.rows import AnyRow, CustomerRow, InvoiceRow, OrderRow, Reject
from tasks.importing.source import open_source

SOURCES = Path(__file__).parents[3] / "sources"
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)
_FATTURA = """<?xml version="1.0" encoding="UTF-8"?>
<p:FatturaElettronica versione="FPR12" xmlns:p="http://ivaservizi.agenziaentrate.gov.it/docs/xsd/fatture/v1.2">
 <FatturaElettronicaHeader>
  <DatiTrasmissione><PECDestinatario>conti@pec.serra.example</PECDestinatario></DatiTrasmissione>
  <CedentePrestatore><DatiAnagrafici><IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>00000000000</IdCodice></IdFiscaleIVA>
   <Anagrafica><Denominazione>Noi</Denominazione></Anagrafica></DatiAnagrafici></CedentePrestatore>
  <CessionarioCommittente><DatiAnagrafici>
   <IdFiscaleIVA><IdPaese>IT</IdPaese><IdCodice>01234567890</IdCodice></IdFiscaleIVA>
   <Anagrafica><Denominazione>Serra &amp; Figli</Denominazione></Anagrafica></DatiAnagrafici>
   <Sede><Indirizzo>Via Po 1</Indirizzo><CAP>35100</CAP><Comune>Padova</Comune><Nazione>IT</Nazione></Sede>
  </CessionarioCommittente>
 </FatturaElettronicaHeader>
 <FatturaElettronicaBody>
  <DatiGenerali><DatiGeneraliDocumento><TipoDocumento>TD01</TipoDocumento><Divisa>EUR</Divisa><Data>2026-09-30</Data>
   <Numero>71/A</Numero><ImportoTotaleDocumento>1220.00</ImportoTotaleDocumento></DatiGeneraliDocumento></DatiGenerali>
  <DatiPagamento><CondizioniPagamento>TP01</CondizioniPagamento>
   <DettaglioPagamento><ModalitaPagamento>MP05</ModalitaPagamento>
    <DataScadenzaPagamento>2026-10-31</DataScadenzaPagamento><ImportoPagamento>610.00</ImportoPagamento></DettaglioPagamento>
   <DettaglioPagamento><ModalitaPagamento>MP05</ModalitaPagamento>
    <DataScadenzaPagamento>2026-11-30</DataScadenzaPagamento><ImportoPagamento>610.00</ImportoPagamento></DettaglioPagamento>
  </DatiPagamento>
 </FatturaElettronicaBody>
 <FatturaElettronicaBody>
  <DatiGenerali><DatiGeneraliDocumento><TipoDocumento>TD04</TipoDocumento><Divisa>EUR</Divisa><Data>2026-10-02</Data>
   <Numero>72/A</Numero><ImportoTotaleDocumento>50.00</ImportoTotaleDocumento></DatiGeneraliDocumento></DatiGenerali>
 </FatturaElettronicaBody>
</p:FatturaElettronica>
"""
_FAKTURA = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">
 <Naglowek><KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza>
  <WariantFormularza>3</WariantFormularza></Naglowek>
 <Podmiot1><DaneIdentyfikacyjne><NIP>1111111111</NIP><Nazwa>My</Nazwa></DaneIdentyfikacyjne></Podmiot1>
 <Podmiot2><DaneIdentyfikacyjne><NIP>2222222222</NIP><Nazwa>Zielony Ogród sp. z o.o.</Nazwa></DaneIdentyfikacyjne>
  <Adres><KodKraju>PL</KodKraju><AdresL1>ul. Lipowa 2</AdresL1></Adres>
  <DaneKontaktowe><Email>biuro@ogrod.example</Email><Telefon>600100200</Telefon></DaneKontaktowe>
  <NrKlienta>K-77</NrKlienta></Podmiot2>
 <Fa><KodWaluty>PLN</KodWaluty><P_1>2026-10-05</P_1><P_2>FV/10/2026</P_2><P_15>2460.00</P_15>
  <RodzajFaktury>VAT</RodzajFaktury>
  <Platnosc><TerminPlatnosci><Termin>2026-10-19</Termin></TerminPlatnosci><FormaPlatnosci>6</FormaPlatnosci></Platnosc></Fa>
</Faktura>
"""
_DANEA = """<?xml version="1.0" encoding="UTF-8"?>
<EasyfattDocuments AppVersion="2" Creator="Danea Easyfatt Enterprise" CreatorUrl="https://www.danea.it/software/easyfatt">
 <Documents>
  <Document><CustomerCode>0042</CustomerCode><CustomerName>Anna Zen</CustomerName>
   <CustomerEmail>anna@zen.example</CustomerEmail>
   <CustomerCellPhone>333 1</CustomerCellPhone><CustomerCountry>Italia</CustomerCountry>
   <DocumentType>C</DocumentType><Date>2026-10-01</Date><Number>12</Number><Total>900.00</Total></Document>
  <Document><CustomerCode>0042</CustomerCode><CustomerName>Anna Zen</CustomerName>
   <DocumentType>I</DocumentType><Date>2026-10-10</Date><Number>31</Number><Numbering>/B</Numbering><Total>900.00</Total>
   <Payments><Payment><Advance>false</Advance><Date>2026-10-10</Date><Amount>450.00</Amount><Paid>true</Paid></Payment>
    <Payment><Advance>false</Advance><Date>2026-11-10</Date><Amount>450.00</Amount><Paid>false</Paid></Payment></Payments>
  </Document>
 </Documents>
</EasyfattDocuments>
"""


def rows(source: str, tmp_path: Path, **files: str) -> dict[str, list[AnyRow | Reject]]:
    folder = tmp_path / source
    shutil.copytree(SOURCES / source, folder)
    data = folder / "data"
    data.mkdir()
    for name, text in files.items():
        (data / name.replace("__", ".")).write_text(text, encoding="utf-8")
    with open_source(folder, None, {}) as opened:
        return {table: [row for batch in opened.read(table, NOW) for row in batch] for table in opened.tables}


def test_fatturapa_with_two_instalments_and_a_credit_note(tmp_path: Path) -> None:
    found = rows("fatturapa", tmp_path, IT01__xml=_FATTURA, pagamenti__csv="numero,data\n9/A,2026-10-01\n")
    (customer,), (invoice,) = found["customers"], found["invoices"]
    assert isinstance(customer, CustomerRow)
    assert isinstance(invoice, InvoiceRow)
    assert (customer.ref, customer.name, customer.is_business) == ("01234567890", "Serra & Figli", True)
    assert (invoice.ref, invoice.amount_cents, invoice.paid_at) == ("71/A", 122_000, None)
    assert invoice.due_on == date(2026, 11, 30), "due when the last instalment is"


def test_ksef_with_its_payment_from_the_bank(tmp_path: Path) -> None:
    paid = "numer,data\nFV/10/2026,2026-10-12\n"
    found = rows("ksef", tmp_path, a__xml=_FAKTURA, platnosci__csv=paid)
    (customer,), (invoice,) = found["customers"], found["invoices"]
    assert isinstance(customer, CustomerRow)
    assert isinstance(invoice, InvoiceRow)
    assert (customer.ref, customer.email, customer.phone) == ("K-77", "biuro@ogrod.example", "600100200")
    assert (customer.language, customer.is_business) == ("pl", True)
    assert (invoice.customer, invoice.due_on, invoice.currency) == ("K-77", date(2026, 10, 19), "PLN")
    assert invoice.paid_at == datetime(2026, 10, 11, 22, tzinfo=UTC)


def test_danea_is_paid_when_every_instalment_is(tmp_path: Path) -> None:
    for state, paid in (("false", False), ("true", True)):
        last = f"<Paid>{state}</Paid></Payment></Payments>"
        text = _DANEA.replace("<Paid>false</Paid></Payment></Payments>", last)
        found = rows("danea", tmp_path / state, documenti__DefXml=text)
        (customer,), (order,), (invoice,) = found["customers"], found["orders"], found["invoices"]
        assert isinstance(customer, CustomerRow)
        assert (customer.name, customer.email, customer.country) == ("Anna Zen", "anna@zen.example", "IT")
        assert isinstance(order, OrderRow)
        assert (order.ref, order.amount_cents) == ("C12-2026", 90_000)
        assert isinstance(invoice, InvoiceRow)
        assert (invoice.ref, invoice.due_on) == ("I31/B-2026", date(2026, 11, 10))
        assert (invoice.paid_at is not None) is paid


def test_other_xml_is_left_alone_and_broken_xml_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="fatturapa"):
        rows("fatturapa", tmp_path / "1", other__xml="<rss/>", pagamenti__csv="numero,data\n")
    with pytest.raises(SourceError, match=r"cut\.xml: cannot be read as XML \(ParseError\)"):
        rows("fatturapa", tmp_path / "2", cut__xml=_FATTURA[:900], pagamenti__csv="numero,data\n")
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><FatturaElettronica>&b;</FatturaElettronica>'
    with pytest.raises(SourceError, match=r"bomb\.xml: cannot be read as XML \(EntitiesForbidden\)"):
        rows("fatturapa", tmp_path / "3", bomb__xml=bomb, pagamenti__csv="numero,data\n")
