SELECT
    cliente AS ref,
    any_value(nome) AS name,
    any_value(email) AS email,
    any_value(coalesce(cellulare, telefono)) AS phone,
    any_value(nazione) AS country,
    any_value(piva) IS NOT NULL AS is_business
FROM danea
WHERE cliente IS NOT NULL
GROUP BY 1
