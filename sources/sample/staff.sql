-- Who works here. The files count days from day zero, so absences do too.
SELECT
    staff_no AS ref,
    name,
    email,
    phone,
    job AS role,
    team,
    language,
    country,
    deputy_no AS deputy,
    day_zero + absent_from_days::INT AS absent_from,
    day_zero + absent_until_days::INT AS absent_until,
    active,
    'staff.csv' AS source_file,
    row_number() OVER () + 1 AS source_row   -- the line in the file, named when a row is rejected
FROM read_csv('staff.csv', header = true), (SELECT getvariable('day_zero')::DATE AS day_zero);
