-- name: CopyItems :copyfrom
INSERT INTO items (id, name, colour, price, tags, counts, details, added_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: CopyNames :copyfrom
INSERT INTO items (name)
VALUES ($1);

-- name: RenameItems :batchexec
UPDATE items
SET name = sqlc.arg(name)
WHERE id = sqlc.arg(id);

-- name: FindItems :batchone
SELECT *
FROM items
WHERE id = sqlc.arg(id);

-- name: PaintItem :one
-- @required
UPDATE items
SET colours = sqlc.narg(colours)
WHERE id = sqlc.arg(id)
RETURNING colours;

-- name: PackItem :one
-- @required
UPDATE items
SET carton = sqlc.narg(carton)
WHERE id = sqlc.arg(id)
RETURNING carton;

-- name: FindNamesBetween :batchmany
SELECT name
FROM items
WHERE id BETWEEN sqlc.arg(first_id) AND sqlc.arg(last_id)
ORDER BY id;

-- name: RaisePrices :execresult
UPDATE items
SET price = price + sqlc.arg(amount);

-- name: StreamItems :many
-- @stream 2
SELECT *
FROM items
WHERE id > sqlc.arg(after_id)
ORDER BY id;

-- name: StreamIds :many
-- @stream
SELECT id
FROM items
ORDER BY id;

-- name: ListItemsWithMaker :many
SELECT
    sqlc.embed(items),
    sqlc.embed(makers)
FROM items
LEFT JOIN makers ON makers.id = items.maker_id
ORDER BY items.id;

-- name: GetSummary :one
-- @required
SELECT
    count(*),
    max(price) AS max_price,
    coalesce(max(price), 0) AS max_or_zero,
    (SELECT contact FROM makers WHERE makers.id = sqlc.arg(maker_id)) AS contact
FROM items;

-- name: ListMakerPrices :many
SELECT *
FROM maker_prices
ORDER BY id;

-- name: InsertMaker :exec
INSERT INTO makers (id, name, contact, favourite)
VALUES (sqlc.arg(id), sqlc.arg(name), sqlc.narg(contact), sqlc.arg(favourite));

-- name: InsertItem :exec
INSERT INTO items (name, price, grid, maker_id)
VALUES (sqlc.arg(name), sqlc.arg(price), sqlc.narg(grid), sqlc.narg(maker_id));

-- name: GetMarked :one
-- @required
SELECT
    count(*) AS "at_most?",
    (SELECT min(id) FROM items) AS "first_id!"
FROM items;
