-- name: TakeRateLimit :one
-- GCRA: each allowed attempt postpones `free_at`. An attempt is allowed if the postponed time is
-- still within the burst; a refused attempt postpones nothing. The row's lock makes the count exact
-- among all processes. No attempt postpones `free_at` beyond the burst, so a later `free_at` was
-- written while the clock ran ahead.
-- @required
INSERT INTO rate_limits AS known (key, free_at)
VALUES (sqlc.arg(key), now() + sqlc.arg(attempt_interval)::interval)
ON CONFLICT (key) DO UPDATE
    SET
        is_allowed
        = greatest(known.free_at, now()) + sqlc.arg(attempt_interval)::interval
        <= now() + sqlc.arg(burst_interval)::interval,
        free_at
        = CASE
            WHEN
                greatest(known.free_at, now()) + sqlc.arg(attempt_interval)::interval
                <= now() + sqlc.arg(burst_interval)::interval
                THEN greatest(known.free_at, now()) + sqlc.arg(attempt_interval)::interval
            ELSE least(known.free_at, now() + sqlc.arg(burst_interval)::interval)
        END
RETURNING
    known.is_allowed,
    (
        known.free_at + sqlc.arg(attempt_interval)::interval
        - sqlc.arg(burst_interval)::interval - now()
    )::interval AS retry_after;

-- name: DeleteFreeRateLimits :execrows
DELETE FROM rate_limits
WHERE key IN (
        SELECT old.key
        FROM rate_limits AS old
        WHERE old.free_at < now()
            AND old.free_at < sqlc.arg(moment)::timestamptz
        ORDER BY old.free_at
        LIMIT sqlc.arg(row_count_max)
        FOR UPDATE SKIP LOCKED
    );
