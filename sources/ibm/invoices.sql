-- A payment is booked by the evening of its day, so that morning's reminder still goes out.
-- A disputed invoice is disputed from the start: the file does not say since when.
WITH invoices AS (
    SELECT
        *,
        iso_date(InvoiceDate, '%m/%d/%Y') AS issued_on,
        iso_date(DueDate, '%m/%d/%Y') AS due_on,
        iso_date(SettledDate, '%m/%d/%Y') AS settled_on,
        row_number() OVER () + 1 AS source_row
    FROM read_csv('ibm_invoices.csv', header = true, all_varchar = true)
)
SELECT
    invoiceNumber AS ref,
    customerID AS customer,
    InvoiceAmount AS amount,
    issued_on,
    due_on,
    settled_on || ' 18:00:00' AS paid_at,
    CASE WHEN Disputed = 'Yes' THEN issued_on END AS disputed_at,
    'ibm_invoices.csv' AS source_file,
    source_row
FROM invoices
ORDER BY issued_on, invoiceNumber
