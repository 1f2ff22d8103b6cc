-- name: AddVenue :one
-- @required
INSERT INTO booking.venues (name, city, opens, closed_during)
VALUES (sqlc.arg(name), sqlc.arg(city), sqlc.narg(opens), sqlc.arg(closed_during))
RETURNING *;

-- name: AddHall :one
-- @required
INSERT INTO booking.halls (venue_id, name, classes, has_class_before)
VALUES (sqlc.arg(venue_id), sqlc.arg(name), sqlc.arg(classes), sqlc.narg(has_class_before))
RETURNING *;

-- name: CopySeats :copyfrom
INSERT INTO booking.seats (hall_id, number, class)
VALUES ($1, $2, $3);

-- name: CountSeats :many
SELECT class, count(*) AS seats
FROM booking.seats
WHERE hall_id = sqlc.arg(hall_id) AND class = ANY (sqlc.arg(classes)::booking.seat_class [])
GROUP BY class
ORDER BY class;

-- name: ListClassesOfHall :one
SELECT array_agg(DISTINCT class ORDER BY class) AS classes
FROM booking.seats
WHERE hall_id = sqlc.arg(hall_id);

-- name: ListHallsWith :many
SELECT sqlc.embed(halls), sqlc.embed(venues)
FROM booking.halls AS halls
INNER JOIN booking.venues AS venues ON venues.id = halls.venue_id
WHERE sqlc.arg(class)::booking.seat_class = ANY (halls.classes)
ORDER BY halls.id;

-- name: PlanConcert :one
-- @required
INSERT INTO booking.concerts (hall_id, title, during, rider)
VALUES (sqlc.arg(hall_id), sqlc.arg(title), sqlc.arg(during), sqlc.narg(rider))
RETURNING *;

-- name: SetStatus :execrows
UPDATE booking.concerts
SET status = sqlc.arg(status)
WHERE id = sqlc.arg(id) AND status <> sqlc.arg(status);

-- name: AddPerformances :batchexec
INSERT INTO booking.performances (concert_id, artist_id, fee, is_headliner)
VALUES (sqlc.arg(concert_id), sqlc.arg(artist_id), sqlc.narg(fee), sqlc.arg(is_headliner));

-- name: ListLineup :many
-- Across both schemas, by who gets most.
SELECT sqlc.embed(concerts), sqlc.embed(artists), performances.fee
FROM booking.concerts AS concerts
INNER JOIN booking.performances ON performances.concert_id = concerts.id
INNER JOIN catalog.artists AS artists ON artists.id = performances.artist_id
WHERE concerts.id = sqlc.arg(concert_id)
ORDER BY performances.fee DESC NULLS LAST;

-- name: ListConcertsBetween :many
SELECT *
FROM booking.concerts
WHERE during && tstzrange(sqlc.arg(earliest), sqlc.arg(latest))
ORDER BY lower(during);

-- name: ListStatuses :many
SELECT unnest(enum_range(NULL::booking.concert_status)) AS status;
