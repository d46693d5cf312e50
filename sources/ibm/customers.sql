-- Only numbers in the file: names and addresses are made up.
SELECT
    customerID AS ref,
    'Customer ' || customerID AS name,
    'c-' || lower(customerID) || '@ibm.example' AS email,
    true AS is_business
FROM read_csv('ibm_invoices.csv', header = true, all_varchar = true)
GROUP BY customerID
ORDER BY customerID
