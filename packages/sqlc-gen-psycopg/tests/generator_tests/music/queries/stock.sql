-- name: AddSupplier :one
-- @required
INSERT INTO catalog.suppliers (name, server_address, terms)
VALUES (sqlc.arg(name), sqlc.narg(server_address), sqlc.narg(terms))
RETURNING *;

-- name: AddProduct :one
-- @required
INSERT INTO catalog.products (album_id, supplier_id, medium, price, weight_grams)
VALUES (
    sqlc.arg(album_id), sqlc.narg(supplier_id), sqlc.arg(medium), sqlc.arg(price),
    sqlc.narg(weight_grams)
)
RETURNING *;

-- name: SetStock :execrows
INSERT INTO catalog.stock_levels (product_id, quantity, shelves)
VALUES (sqlc.arg(product_id), sqlc.arg(quantity), sqlc.arg(shelves))
ON CONFLICT (product_id) DO UPDATE
    SET quantity = excluded.quantity, shelves = excluded.shelves, counted_at = now();

-- name: TakeFromStock :one
UPDATE catalog.stock_levels
SET quantity = quantity - sqlc.arg(quantity)
WHERE product_id = sqlc.arg(product_id) AND quantity >= sqlc.arg(quantity)
RETURNING quantity;

-- name: ListStock :many
SELECT
    sqlc.embed(products),
    sqlc.embed(stock_levels)
FROM catalog.products
LEFT JOIN catalog.stock_levels ON stock_levels.product_id = products.id
WHERE products.id = ANY (sqlc.arg(ids)::uuid [])
ORDER BY products.price;

-- name: ChangePrice :exec
WITH changed AS (
    UPDATE catalog.products
    SET price = sqlc.arg(price)
    WHERE id = sqlc.arg(product_id)
    RETURNING id
)

INSERT INTO catalog.price_changes (product_id, valid, price, reason)
SELECT id, sqlc.arg(valid), sqlc.arg(price), sqlc.narg(reason)
FROM changed;

-- name: GetPriceAt :one
SELECT price, valid
FROM catalog.price_changes
WHERE product_id = sqlc.arg(product_id) AND valid @> sqlc.arg(at)::timestamptz;

-- name: RaisePrices :execresult
UPDATE catalog.products
SET price = price * (1 + sqlc.arg(percent)::numeric / 100)
WHERE medium = sqlc.arg(medium);
