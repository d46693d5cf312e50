-- How `tests.past` fills the tables. {numbers} makes a table of the numbers n from :first to :last; the other
-- figures in braces stand in `tests.past`. The tables of days and shapes are there beforehand.

-- customers
INSERT INTO customers
    (id, ref, name, email, phone, language, country, timezone, is_business, fingerprint)
{numbers}
SELECT n, 'C-' || n, 'Nicolò D''Alò ' || n, 'c' || n || '@posta.example', '+39 333 555 0101',
    CASE n % 3 WHEN 0 THEN 'it' WHEN 1 THEN 'pl' ELSE 'en' END, CASE n % 3 WHEN 1 THEN 'PL' ELSE 'IT' END,
    CASE n % 3 WHEN 1 THEN 'Europe/Warsaw' ELSE 'Europe/Rome' END, FALSE, '' FROM numbers;

-- orders
INSERT INTO orders
    (id, ref, customer_id, owner_id, deputy_id, description, is_service, amount_cents, currency,
    withdrawal_days, signed_at, promised_on, delivered_at, dates, to_plan, fingerprint, seller_promise)
{numbers}
SELECT n, 'SO-' || n, n, 1 + n % 3, 1 + (n + 1) % 3, 'Cucina Nives, rovere e grès', FALSE,
    100000 + n % 5000 * 100, 'EUR', 14, signed, promised, delivered, '{{}}', FALSE, '', 'Montaggio compreso'
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
ORDER BY n;

-- new-orders
INSERT INTO orders
    (id, ref, customer_id, description, is_service, amount_cents, currency, withdrawal_days,
    signed_at, promised_on, dates, to_plan, fingerprint, seller_promise)
{numbers}
SELECT {orders} + n, 'SO-' || ({orders} + n), 1 + (n - 1) * {orders} / {new}, 'Cucina Nives, rovere e grès', FALSE,
    100000 + n % 5000 * 100, 'EUR', 14, signed, promised, '{{}}', FALSE, '', 'Montaggio compreso'
FROM numbers JOIN days
    ON day = {days} + n % 40
ORDER BY n;

-- invoices
INSERT INTO invoices
    (id, ref, customer_id, order_id, amount_cents, currency, issued_on, due_on, paid_at,
    to_plan, fingerprint)
{numbers}
SELECT n, 'F-' || n, n, n, 100000 + n % 5000 * 100, 'EUR', issued, promised, delivered, FALSE, ''
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
ORDER BY n;

-- messages
INSERT INTO messages
    (id, key, customer_id, kind, step, language, recipient, subject, state, resends, marked_at,
    recorded_at, smtp_code, smtp_text)
{numbers}
SELECT n, 'past-' || n, n, 'welcome-contact', 'welcome', 'it', 'c' || n || '@posta.example',
    'Benvenuto in Casa Belvedere: chi si occupa del Suo ordine', 'accepted', 0, signed, signed, 250, '2.0.0 Ok: queued'
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
ORDER BY n;

-- commitments
INSERT INTO commitments
    (id, customer_id, kind, subject_type, subject_id, owner_id, deputy_id, made_at, due_at,
    state, done_at, outcome, breaks, snoozes)
{numbers}
SELECT n, n, 'delivery', 'order', n, 1 + n % 3, 1 + (n + 1) % 3, signed, ends,
    CASE WHEN delivered IS NULL THEN 'open' ELSE 'kept' END, delivered,
    CASE WHEN delivered IS NULL THEN NULL ELSE 'delivered' END, 0, 0
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
ORDER BY n;

-- follow-ups
INSERT INTO follow_ups
    (subject_type, subject_id, customer_id, sweep, kind, step, nudge, owed_at, due_at, state,
    attempts, message_id, sent_at)
{numbers}
SELECT 'order', 1 + (n - 1) / {each}, 1 + (n - 1) / {each}, sweep, kind, step, 0,
    CASE WHEN {due} THEN due_at ELSE at END, CASE WHEN {due} THEN due_at ELSE at END,
    CASE WHEN {due} THEN 'planned' ELSE state END, CASE WHEN {due} THEN 0 ELSE attempts END,
    CASE WHEN kind = 'welcome-contact' AND state = 'answered' THEN 1 + (n - 1) / {each} END, sent
FROM numbers JOIN shapes
    ON slot = (n - 1) % {each} AND day = (n - 1) / {each} * {days} / {orders}
ORDER BY n;


-- history
INSERT INTO history
    (at, actor, subject_type, subject_id, event, cause, details)
{numbers}
SELECT signed, 'import:books', 'order', n, 'imported', NULL, '{{}}'
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
ORDER BY n;

-- responses
INSERT INTO responses
    (ref, customer_id, order_id, message_key, channel, meaning, rating, received_at, recorded_at)
{numbers}
SELECT 'past-' || n || '-rating', n, n, 'past-' || n, 'page', 'rating', 4, signed, signed
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
WHERE n % 3 = 0
ORDER BY n;

-- inbound
INSERT INTO inbound
    (identity, digest, size_bytes, received_at, recorded_at, message_id, sender, sender_name, subject, verdict, why, state,
    customer_id, owner_id, words, quoted, attachments, handled_at, handled_by)
{numbers}
SELECT 'mail-' || n, 'mail-' || n, 2000, signed, signed, '<' || n || '@posta.example>', 'c' || n || '@posta.example', '',
    'Re: Benvenuto in Casa Belvedere', 'human', 'no sign of a machine', 'matched', n, 1, 'Grazie', '', '[]', signed, 'A-1'
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
WHERE n % 4 = 0
ORDER BY n;

-- cases
INSERT INTO cases
    (id, customer_id, manager_id, opened_at, closed_at, released_at, outcome, level)
{numbers}
SELECT n, n, 1, signed, ends, ends, 'only-listened', 0
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
WHERE n % 5 = 0
ORDER BY n;

-- case-reasons
INSERT INTO case_reasons
    (case_id, reason, subject_type, subject_id, at, settled_at)
{numbers}
SELECT n, 'low-rating', 'order', n, signed, ends
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
WHERE n % 5 = 0
ORDER BY n;

-- statements
INSERT INTO statements
    (case_id, side, author, text, at)
{numbers}
SELECT n, 'customer', 'C-' || n, 'Manca un cassetto.', signed
FROM numbers JOIN days
    ON day = (n - 1) * {days} / {orders}
WHERE n % 5 = 0
ORDER BY n;
