-- name: InsertOrder :one
-- The trigger takes the items.
-- @required
INSERT INTO orders (customer_id, item_code, amount, ordered_at)
VALUES (
    sqlc.arg(customer_id), sqlc.arg(item_code), sqlc.arg(amount), sqlc.arg(ordered_at)
)
RETURNING id;

-- name: ListOrders :many
SELECT *
FROM orders
WHERE customer_id = sqlc.arg(customer_id)
ORDER BY ordered_at DESC
LIMIT sqlc.arg(row_count_max);

-- name: ListUnpaidOrders :many
SELECT *
FROM unpaid_orders
ORDER BY ordered_at;

-- name: ListOrdersOfBlocked :many
-- Through a CTE and a subquery, so that names must be followed.
WITH blocked AS (
    SELECT id AS blocked_id
    FROM customers
    WHERE status = 'blocked'
)
SELECT found.order_id
FROM (
    SELECT id AS order_id, customer_id AS buyer
    FROM orders
) AS found
WHERE found.buyer IN (SELECT blocked.blocked_id FROM blocked)
ORDER BY found.order_id;

-- name: SettleOrders :execrows
WITH settled AS (
    UPDATE orders
    SET paid = true
    WHERE customer_id = sqlc.arg(customer_id)
    RETURNING customer_id
)
UPDATE customers
SET status = 'regular'
WHERE id IN (SELECT customer_id FROM settled);
