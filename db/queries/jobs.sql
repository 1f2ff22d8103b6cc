-- name: EnqueueJob :one
-- A worker does it once this transaction has committed, and never if it does not.
-- @required
-- @notnull id
SELECT enqueue_job(sqlc.arg(task_name)::text, sqlc.arg(arguments)::jsonb)::bigint AS id;
