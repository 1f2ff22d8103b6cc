-- name: MakePartition :one
-- Makes the partition of a position unless it is there; whether it was made.
-- @required
-- @notnull make_partition
SELECT make_partition(sqlc.arg(position)) AS make_partition;

-- name: DropOldestPartition :one
-- Drops the oldest partition if all of its events are so old, both by the clock of the database and
-- by the newest event: one clock that is wrong drops nothing. The name of what was dropped; NULL
-- where nothing is so old.
-- @required
SELECT
    drop_oldest_partition(
        least(now(), (SELECT p.newest_at FROM feed_place AS p)) - sqlc.arg(kept)::interval
    ) AS dropped;

-- name: GetPartitionSize :one
-- How many positions of the feed one partition covers.
-- @required
-- @notnull partition_size
SELECT partition_size() AS partition_size;
