-- What is owed. A kitchen has two invoices: the deposit at signing, the balance at delivery.
SELECT
    invoice_no AS ref,
    customer_no AS customer,
    order_no AS "order",   -- in quotes: ORDER is a word of SQL
    amount,
    currency,
    day_zero + issued_days::INT AS issued_on,
    day_zero + due_days::INT AS due_on,
    day_zero + paid_days::INT + paid_time::TIME AS paid_at,
    day_zero + disputed_days::INT + disputed_time::TIME AS disputed_at,
    day_zero + cancelled_days::INT + cancelled_time::TIME AS cancelled_at,
    'invoices.csv' AS source_file,
    row_number() OVER () + 1 AS source_row
FROM read_csv('invoices.csv', header = true, all_varchar = true), (SELECT getvariable('day_zero')::DATE AS day_zero);
