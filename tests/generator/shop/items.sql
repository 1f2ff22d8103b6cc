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
