-- name: AddCustomer :one
-- @required
INSERT INTO booking.customers (email, name, prefers)
VALUES (sqlc.arg(email), sqlc.arg(name), sqlc.narg(prefers))
RETURNING *;

-- name: FindCustomers :batchone
SELECT *
FROM booking.customers
WHERE email = sqlc.arg(email);

-- name: PlaceOrder :one
-- @required
INSERT INTO booking.orders (customer_id, note)
VALUES (sqlc.narg(customer_id), sqlc.narg(note))
RETURNING *;

-- name: OfferTickets :copyfrom
INSERT INTO booking.tickets (concert_id, class, price)
VALUES ($1, $2, $3);

-- name: TakeTickets :many
UPDATE booking.tickets
SET order_id = sqlc.arg(order_id)::bigint
WHERE
    id IN (
        SELECT free.id
        FROM booking.tickets AS free
        WHERE
            free.concert_id = sqlc.arg(concert_id)
            AND free.class = coalesce(sqlc.narg(class)::booking.seat_class, free.class)
            AND free.order_id IS NULL
        ORDER BY free.price
        LIMIT sqlc.arg(wanted)
        FOR UPDATE SKIP LOCKED
    )
RETURNING *;

-- name: ListTicketsOf :batchmany
SELECT class, price
FROM booking.tickets
WHERE order_id = sqlc.arg(order_id)
ORDER BY price;

-- name: Pay :one
-- @required
INSERT INTO booking.payments (order_id, method, amount, paid_at)
VALUES (sqlc.arg(order_id), sqlc.arg(method), sqlc.arg(amount), now())
RETURNING *;

-- name: GetBalance :one
SELECT
    orders.id,
    customers.email,
    coalesce(sum(tickets.price), 0)::numeric AS due,
    (
        SELECT sum(payments.amount)
        FROM booking.payments
        WHERE payments.order_id = orders.id
    ) AS paid,
    array_agg(DISTINCT tickets.class) AS classes
FROM booking.orders
LEFT JOIN booking.customers ON customers.id = orders.customer_id
LEFT JOIN booking.tickets ON tickets.order_id = orders.id
WHERE orders.id = sqlc.arg(id)
GROUP BY orders.id, customers.email;

-- name: ListSales :many
SELECT *
FROM booking.concert_sales
ORDER BY concert_id;

-- name: ListOrdersOf :many
SELECT sqlc.embed(customers), sqlc.embed(orders)
FROM booking.customers
LEFT JOIN booking.orders ON orders.customer_id = customers.id
ORDER BY customers.name, orders.id;

-- name: LastMethods :many
SELECT order_id, array_agg(method ORDER BY id DESC) AS methods
FROM booking.payments
GROUP BY order_id
HAVING count(*) > sqlc.arg(more_than)::integer;

-- name: DeleteOrder :execrows
DELETE FROM booking.orders
WHERE id = sqlc.arg(id);
