-- name: GetRateDays :one
-- The day it is, and the newest day that a source has given rates for.
-- @required
SELECT
    (now() AT TIME ZONE 'UTC')::date AS today,
    (
        SELECT max(known.as_of)
        FROM exchange_rates AS known
        WHERE known.source = sqlc.arg(source)
    ) AS newest_day;

-- name: InsertExchangeRates :many
-- A rate is held if it is further off the last accepted one than change_max, as a share of that.
-- Currencies that the bank has not are left out, and a rate that is there stays as it is.
INSERT INTO exchange_rates (base, quote, as_of, source, rate, status)
SELECT
    sqlc.arg(base)::text,
    currencies.code,
    sqlc.arg(as_of)::date,
    sqlc.arg(source)::text,
    given.rate,
    CASE
        WHEN abs(given.rate - last.rate) > last.rate * sqlc.arg(change_max)::numeric
            THEN 'held'::exchange_rate_status
        ELSE 'accepted'::exchange_rate_status
    END AS status
FROM
    unnest(sqlc.arg(quotes)::text[], sqlc.arg(rates)::numeric[]) AS given (quote, rate)
INNER JOIN currencies ON currencies.code = given.quote
LEFT JOIN LATERAL (
    SELECT known.rate
    FROM exchange_rates AS known
    WHERE known.base = sqlc.arg(base)::text
        AND known.quote = currencies.code
        AND known.status = 'accepted'
    ORDER BY known.as_of DESC, known.source DESC
    LIMIT 1
) AS last ON true
WHERE currencies.code <> sqlc.arg(base)::text
ON CONFLICT DO NOTHING
RETURNING *;

-- name: ListNewestRates :many
-- The newest accepted rate of each currency.
SELECT newest.*
FROM currencies
CROSS JOIN
    LATERAL (
        SELECT *
        FROM aged_exchange_rates AS known
        WHERE known.base = sqlc.arg(base)::text
            AND known.quote = currencies.code
            AND known.status = 'accepted'
        ORDER BY known.as_of DESC, known.source DESC
        LIMIT 1
    ) AS newest
ORDER BY newest.quote
LIMIT sqlc.arg(row_count_max);

-- name: ListHeldRates :many
-- Newest day first.
SELECT *
FROM aged_exchange_rates
WHERE status = 'held'
ORDER BY as_of DESC, quote DESC, source DESC
LIMIT sqlc.arg(row_count_max);

-- name: GetExchangeRate :one
SELECT *
FROM aged_exchange_rates
WHERE base = sqlc.arg(base)
    AND quote = sqlc.arg(quote)
    AND as_of = sqlc.arg(as_of)
    AND source = sqlc.arg(source);

-- name: DecideExchangeRate :one
-- No row where the rate is not held.
UPDATE exchange_rates
SET status = sqlc.arg(status)
WHERE base = sqlc.arg(base)
    AND quote = sqlc.arg(quote)
    AND as_of = sqlc.arg(as_of)
    AND source = sqlc.arg(source)
    AND status = 'held'
RETURNING rate;

-- name: GetRatesAge :one
-- How long ago the newest day began for which there is an accepted rate; NULL where there is none.
-- @required
SELECT
    extract(EPOCH FROM now() - max(as_of)::timestamp AT TIME ZONE 'UTC')::double precision
        AS age_s
FROM exchange_rates
WHERE status = 'accepted';
