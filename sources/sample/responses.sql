-- What customers have said already. A rating has a number; the other meanings have words.
SELECT
    response_no AS ref,
    order_no AS "order",   -- a response about no order names its customer or invoice instead
    meaning,
    rating,
    text,
    day_zero + received_days::INT + received_time::TIME AS received_at,
    channel,
    'responses.csv' AS source_file,
    row_number() OVER () + 1 AS source_row
FROM read_csv('responses.csv', header = true, all_varchar = true), (SELECT getvariable('day_zero')::DATE AS day_zero);
