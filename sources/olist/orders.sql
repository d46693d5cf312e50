-- A canceled or unavailable order has no date for it: the purchase itself stands in, so that nothing is promised.
-- date_survey: when the survey of the first answer was sent; of two at the same second, the one that the replay hears first.
WITH
orders AS (
    SELECT *, row_number() OVER () + 1 AS source_row
    FROM read_csv('olist_orders_dataset.csv', header = true, all_varchar = true, delim = ',', quote = '"')
),
customers AS (
    SELECT customer_id, any_value(customer_unique_id) AS customer
    FROM read_csv('olist_customers_dataset.csv', header = true, all_varchar = true, delim = ',', quote = '"')
    GROUP BY customer_id
),
payments AS (
    SELECT order_id, sum(try_cast(payment_value AS DECIMAL(18, 2))) AS amount
    FROM read_csv('olist_order_payments_dataset.csv', header = true, all_varchar = true, delim = ',', quote = '"')
    GROUP BY order_id
),
surveys AS (
    SELECT order_id, first(review_creation_date ORDER BY review_answer_timestamp, review_id) AS date_survey
    FROM read_csv('olist_order_reviews_dataset.csv', header = true, all_varchar = true, delim = ',', quote = '"')
    GROUP BY order_id
)
SELECT
    order_id AS ref,
    customer,
    'order' AS description,
    amount,
    7 AS withdrawal_days,  -- by Brazilian law
    order_purchase_timestamp AS signed_at,
    order_estimated_delivery_date AS promised_on,
    order_delivered_customer_date AS delivered_at,
    CASE WHEN order_status IN ('canceled', 'unavailable') THEN order_purchase_timestamp END AS cancelled_at,
    date_survey,
    'olist_orders_dataset.csv' AS source_file,
    source_row
FROM orders
LEFT JOIN customers USING (customer_id)
LEFT JOIN payments USING (order_id)
LEFT JOIN surveys USING (order_id)
ORDER BY order_purchase_timestamp, order_id
