-- One survey may cover several orders, so a review id alone is no key.
SELECT
    review_id || '-' || order_id AS ref,
    order_id AS "order",
    review_score AS rating,
    concat_ws(chr(10), review_comment_title, review_comment_message) AS text,
    review_answer_timestamp AS received_at,
    'satisfaction-check' AS about,
    'olist_order_reviews_dataset.csv' AS source_file,
    row_number() OVER () + 1 AS source_row
FROM read_csv('olist_order_reviews_dataset.csv', header = true, all_varchar = true, delim = ',', quote = '"')
ORDER BY review_answer_timestamp, review_id, order_id
