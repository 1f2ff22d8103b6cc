-- name: DeleteCustomer :exec
DELETE FROM customers
WHERE id = sqlc.arg(id);

-- name: LockCustomer :one
SELECT id
FROM customers
WHERE id = sqlc.arg(id)
FOR NO KEY UPDATE;

-- name: CountCustomers :one
SELECT count(*)
FROM customers;

-- name: CountRows :one
SELECT count_rows(sqlc.arg(table_name)::text);

-- name: FindCustomers :many
-- Nothing serves a search inside the remarks.
SELECT
    id,
    name
FROM customers
WHERE remarks ILIKE sqlc.arg(pattern)::text
ORDER BY id;

-- name: GroupCustomers :many
SELECT
    status,
    count(*) AS customer_count
FROM customers
GROUP BY status
HAVING max(created_at) > sqlc.arg(newer_than);
