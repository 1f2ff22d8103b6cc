-- name: EnqueueJob :one
-- A worker runs the job after this transaction has committed, and never if it does not commit.
-- @required
-- @notnull id
SELECT enqueue_job(sqlc.arg(task_name)::text, sqlc.arg(arguments)::jsonb)::bigint AS id;
