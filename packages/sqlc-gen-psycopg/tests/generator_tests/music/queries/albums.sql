-- name: AddArtist :one
-- @required
INSERT INTO catalog.artists (name, country, aliases, active)
VALUES (sqlc.arg(name), sqlc.narg(country), sqlc.arg(aliases), sqlc.narg(active))
RETURNING *;

-- name: GetArtist :one
SELECT *
FROM catalog.artists
WHERE id = sqlc.arg(id);

-- name: AddLabel :one
-- @required
INSERT INTO catalog.labels (name)
VALUES (sqlc.arg(name))
RETURNING id;

-- name: AddAlbum :one
-- @required
INSERT INTO catalog.albums (artist_id, label_id, title, released_on, barcode, liner_notes)
VALUES (
    sqlc.arg(artist_id), sqlc.narg(label_id), sqlc.arg(title), sqlc.narg(released_on),
    sqlc.narg(barcode), sqlc.arg(liner_notes)
)
RETURNING *;

-- name: CopyTracks :copyfrom
INSERT INTO catalog.tracks (album_id, position, title, length, sample)
VALUES ($1, $2, $3, $4, $5);

-- name: ListAlbumsWithLabel :many
SELECT
    sqlc.embed(albums),
    sqlc.embed(labels),
    artists.name AS artist
FROM catalog.albums
INNER JOIN catalog.artists ON artists.id = albums.artist_id
LEFT JOIN catalog.labels ON labels.id = albums.label_id
ORDER BY albums.id;

-- name: ListTracks :many
-- The tracks of an album, as they are on it.
-- @stream 2
SELECT *
FROM catalog.tracks
WHERE album_id = sqlc.arg(album_id)
ORDER BY position;

-- name: GetTracksAt :batchone
SELECT title
FROM catalog.tracks
WHERE album_id = sqlc.arg(album_id) AND position = sqlc.arg(position);

-- name: GetPlayingTime :one
SELECT sum(length) AS total
FROM catalog.tracks
WHERE album_id = sqlc.arg(album_id);

-- name: SearchAlbums :many
SELECT id, title, liner_notes ->> 'producer' AS producer
FROM catalog.albums
WHERE
    title ILIKE '%' || sqlc.arg(part)::text || '%'
    AND (sqlc.narg(released_after)::date IS NULL OR released_on > sqlc.narg(released_after))
ORDER BY title;

-- name: AddGenre :exec
INSERT INTO catalog.genres (id, name, parent_id)
VALUES (sqlc.arg(id), sqlc.arg(name), sqlc.narg(parent_id));

-- name: TagAlbums :batchexec
INSERT INTO catalog.album_genres (album_id, genre_id)
VALUES (sqlc.arg(album_id), sqlc.arg(genre_id))
ON CONFLICT DO NOTHING;

-- name: ListGenresBelow :many
WITH RECURSIVE below AS (
    SELECT id, name, parent_id
    FROM catalog.genres
    WHERE genres.id = sqlc.arg(id)
    UNION ALL
    SELECT genres.id, genres.name, genres.parent_id
    FROM catalog.genres
    INNER JOIN below ON genres.parent_id = below.id
)

SELECT id, name, parent_id
FROM below
ORDER BY id;

-- name: AddReview :one
INSERT INTO catalog.reviews (album_id, author, stars, body)
VALUES (sqlc.arg(album_id), sqlc.arg(author), sqlc.arg(stars), sqlc.narg(body))
RETURNING *;

-- name: ListRatings :many
SELECT *
FROM catalog.album_ratings
ORDER BY album_id;
