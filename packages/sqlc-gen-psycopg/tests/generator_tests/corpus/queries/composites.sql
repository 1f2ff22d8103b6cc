-- name: ListHouses :many
SELECT * FROM houses;

-- name: ListAddresses :many
SELECT address FROM houses;

-- name: ListEarlier :many
SELECT id, earlier, earlier[1] AS first, cardinality(earlier) AS n FROM houses;

-- name: ListFields :many
SELECT (address).street, (address).number, ((address).size).sizes, (home).street AS home_street FROM houses;

-- name: LatestHouses :many
SELECT p.id, h.address, h.mottos FROM people AS p LEFT JOIN houses AS h ON p.id = h.id;

-- name: LatestHousesEmbedded :many
SELECT p.id, sqlc.embed(h) FROM people AS p LEFT JOIN houses AS h ON p.id = h.id;

-- name: CollectAddresses :one
SELECT array_agg(address) AS addresses, array_agg(home) AS homes FROM houses;

-- name: CollectDomains :many
SELECT array_agg(p.motto) AS mottos, array_agg(o.mine) AS moods
FROM people AS p LEFT JOIN other.odd AS o ON p.id = o.id GROUP BY p.boss_id;

-- name: MakeAddress :one
SELECT ROW('x', 1, 'ok', NULL, NULL)::address AS made, NULL::address AS none;

-- name: FunctionOfAddress :many
SELECT address_of(id) AS found FROM generate_series(1, 9) AS g (id);

-- name: FieldsOfFunction :many
SELECT a.street, a.number, a.mood, a.size
FROM people AS p LEFT JOIN LATERAL address_of(p.id::integer) AS a ON true;

-- name: FindAddress :many
SELECT id, home FROM houses WHERE address IS DISTINCT FROM sqlc.arg(address)::address;

-- name: FindEarlier :many
SELECT id FROM houses WHERE NOT (sqlc.arg(address)::address = ANY (earlier)) OR earlier = '{}';

-- name: MoveHouse :one
UPDATE houses SET address = sqlc.arg(address), earlier = sqlc.arg(earlier), home = sqlc.narg(home), mottos = sqlc.arg(mottos)
WHERE id = 1 RETURNING *;

-- name: CopyHouses :copyfrom
INSERT INTO houses (id, address, earlier, home, mottos) VALUES ($1, $2, $3, $4, $5);

-- name: RenameStreets :execrows
UPDATE houses SET address.street = sqlc.arg(street), address.number = sqlc.narg(number);

-- name: PeopleOfTwoSchemas :many
SELECT sqlc.embed(p), sqlc.embed(o) FROM people AS p INNER JOIN other.people AS o ON p.id = o.person_id;

-- name: OtherPeople :many
SELECT * FROM other.people;

-- name: OtherPeopleLeft :many
SELECT p.id, sqlc.embed(o) FROM people AS p LEFT JOIN other.people AS o ON p.id = o.person_id;

-- name: Matrix :one
SELECT ARRAY[[1, 2], [3, NULL]] AS "matrix[][]", ARRAY[[['x']]] AS "cube[][][]";

-- name: Slice :many
SELECT grid[1:1] AS "slice[][]", grid || grid AS "twice[][]", id FROM other.odd;
