-- customer_id is new with every order; customer_unique_id is the person. The addresses are made up: the files have none.
SELECT
    customer_unique_id AS ref,
    'Customer ' || left(customer_unique_id, 8) AS name,
    'c-' || customer_unique_id || '@olist.example' AS email,
    'en' AS language,
    'BR' AS country,
    'America/Sao_Paulo' AS timezone,
    false AS is_business
FROM read_csv('olist_customers_dataset.csv', header = true, all_varchar = true, delim = ',', quote = '"')
GROUP BY customer_unique_id
ORDER BY customer_unique_id
