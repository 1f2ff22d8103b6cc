-- name: InsertAuthor :one
-- Somebody "new".
--
-- A second paragraph, with \ and """ in it.
-- @required
INSERT INTO authors (name, born)
VALUES (sqlc.arg(name), sqlc.narg(born))
RETURNING *;

-- name: GetAuthor :one
SELECT *
FROM authors
WHERE id = sqlc.arg(id);

-- name: RenameAuthor :exec
UPDATE authors
SET name = sqlc.arg(new_name)
WHERE name = sqlc.arg(old_name);

-- name: DeleteAuthors :execrows
DELETE FROM authors
WHERE id = ANY (sqlc.arg(ids)::bigint[]);

-- name: CountAuthors :one
-- @required
-- @notnull count
SELECT count(*) AS count
FROM authors;

-- name: GetOldestBirthday :one
SELECT min(born) AS born
FROM authors;

-- name: ListNames :many
SELECT name
FROM authors
ORDER BY id;
