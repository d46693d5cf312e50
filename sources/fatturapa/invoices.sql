-- TD01, TD24 and their like are invoices; TD04 is a credit note. The form does not say what has been paid: pagamenti.csv does
-- (columns numero and data, from your bank or ledger), so that nobody is reminded of what he paid.
SELECT
    f.numero AS ref,
    coalesce(f.piva, f.cf) AS customer,
    f.totale AS amount,
    f.divisa AS currency,
    f.data AS issued_on,
    coalesce(f.scadenza, f.data) AS due_on,
    p.data AS paid_at,
    f.source_file
FROM fatturapa f
LEFT JOIN read_csv('pagamenti.csv', header = true, all_varchar = true) p ON p.numero = f.numero
WHERE f.tipo NOT IN ('TD04', 'TD08') AND f.totale IS NOT NULL
