-- I is an invoice, L an accompanying one, D one that goes with a delivery. Paid when every instalment is.
SELECT
    concat(tipo, numero, numerazione, '-', left(data, 4)) AS ref,
    cliente AS customer,
    totale AS amount,
    data AS issued_on,
    coalesce(scadenza, data) AS due_on,
    CASE WHEN pagato = 'true'
        THEN least(coalesce(scadenza, data), strftime(current_date, '%Y-%m-%d')) END AS paid_at,
    source_file
FROM danea
WHERE tipo IN ('I', 'L', 'D') AND cliente IS NOT NULL
