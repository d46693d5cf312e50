"""Small exports in the forms that shops and programs write, made up.

The headers are those of: Shopify's "Exporting orders" (every column), the default format of WooCommerce's "Customer / Order / Coupon Export",
the grid of PrestaShop's `AdminOrdersController`, the orders file of Allegro's sales manager (as `jadwro/allegro_csv_parser` reads it), and, as
these programs label their lists, Odoo, Danea Easyfatt, Fatture in Cloud, BaseLinker and Fakturownia. Below them are others that nothing was fitted to
when they were first tried: Magento, Subiekt, lexoffice, Xero, Amazon, TeamSystem, JTL-Wawi, wFirma, Mago.
"""

SHOPIFY = """Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,\
Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,\
Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Company,Billing City,Billing Zip,\
Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Company,Shipping City,Shipping Zip,Shipping Country,\
Shipping Phone,Notes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Id,Tags,\
Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Phone,Receipt Number
#1001,ada@serra.example,paid,2026-10-01 10:05:00 +0200,fulfilled,2026-10-03 09:00:00 +0200,no,EUR,100.00,9.90,0.00,109.90,\
,0.00,Standard,2026-10-01 10:04:00 +0200,1,Sedia Nord,60.00,,S1,\
true,true,fulfilled,Ada Serra,Via 1,,Torino,10100,\
TO,IT,+39 011 1,Ada Serra,Via 1,,Torino,10100,IT,\
,,,Card,r1,0.00,Noi,0.00,,,555,,\
Low,web,0.00,,,,
#1001,ada@serra.example,,,,,,,,,,,,,,2026-10-01 10:04:00 +0200,2,Cuscino,20.00,,S2,true,true,fulfilled,,,,,,,,,,,,,,,,,,,,,Noi,,,,,,,,,,,,
#1002,ewa@lis.example,paid,2026-10-02 11:05:00 +0200,unfulfilled,,no,EUR,40.00,9.90,0.00,49.90,\
,0.00,Standard,2026-10-02 11:04:00 +0200,2,Cuscino,20.00,,S2,\
true,true,pending,Ewa Lis,Prosta 1,,Lodz,90001,\
,PL,+48 600,Ewa Lis,Prosta 1,,Lodz,90001,PL,\
,,2026-10-04 08:00:00 +0200,Card,r2,0.00,Noi,0.00,,,556,,\
Low,web,0.00,,,,
"""
WOOCOMMERCE = """order_id,order_number_formatted,order_number,date,status,order_shipping,order_tax,cart_discount,order_total,order_currency,\
payment_method,customer_user,billing_first_name,billing_last_name,billing_email,billing_phone,billing_city,billing_country,billing_company,\
shipping_first_name,shipping_last_name,shipping_country,customer_note,order_item_1
12,A-12,12,10/14/2026 6:29:00,completed,5,0,0,105.50,EUR,paypal,7,Ada,Serra,ada@serra.example,333,Torino,IT,,Ada,Serra,IT,,Sedia
13,A-13,13,10/02/2026 6:29:00,cancelled,5,0,0,20.00,EUR,paypal,8,Ugo,Zen,ugo@zen.example,334,Roma,IT,,Ugo,Zen,IT,,Cuscino
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
ALLEGRO = """Type;OrderId;OrderDate;SellerStatus;BuyerId;BuyerLogin;BuyerEmail;BuyerCompany;BuyerName;BuyerPhone;BuyerAddress;BuyerZip;\
BuyerCity;BuyerCountryCode;PaymentId;PaymentProvider;AllegroPay;PaymentAmount;PaymentCurrency;TotalToPayAmount;InvoiceTaxId;Marketplace
order;a1b2;2026-10-01T08:00:00Z;SENT;901;kup_1;x1@allegromail.example;;Ewa Lis;600;Prosta 1;00-001;Łódź;PL;p1;PAYU;false;99.00;PLN;108.90;;allegro-pl
order;a1b3;2026-10-02T08:00:00Z;NEW;902;kup_2;x2@allegromail.example;;Jan Kot;601;Krzywa 2;00-002;Kraków;PL;p2;PAYU;false;199.00;PLN;208.90;;allegro-pl
"""
FAKTUROWNIA = """Numer;Data wystawienia;Data sprzedaży;Termin płatności;Nabywca;NIP nabywcy;Email nabywcy;Wartość netto;Wartość brutto;\
Waluta;Status;Data zapłaty
FV 1/10/2026;2026-10-01;2026-10-01;2026-10-15;Zielony Ogród;5213000000;biuro@ogrod.example;1000,00;1230,00;PLN;opłacona;2026-10-12
FV 2/10/2026;2026-10-02;2026-10-02;2026-10-16;Meble Łoś;5213000001;los@meble.example;100,00;123,00;PLN;wystawiona;
"""
MAGENTO = """\
"ID","Purchase Point","Purchase Date","Bill-to Name","Ship-to Name","Grand Total (Base)","Grand Total (Purchased)","Status","Billing Address","Shipping Address","Shipping Information","Customer Email","Customer Group","Subtotal","Shipping and Handling","Customer Name","Payment Method","Total Refunded"
"000000123","Main Website","Oct 1, 2026 9:12:33 AM","Ada Serra","Ada Serra","120.50","120.50","Complete","Via A 1","Via A 1","Flat","ada@serra.example","General","110.50","10.00","Ada Serra","checkmo",""
"000000124","Main Website","Oct 14, 2026 10:12:33 PM","Ugo Zen","Ugo Zen","20.00","20.00","Canceled","Via B 1","Via B 1","Flat","ugo@zen.example","General","10.00","10.00","Ugo Zen","checkmo",""
"""
SUBIEKT = """Lista faktur sprzedaży;;;;;;;;
Okres: 2026-10;;;;;;;;
Numer dokumentu;Data wystawienia;Kontrahent;NIP;Netto;VAT;Brutto;Pozostało do zapłaty;Termin płatności
FS 12/2026;01.10.2026;Żółty Dom Sp. z o.o.;521-300-00-00;1 000,00;230,00;1 230,00;0,00;15.10.2026
FS 13/2026;16.10.2026;Łoś Meble;521-300-00-01;100,00;23,00;123,00;123,00;30.10.2026
Razem;;;;1 100,00;253,00;1 353,00;123,00;
"""
LEXOFFICE = """Belegnummer;Kundennummer;Kunde;E-Mail;Rechnungsdatum;Fällig am;Betrag brutto;Offener Betrag;Währung;Status
RE1001;10023;Müller GmbH;info@mueller.example;01.10.2026;15.10.2026;1.190,00;0,00;EUR;bezahlt
RE1002;10024;Jörg Groß;joerg@gross.example;16.10.2026;30.10.2026;119,00;119,00;EUR;offen
"""
XERO = """*ContactName,EmailAddress,POAddressLine1,POCity,POCountry,*InvoiceNumber,Reference,*InvoiceDate,*DueDate,Total,InvoiceAmountPaid,InvoiceAmountDue,Description,*Quantity,*UnitAmount,*AccountCode,*TaxType,Currency,Type,Status
Serra Ltd,conti@serra.example,Via 1,Milano,Italy,INV-0071,PO 5,01/10/2026,31/10/2026,1220.00,1220.00,0.00,Tables,1,1000,200,22%,EUR,Sales invoice,Paid
Ugo Zen,ugo@zen.example,Via 2,Roma,Italy,INV-0072,,15/10/2026,14/11/2026,122.00,0.00,122.00,Chair,1,100,200,22%,EUR,Sales invoice,Awaiting Payment
"""
AMAZON = """amazon-order-id\tmerchant-order-id\tpurchase-date\tlast-updated-date\torder-status\tfulfillment-channel\tsales-channel\tproduct-name\tsku\tquantity\tcurrency\titem-price\tbuyer-email\tbuyer-name\tbuyer-phone-number\tship-country\tpromise-date
028-1\t\t2026-10-01T08:12:33+00:00\t2026-10-03T08:12:33+00:00\tShipped\tMerchant\tAmazon.it\tSedia Nord\tS1\t1\tEUR\t60.00\tx1@marketplace.example\tAda Serra\t333\tIT\t2026-10-08T21:59:59+00:00
028-2\t\t2026-10-02T08:12:33+00:00\t2026-10-03T08:12:33+00:00\tCancelled\tMerchant\tAmazon.it\tCuscino\tS2\t1\tEUR\t20.00\tx2@marketplace.example\tUgo Zen\t334\tIT\t2026-10-09T21:59:59+00:00
"""
TEAMSYSTEM = """Num. Doc.;Data Doc.;Codice Cli/For;Ragione Sociale;P.Iva;Imponibile;Imposta;Totale Doc.;Cod. Pag.;Data Scad.;Importo Residuo
1/A;01/10/26;C000042;Società Verdi & C.;01234567890;1000,00;220,00;1220,00;RB30;31/10/26;0,00
2/A;15/10/26;C000043;Caffè Perù;01234567891;100,00;22,00;122,00;RB30;14/11/26;122,00
"""
JTL = """Auftragsnummer;Externe Auftragsnummer;Auftragsdatum;Kundennummer;Firma;Anrede;Vorname;Nachname;E-Mail;Telefon;Land;Gesamtbetrag Brutto;Währung;Voraussichtliches Lieferdatum;Versanddatum;Storniert am;Auftragsstatus
AU-1;S-99;01.10.2026;10023;;Herr;Jörg;Groß;joerg@gross.example;0172;Deutschland;119,00;EUR;08.10.2026;05.10.2026;;versendet
AU-2;S-98;16.10.2026;10024;Müller GmbH;;Ute;Müller;ute@mueller.example;0173;Deutschland;1.190,00;EUR;23.10.2026;;17.10.2026;storniert
"""
WFIRMA = """Nr faktury;Kontrahent;NIP kontrahenta;Data wystawienia;Data sprzedaży;Termin płatności;Netto;VAT;Brutto;Waluta;Zapłacono;Pozostało;Stan płatności;E-mail
FV 1/10/2026;Żabka Ogród;5213000000;2026-10-01;2026-10-01;2026-10-15;1000,00;230,00;1230,00;PLN;1230,00;0,00;zapłacona;biuro@ogrod.example
FV 2/10/2026;Łoś Meble;5213000001;2026-10-02;2026-10-02;2026-10-16;100,00;23,00;123,00;PLN;0,00;123,00;niezapłacona;los@meble.example
"""
MAGO = """Nr. Ordine;Data Ordine;Cliente;Ragione Sociale;Rif. Ord. Cliente;Data Consegna Prevista;Data Consegna Effettiva;Articolo;Descrizione Articolo;Qtà;Prezzo Unitario;Totale Ordine;Agente;Stato;Email
26/00123;01/10/2026;000123;Città Verde S.r.l.;PO-5;15/10/2026;14/10/2026;ART1;Sedia in legno;4;25,00;100,00;Rossi;Evaso;ordini@verde.example
26/00124;16/10/2026;000124;Caffè Blu;PO-6;30/10/2026;;ART2;Tavolo;1;250,00;250,00;Rossi;Annullato;blu@caffe.example
"""
# Below, the field names that programs publish for their interfaces, as tools write them into tables; docs/how-to/import.md names the pages.
FAKTUROWNIA_FIELDS = """number;issue_date;sell_date;payment_to;buyer_name;buyer_tax_no;buyer_email;price_net;price_gross;currency;status;paid_date
FV 1/10/2026;2026-10-01;2026-10-01;2026-10-15;Zielony Ogród;5213000000;biuro@ogrod.example;1000.00;1230.00;PLN;paid;2026-10-12
FV 2/10/2026;2026-10-02;2026-10-02;2026-10-16;Meble Łoś;5213000001;los@meble.example;100.00;123.00;PLN;issued;
"""
FATTURE_IN_CLOUD_FIELDS = """id,type,number,numeration,date,year,entity.name,entity.vat_number,entity.email,currency.id,amount_net,amount_vat,amount_gross,next_due_date
901,invoice,71,/A,2026-10-01,2026,Serra & Figli,01234567890,conti@serra.example,EUR,1000.00,220.00,1220.00,2026-10-31
902,invoice,72,/A,2026-10-15,2026,Ugo Zen,,ugo@zen.example,EUR,100.00,22.00,122.00,2026-11-14
"""
BASELINKER_FIELDS = """order_id;date_add;date_confirmed;user_login;phone;email;currency;payment_done;delivery_fullname;invoice_fullname;invoice_nip;products.name
7712345;2026-10-01 12:30;2026-10-01 12:31;ewal;600100200;ewa@lis.example;PLN;129.99;Ewa Lis;Ewa Lis;;Krzesło Nord
7712346;2026-10-02 13:30;2026-10-02 13:31;jank;600100201;jan@kot.example;PLN;50.00;Jan Kot;Jan Kot;;Poduszka
"""
ODOO_FIELDS = """"id","name","date_order","partner_id","user_id","commitment_date","amount_total","currency_id","state"
"sale.sale_order_12","S00012","2026-10-01 09:12:33","Serra e figli","Anna","2026-11-10 09:00:00","1240.00","EUR","sale"
"sale.sale_order_13","S00013","2026-10-03 09:12:33","Bar Zen","Ugo","2026-11-12 09:00:00","240.00","EUR","cancel"
"""
PAYMENTS_WITHOUT_NAMES = """invoice_number,customer_email,issue_date,due_date,total,status
A-1,ada@serra.example,2026-10-01,2026-10-31,120.00,paid
A-2,ugo@zen.example,2026-10-02,2026-11-01,20.00,open
"""
