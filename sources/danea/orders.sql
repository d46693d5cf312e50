-- C is an order of a customer.
SELECT
    concat('C', numero, numerazione, '-', left(data, 4)) AS ref,
    cliente AS customer,
    coalesce(commento, 'Ordine ' || numero) AS description,
    totale AS amount,
    data AS signed_at,
    consegna AS promised_on,
    0 AS withdrawal_days,   -- at a distance: 14; at home: 30
    source_file
FROM danea
WHERE tipo = 'C' AND cliente IS NOT NULL
