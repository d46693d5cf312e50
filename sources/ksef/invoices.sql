-- VAT, ROZ and UPR are invoices to be paid; KOR and its kin correct one. What was paid after the invoice stands in platnosci.csv
-- (columns numer and data, from your bank or ledger).
SELECT
    k.numer AS ref,
    coalesce(k.nr_klienta, k.nip, k.vat_ue) AS customer,
    k.kwota AS amount,
    k.waluta AS currency,
    k.data AS issued_on,
    coalesce(k.termin, k.data) AS due_on,
    coalesce(p.data, CASE WHEN k.zaplacono = '1' THEN coalesce(k.data_zaplaty, k.data) END) AS paid_at,
    k.source_file
FROM ksef k
LEFT JOIN read_csv('platnosci.csv', header = true, all_varchar = true) p ON p.numer = k.numer
WHERE k.rodzaj NOT LIKE 'KOR%' AND coalesce(k.nr_klienta, k.nip, k.vat_ue) IS NOT NULL
