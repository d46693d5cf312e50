-- The file names no staff: made-up people, so that a case finds a manager and a customer somebody to ask.
SELECT *
FROM (
    VALUES
        ('m-1', 'Ruth Calder', 'ruth.calder@ibm.example', 'manager'),
        ('a-1', 'Owen Tarr', 'owen.tarr@ibm.example', 'after-sale')
) AS people (ref, name, email, role)
