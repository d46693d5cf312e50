-- Buyers by their tax number. FatturaPA knows no e-mail address but the PEC: join your own list for the address of people.
SELECT
    coalesce(piva, cf) AS ref,
    any_value(coalesce(denominazione, concat_ws(' ', nome, cognome))) AS name,
    any_value(pec) AS email,
    any_value(nazione) AS country,
    any_value(piva) IS NOT NULL AS is_business
FROM fatturapa
GROUP BY 1
