-- Buyers by their own number at your place, else by NIP or the number of another country.
SELECT
    coalesce(nr_klienta, nip, vat_ue) AS ref,
    any_value(nazwa) AS name,
    any_value(email) AS email,
    any_value(telefon) AS phone,
    any_value(kraj) AS country,
    any_value(coalesce(nip, vat_ue)) IS NOT NULL AS is_business
FROM ksef
WHERE coalesce(nr_klienta, nip, vat_ue) IS NOT NULL
GROUP BY 1
