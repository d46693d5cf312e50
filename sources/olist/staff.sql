-- The files name no staff: made-up people, so that a case finds a manager and a customer somebody to ask.
SELECT *
FROM (
    VALUES
        ('m-1', 'Helena Prado', 'helena.prado@olist.example', 'manager', 'en'),
        ('a-1', 'Caio Brandt', 'caio.brandt@olist.example', 'after-sale', 'en')
) AS people (ref, name, email, role, language)
