-- Who works here. The files count days from day zero, so absences do too.
-- all_varchar: every cell stays the text it is, so that no number loses its zeros; the import reads 12.50, true, 2026-05-31.
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
FROM read_csv('staff.csv', header = true, all_varchar = true), (SELECT getvariable('day_zero')::DATE AS day_zero);
