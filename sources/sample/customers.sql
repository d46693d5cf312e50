-- Who buys. An empty e-mail is fine: what we owe such a customer becomes a phone call.
SELECT
    customer_no AS ref,
    name,
    email,
    billing_email,   -- where money is spoken of; `email` when empty
    phone,
    language,
    country,   -- gives the time zone as well, unless there is a column `timezone`
    business AS is_business,
    'customers.csv' AS source_file,
    row_number() OVER () + 1 AS source_row
FROM read_csv('customers.csv', header = true, all_varchar = true);
