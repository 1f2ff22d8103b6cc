-- Run as one transaction, without triggers and foreign keys, which would refuse nothing of this.
-- Customer n has account first_id + n - 1.
INSERT INTO users (username, hashed_password, full_name, email, created_at)
SELECT 'customer_' || n, 'x', 'Customer ' || n, n || '@customer', now() - interval '366 days'
FROM generate_series(1, %(customer_count)s) AS n;

INSERT INTO sessions (username, user_agent, expires_at)
SELECT 'customer_' || n, '', now() + interval '1 day'
FROM generate_series(1, %(customer_count)s) AS n;

-- Each customer starts with more than all of their payments, and then all pay in turn. Every fifth
-- payment is to the first customer.
INSERT INTO transfers (id, kind, from_account_id, to_account_id, amount, currency, created_at)
OVERRIDING SYSTEM VALUE
SELECT
    n,
    'deposit'::transfer_kind,
    cash.id,
    %(first_id)s + n - 1,
    1000000000,
    'USD',
    now() - interval '365 days'
FROM generate_series(1, %(customer_count)s) AS n
CROSS JOIN accounts AS cash
WHERE cash.kind = 'cash' AND cash.currency = 'USD'
UNION ALL
SELECT
    n,
    'transfer',
    %(first_id)s + payer,
    %(first_id)s + CASE
        WHEN payer > 0 AND mod(n + n / %(customer_count)s, 5) = 0 THEN 0
        ELSE mod(payer + 1 + mod(hashint4(n) & 2147483647, %(customer_count)s - 1), %(customer_count)s)
    END,
    1 + mod(n, 1000),
    'USD',
    now() - (%(transfer_count)s - n) * (interval '365 days' / %(transfer_count)s)
FROM
    generate_series(%(customer_count)s + 1, %(transfer_count)s) AS n,
    mod(n, %(customer_count)s) AS payer;

-- The sum is of int: that of bigint would be numeric, and slow.
INSERT INTO entries (id, transfer_id, account_id, amount, balance_after, created_at)
SELECT
    id,
    transfer_id,
    account_id,
    amount,
    sum(amount::int) OVER (PARTITION BY account_id ORDER BY transfer_id),
    created_at
FROM (
    SELECT 2 * id, id, from_account_id, -amount, created_at
    FROM transfers
    UNION ALL
    SELECT 2 * id + 1, id, to_account_id, amount, created_at
    FROM transfers
) AS sides (id, transfer_id, account_id, amount, created_at)
ORDER BY id;

INSERT INTO accounts (id, owner, currency, balance, created_at, final_at)
OVERRIDING SYSTEM VALUE
SELECT
    account_id,
    'customer_' || account_id - %(first_id)s + 1,
    'USD',
    sum(amount),
    now() - interval '366 days',
    max(created_at)
FROM entries
WHERE account_id >= %(first_id)s
GROUP BY account_id
ORDER BY account_id;

UPDATE accounts
SET
    balance = (SELECT -sum(others.balance) FROM accounts AS others WHERE others.kind = 'customer'),
    final_at = (SELECT max(created_at) FROM entries)
WHERE kind = 'cash' AND currency = 'USD';

SELECT setval('positions', (SELECT max(id) FROM transfers));

INSERT INTO holds (from_account_id, to_account_id, amount, currency, expires_at, created_at)
SELECT n, n + 1, 1, 'USD', now() + interval '1 day', now()
FROM generate_series(%(first_id)s, %(first_id)s + %(customer_count)s - 2) AS n;

INSERT INTO holds (
    id, from_account_id, to_account_id, amount, currency, expires_at, created_at, status,
    closed_at, end_position
)
SELECT
    next_position(), n, n + 1, 1, 'USD', now() + interval '1 day', now(), 'voided', now(),
    next_position()
FROM generate_series(%(first_id)s, %(first_id)s + %(customer_count)s - 2) AS n;

INSERT INTO idempotency_keys (scope, key, request_hash, request_id, response, created_at)
SELECT 'customer_' || n, 'key', sha256('x'), '', '{}', now()
FROM generate_series(1, %(customer_count)s) AS n;

INSERT INTO audit_events (action, subject, username, actor, after)
SELECT
    'user.created',
    'user:customer_' || n,
    'customer_' || n,
    'customer_' || n,
    jsonb_build_object('role', 'depositor')
FROM generate_series(1, %(customer_count)s) AS n;

INSERT INTO webhook_endpoints (owner, url, sealed_secret, position, status, failing_since, retry_at)
SELECT
    'customer_' || n,
    'https://customer.example.org/' || n,
    'x',
    1,
    (ARRAY['active', 'failing', 'paused', 'disabled'])[1 + mod(n, 4)]::webhook_status,
    now(),
    CASE WHEN mod(n, 4) < 2 THEN now() - interval '1 hour' END
FROM generate_series(1, %(customer_count)s) AS n;

INSERT INTO webhook_deliveries (endpoint_id, position, try_count, next_try_at)
SELECT endpoints.id, positions.n, 1, now() - interval '1 hour'
FROM webhook_endpoints AS endpoints
CROSS JOIN generate_series(1, 5) AS positions (n);

INSERT INTO email_verifications (username, email, code_hash)
SELECT 'customer_' || n, n || '@customer', sha256(n::text::bytea)
FROM generate_series(1, %(customer_count)s) AS n;

INSERT INTO password_resets (username, email, code_hash)
SELECT 'customer_' || n, n || '@customer', sha256(n::text::bytea)
FROM generate_series(1, %(customer_count)s) AS n;

INSERT INTO rate_limits (key, free_at)
SELECT 'login customer_' || n, now() + interval '5 minutes'
FROM generate_series(1, %(customer_count)s) AS n;

INSERT INTO feed_consumers (name, epoch, position)
SELECT 'webhook:' || n, 1, 0
FROM generate_series(1, %(customer_count)s) AS n;

INSERT INTO exchange_rates (base, quote, as_of, source, rate, status, fetched_at)
SELECT
    'EUR',
    code,
    current_date - n,
    'ecb',
    1 + mod(n, 10) / 100.0,
    CASE WHEN mod(n, 100) = 0 THEN 'held' ELSE 'accepted' END::exchange_rate_status,
    now()
FROM currencies
CROSS JOIN generate_series(1, %(customer_count)s) AS n
WHERE code <> 'EUR';

SELECT
    setval(pg_get_serial_sequence('accounts', 'id'), (SELECT max(id) FROM accounts));
