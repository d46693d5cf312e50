"""Small exports in the forms that shops and programs write, made up; the headers are those of their documentation."""

SHOPIFY = """Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Total,Created at,\
Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Billing Country,Billing Phone,Shipping Name,Cancelled at,Vendor,Id
#1001,ada@serra.example,paid,2026-10-01 10:05:00 +0200,fulfilled,2026-10-03 09:00:00 +0200,EUR,100.00,9.90,109.90,\
2026-10-01 10:04:00 +0200,1,Sedia Nord,60.00,Ada Serra,IT,+39 011 1,Ada Serra,,Noi,555
#1001,ada@serra.example,,,,,,,,,2026-10-01 10:04:00 +0200,2,Cuscino,20.00,,,,,,Noi,
#1002,ewa@lis.example,paid,2026-10-02 11:05:00 +0200,unfulfilled,,EUR,40.00,9.90,49.90,\
2026-10-02 11:04:00 +0200,2,Cuscino,20.00,Ewa Lis,PL,+48 600,Ewa Lis,2026-10-04 08:00:00 +0200,Noi,556
"""
WOOCOMMERCE = """order_id,order_number,order_date,paid_date,status,shipping_total,order_total,order_currency,customer_id,\
customer_email,billing_first_name,billing_last_name,billing_phone,billing_country
12,A-12,10/14/2026 6:29:00,10/14/2026 6:31:00,completed,5,105.50,EUR,7,ada@serra.example,Ada,Serra,333,IT
13,A-13,10/02/2026 6:29:00,,cancelled,5,20.00,EUR,8,ugo@zen.example,Ugo,Zen,334,IT
"""
PRESTASHOP = """ID;Reference;New client;Delivery;Customer;Total;Payment;Status;Date
5;XKBKNABJK;1;Italia;A. Serra;€ 120,50;Bonifico;Consegnato;2026-10-05 10:00:00
6;OHSATSERP;0;Italia;U. Zen;€ 20,00;Bonifico;Annullato;2026-10-06 10:00:00
"""
ODOO_ORDERS = """"Order Reference","Creation Date","Customer","Salesperson","Expected Delivery","Total","Status","Customer/Email"
"S00012","2026-10-01 09:12:33","Serra e figli","Anna","2026-11-10 09:00:00","1,240.00","Sales Order","ada@serra.example"
"S00013","2026-10-03 09:12:33","Bar Zen","Ugo","2026-11-12 09:00:00","240.00","Cancelled","ugo@zen.example"
"""
ODOO_INVOICES = """"Number","Invoice Partner Display Name","Invoice/Bill Date","Due Date","Tax Excluded","Total","Payment Status"
"INV/2026/00012","Serra e figli","2026-10-01","2026-10-31","1000.00","1220.00","Paid"
"INV/2026/00013","Bar Zen","2026-10-05","2026-11-04","100.00","122.00","Not Paid"
"""
DANEA = """Elenco fatture 2026;;;;;;
Data;Num.;Cod. cliente;Cliente;Partita Iva;Tot. documento;Scadenza;Pagato
15/10/2026;31;0042;Ada Serra;;900,00;15/11/2026;Sì
16/10/2026;32;0043;Bar Zen;01111111111;90,00;16/11/2026;No
"""
FATTURE_IN_CLOUD = """Data;Numero;Cliente;P.IVA;Codice Fiscale;Email;Imponibile;IVA;Totale;Prossima scadenza;Stato;Data pagamento
01/10/2026;71;Serra & Figli Società;01234567890;01234567890;conti@serra.example;1.000,00;220,00;1.220,00;31/10/2026;Saldato;28/10/2026
15/10/2026;72;Ugo Zen;;ZNEGUO80A01L736X;ugo@zen.example;100,00;22,00;122,00;14/11/2026;Non saldato;
"""
BASELINKER = """ID zamówienia;Data zamówienia;Status zamówienia;Imię i nazwisko;E-mail;Telefon;Login;Kwota zamówienia;Waluta;Nazwa produktu
7712345;2026-10-01 12:30;Wysłane;Ewa Lis;ewa@lis.example;600100200;ewal;129,99;PLN;Krzesło Nord
7712345;2026-10-01 12:30;Wysłane;Ewa Lis;ewa@lis.example;600100200;ewal;129,99;PLN;Poduszka
7712346;2026-10-02 13:30;Anulowane;Jan Kot;jan@kot.example;600100201;jank;50,00;PLN;Poduszka
"""
ALLEGRO = """Id zamówienia;Data zakupu;Kupujący;Imię i nazwisko kupującego;E-mail kupującego;Telefon kupującego;Kraj;Tytuł oferty;\
Kwota całkowita;Waluta;Status zamówienia;Data wysyłki
a1b2;2026-10-01 10:00;kup_1;Ewa Lis;x1@allegromail.example;600;PL;Krzesło;99,00 zł;PLN;Wysłane;2026-10-02
a1b3;2026-10-02 10:00;kup_2;Jan Kot;x2@allegromail.example;601;PL;Stół;199,00 zł;PLN;Nowe;
"""
FAKTUROWNIA = """Numer;Data wystawienia;Data sprzedaży;Termin płatności;Nabywca;NIP nabywcy;Email nabywcy;Wartość netto;Wartość brutto;\
Waluta;Status;Data zapłaty
FV 1/10/2026;2026-10-01;2026-10-01;2026-10-15;Zielony Ogród;5213000000;biuro@ogrod.example;1000,00;1230,00;PLN;opłacona;2026-10-12
FV 2/10/2026;2026-10-02;2026-10-02;2026-10-16;Meble Łoś;5213000001;los@meble.example;100,00;123,00;PLN;wystawiona;
"""
