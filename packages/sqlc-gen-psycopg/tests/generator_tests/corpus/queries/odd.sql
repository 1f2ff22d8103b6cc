-- name: ListOdd :many
SELECT * FROM other.odd;

-- name: ListOddLeft :many
SELECT p.id, sqlc.embed(o) FROM people AS p LEFT JOIN other.odd AS o ON p.id = o.id;

-- name: OddExpressions :many
SELECT word || 'x'::text AS b, mine::text AS c, upper(shorter) AS d, coalesce(mine, 'ok') AS e,
sizes[1] AS g, ranges[1] AS i, word[1] AS j FROM other.odd;

-- name: OddParameters :many
INSERT INTO other.odd (id, word, mine, sizes) VALUES (9, sqlc.arg(word), sqlc.arg(mine), sqlc.arg(sizes)) RETURNING *;

-- name: OddMissing :many
SELECT o.req, o.sizes, o.shorter FROM people AS p LEFT JOIN other.odd AS o ON p.id = o.id;
