-- name: AddCounts :exec
INSERT INTO event_counts (bucket, began_at, type, event_count)
SELECT
    c.bucket::bucket,
    c.began_at,
    c.type,
    c.event_count
FROM unnest(
        sqlc.arg(buckets)::text[],
        sqlc.arg(times)::timestamptz[],
        sqlc.arg(types)::text[],
        sqlc.arg(event_counts)::bigint[]
    ) AS c (bucket, began_at, type, event_count)
ORDER BY c.bucket, c.began_at, c.type
ON CONFLICT ON CONSTRAINT event_counts_pkey DO UPDATE
    SET event_count = event_counts.event_count + excluded.event_count;

-- name: ListCounts :many
-- How many events of each type happened in each bucket of a time.
SELECT
    began_at,
    type,
    event_count
FROM event_counts
WHERE
    bucket = sqlc.arg(bucket)
    AND began_at >= sqlc.arg(since)
    AND began_at < sqlc.arg(until)
ORDER BY began_at, type
LIMIT sqlc.arg(row_count_max);

-- name: DeleteCounts :exec
-- Before the feed is read, and counted, again.
DELETE FROM event_counts;

-- name: DeleteOldCounts :execrows
DELETE FROM event_counts
WHERE
    bucket = sqlc.arg(bucket)
    AND began_at
    < least(now(), (SELECT p.newest_at FROM feed_place AS p)) - sqlc.arg(kept)::interval;
