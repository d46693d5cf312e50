-- Sales of goods and of services. day + time gives a timestamp; where either is empty, so is the result.
-- With dates in your file, the sums below become plain columns: `signed_at`, `promised_on` …
SELECT
    order_no AS ref,
    customer_no AS customer,
    seller_no AS seller,
    owner_no AS owner,     -- whom the customer may ask; chosen among after-sale when empty
    deputy_no AS deputy,
    text AS description,
    line AS product_line,
    service AS is_service,
    amount,
    currency,
    seller_promise,
    referred_by,
    -- what the law gives: at a distance 14 days, after a home visit 30 (Italy); in a shop, and between businesses, none.
    -- Goods made to measure have none either: leave 0 there, where your system knows it.
    CASE sold WHEN 'online' THEN 14 WHEN 'home-visit' THEN 30 ELSE 0 END AS withdrawal_days,
    day_zero + signed_days::INT + signed_time::TIME AS signed_at,
    day_zero + promised_days::INT AS promised_on,
    day_zero + delivered_days::INT + delivered_time::TIME AS delivered_at,
    day_zero + cancelled_days::INT + cancelled_time::TIME AS cancelled_at,
    day_zero + measured_days::INT AS date_measured,   -- any further date_<name>: a cadence may hang on it
    'orders.csv' AS source_file,
    row_number() OVER () + 1 AS source_row
FROM read_csv('orders.csv', header = true, all_varchar = true), (SELECT getvariable('day_zero')::DATE AS day_zero);
