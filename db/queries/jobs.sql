-- name: EnqueueJob :one
-- A worker does it once this transaction has committed, and never if it does not.
-- @required
-- @notnull id
SELECT enqueue_job(sqlc.arg(task_name)::text, sqlc.arg(arguments)::jsonb)::bigint AS id;

-- name: CountJobs :one
-- What waits, what is being done, and what failed for good. What was done is gone: it is few.
-- @required
SELECT
    count(*) FILTER (WHERE status = 'todo') AS waiting_count,
    count(*) FILTER (WHERE status = 'doing') AS doing_count,
    count(*) FILTER (WHERE status = 'failed') AS dead_count
FROM procrastinate.procrastinate_jobs;
