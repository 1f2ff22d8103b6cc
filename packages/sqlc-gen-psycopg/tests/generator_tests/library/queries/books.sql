-- name: InsertBook :one
-- @required
INSERT INTO books (
    author_id, title, genre, other_genre, "from", price, pages, tags, scores,
    details, isbn, cover, weight, is_lent, reader, loan
)
VALUES (
    sqlc.arg(author_id),
    sqlc.arg(title),
    sqlc.arg(genre),
    sqlc.narg(other_genre),
    sqlc.narg('from'),
    sqlc.narg(price),
    sqlc.arg(pages),
    sqlc.arg(tags),
    sqlc.narg(scores),
    sqlc.arg(details),
    sqlc.narg(isbn),
    sqlc.narg(cover),
    sqlc.narg(weight),
    sqlc.arg(is_lent),
    sqlc.narg(reader),
    sqlc.narg(loan)
)
RETURNING *;

-- name: ListBooksWithAuthor :many
SELECT
    sqlc.embed(books),
    sqlc.embed(authors),
    books.id,
    authors.id,
    upper(books.title)::text AS shouted
FROM books
INNER JOIN authors ON books.author_id = authors.id
ORDER BY books.id;

-- name: ListTitles :many
-- Authors without a book, too.
SELECT
    authors.name,
    books.title,
    books.genre
FROM authors
LEFT JOIN books ON authors.id = books.author_id
ORDER BY authors.id, books.id;

-- name: ListTitlesBetween :many
SELECT title
FROM books
WHERE pages BETWEEN $1 AND $2
ORDER BY id;

-- name: ListGenres :many
-- @notnull genre
SELECT DISTINCT coalesce(other_genre, genre) AS genre
FROM books
WHERE sqlc.narg(wanted)::genre IS NULL OR genre = sqlc.narg(wanted)::genre
ORDER BY genre;

-- name: GetQuoted :one
-- @required
-- @notnull quoted
SELECT sqlc.arg(word)::text || ' 100% \ """ $2 ''é''' AS quoted; -- $2 %s

-- name: GetOdds :one
-- @required
SELECT
    1 AS "class",
    2 AS "2nd",
    3 AS "a b",
    4 AS "self";
