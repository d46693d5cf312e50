-- Who buys. An empty e-mail is fine: what we owe such a customer becomes a phone call.
SELECT
    customer_no AS ref,
    name,
    email,
    billing_email,   -- where money is spoken of; `email` when empty
    phone,
    language,
    country,
    CASE country   -- the file has no time zone, so the country gives it: mail keeps the hours of that place
        WHEN 'PL' THEN 'Europe/Warsaw'
        WHEN 'DE' THEN 'Europe/Berlin'
        WHEN 'AT' THEN 'Europe/Vienna'
        WHEN 'CH' THEN 'Europe/Zurich'
        WHEN 'FR' THEN 'Europe/Paris'
        WHEN 'BE' THEN 'Europe/Brussels'
        WHEN 'NL' THEN 'Europe/Amsterdam'
        WHEN 'GB' THEN 'Europe/London'
        ELSE 'Europe/Rome'
    END AS timezone,
    business AS is_business,
    'customers.csv' AS source_file,
    row_number() OVER () + 1 AS source_row
FROM read_csv('customers.csv', header = true);
