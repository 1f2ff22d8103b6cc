-- name: InsertOrder :one
-- @required
INSERT INTO orders (id, person_id, code, amount)
VALUES (sqlc.arg(id), sqlc.arg(person_id), sqlc.arg(code), sqlc.narg(amount))
RETURNING *;

-- name: InsertPerson :one
INSERT INTO people (name) VALUES (sqlc.arg(name)) RETURNING id, name, nick, name_length, nick_length;

-- name: InsertDefaults :one
INSERT INTO stock (sku, quantity, note) VALUES ('new', 1, DEFAULT) RETURNING sku, note;

-- name: InsertIdentity :one
INSERT INTO people (name, mood, moods) VALUES ('x', sqlc.arg(mood), sqlc.narg(moods)) RETURNING id, mood, moods, token;

-- name: InsertSelect :many
INSERT INTO orders (id, person_id, code, amount) SELECT id + 10, id, 'x' || id, boss_id FROM people RETURNING id, code, amount;

-- name: InsertUnnest :execrows
INSERT INTO stock (sku, quantity)
SELECT u.sku, u.quantity FROM unnest(sqlc.arg(skus)::text[], sqlc.arg(quantities)::integer[]) AS u (sku, quantity);

-- name: InsertRows :many
INSERT INTO stock (sku, quantity, note) VALUES ('n1', 1, 'a'), ('n2', 2, NULL) RETURNING sku, note;

-- name: InsertExec :exec
INSERT INTO stock (sku, quantity) VALUES (sqlc.arg(sku), sqlc.arg(quantity));

-- name: InsertPartitioned :one
INSERT INTO readings (sensor, day, value) VALUES (7, sqlc.arg(day), sqlc.narg(value)) RETURNING sensor, day, value;

-- name: Upsert :one
INSERT INTO stock AS s (sku, quantity) VALUES ('s1', sqlc.arg(quantity))
ON CONFLICT (sku) DO UPDATE SET quantity = s.quantity + excluded.quantity
RETURNING s.quantity, s.note;

-- name: UpsertOnConstraint :one
INSERT INTO stock (sku, quantity, note) VALUES ('s2', 3, 'x')
ON CONFLICT ON CONSTRAINT stock_pkey DO UPDATE SET note = NULL WHERE stock.quantity = 0
RETURNING sku, note;

-- name: UpsertNothing :many
INSERT INTO stock (sku, quantity) VALUES ('s1', 1), ('s9', 1) ON CONFLICT DO NOTHING RETURNING sku, note;

-- name: UpsertExcluded :many
INSERT INTO orders (id, person_id, code, amount) VALUES (1, 1, 'k1', 9), (8, 1, 'k8', 9)
ON CONFLICT (id) DO UPDATE SET amount = excluded.amount
RETURNING id, amount;

-- name: UpsertOrSelect :one
WITH made AS (INSERT INTO stock (sku, quantity) VALUES ('s1', 1) ON CONFLICT (sku) DO NOTHING RETURNING sku, quantity)
SELECT made.sku, made.quantity FROM made
UNION ALL
SELECT s.sku, s.quantity FROM stock AS s WHERE s.sku = 's1';

-- name: UpdateAll :many
UPDATE orders SET code = code || '!' RETURNING id, code, amount;

-- name: UpdateToValue :many
UPDATE orders SET amount = 1 RETURNING amount;

-- name: UpdateToSum :many
UPDATE orders SET amount = amount + 1 RETURNING amount;

-- name: UpdateToNull :many
UPDATE orders SET amount = NULL WHERE amount > 0 RETURNING amount;

-- name: UpdateOther :many
UPDATE orders SET code = code || '!' WHERE amount > 0 RETURNING amount;

-- name: UpdateFrom :many
UPDATE orders AS o SET code = o.code || p.name FROM people AS p WHERE p.id = o.person_id RETURNING p.id, p.nick, o.amount;

-- name: UpdateFromLeftJoin :many
UPDATE orders AS o
SET amount = 0
FROM people AS p
LEFT JOIN lines AS l ON p.id = l.order_id
WHERE p.id = o.person_id
RETURNING o.id, l.id AS line_id;

-- name: UpdatePartially :one
UPDATE people
SET nick = coalesce(sqlc.narg(nick), nick), name = coalesce(sqlc.narg(name), name)
WHERE id = sqlc.arg(id)
RETURNING nick, name, nick_length;

-- name: UpdateColumns :one
UPDATE stock SET (quantity, note) = (9, 'nine') WHERE sku = 's1' RETURNING quantity, note;

-- name: UpdateRowcount :execrows
UPDATE stock SET quantity = 0 WHERE quantity > sqlc.arg(quantity);

-- name: UpdateResult :execresult
UPDATE stock SET quantity = quantity + sqlc.arg(amount)::integer;

-- name: UpdateFromUnnest :many
UPDATE stock AS s SET quantity = u.quantity
FROM (SELECT unnest(sqlc.arg(skus)::text[]) AS sku, unnest(sqlc.arg(quantities)::integer[]) AS quantity) AS u
WHERE s.sku = u.sku OR s.note IS NULL
RETURNING s.sku, s.note, s.quantity;

-- name: ClaimJob :one
UPDATE stock SET quantity = quantity - 1
WHERE sku = (SELECT s.sku FROM stock AS s WHERE s.quantity > 0 ORDER BY s.sku LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING sku, note;

-- name: DeleteAll :many
DELETE FROM orders RETURNING id, amount;

-- name: DeleteSome :many
DELETE FROM orders WHERE amount > 0 RETURNING id, amount, amount + 1 AS more;

-- name: DeleteUsing :many
DELETE FROM orders USING people AS p WHERE p.id = orders.person_id RETURNING p.id, p.boss_id, orders.amount;

-- name: DeleteRows :execrows
DELETE FROM lines WHERE id = ANY (sqlc.arg(ids)::bigint[]);

-- name: MergeUpdate :execrows
MERGE INTO stock AS s
USING (VALUES ('s1', 2), ('s8', 3)) AS v (sku, quantity) ON s.sku = v.sku
WHEN MATCHED THEN UPDATE SET quantity = v.quantity
WHEN NOT MATCHED THEN INSERT (sku, quantity) VALUES (v.sku, v.quantity);

-- name: MergeDelete :exec
MERGE INTO orders AS o
USING people AS p ON o.person_id = p.id
WHEN MATCHED AND p.nick IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET amount = 0;

-- name: Truncate :exec
TRUNCATE stock;

-- name: NotifyChange :exec
SELECT pg_notify('changed', sqlc.arg(payload));

-- name: CopyStock :copyfrom
INSERT INTO stock (sku, quantity, note) VALUES (sqlc.arg(sku), sqlc.arg(quantity), sqlc.arg(note));

-- name: SetQuantities :batchexec
UPDATE stock SET quantity = sqlc.arg(quantity) WHERE sku = sqlc.arg(sku);

-- name: TakeQuantities :batchone
UPDATE stock SET quantity = quantity - sqlc.arg(taken)::integer WHERE sku = sqlc.arg(sku) RETURNING sku, note;

-- name: FindNotes :batchmany
SELECT sku, note FROM stock WHERE quantity > sqlc.arg(quantity);

-- name: MergeParams :exec
MERGE INTO stock AS s USING (SELECT $1::text AS sku) AS v ON s.sku = v.sku
WHEN MATCHED THEN UPDATE SET quantity = $2
WHEN NOT MATCHED THEN INSERT (sku, quantity) VALUES (v.sku, $2);

-- name: MergeReturning :many
MERGE INTO stock AS s USING (VALUES ('s1', 2)) AS v (sku, quantity) ON s.sku = v.sku
WHEN MATCHED THEN UPDATE SET quantity = v.quantity RETURNING merge_action() AS action, s.sku, s.note;

-- name: MergeBySource :exec
MERGE INTO stock AS s USING (VALUES ('s1', 2)) AS v (sku, quantity) ON s.sku = v.sku
WHEN NOT MATCHED BY SOURCE THEN DELETE;

-- name: OldNew :many
UPDATE stock SET note = 'x' RETURNING sku, old.note AS before, new.note AS after;

-- name: EmbedReturning :many
UPDATE stock SET quantity = 1 RETURNING sqlc.embed(stock);

-- name: InsertDefaultValues :one
INSERT INTO lists DEFAULT VALUES RETURNING id, title;

-- name: InsertOverriding :one
INSERT INTO people (id, name) OVERRIDING SYSTEM VALUE VALUES (70, 'x') RETURNING id;

-- name: UpsertReturningAll :one
INSERT INTO stock (sku, quantity, note) VALUES (sqlc.arg(sku), 1, sqlc.narg(note))
ON CONFLICT (sku) DO UPDATE SET note = excluded.note, quantity = stock.quantity + 1
RETURNING *;

-- name: MergeInsertReturning :many
MERGE INTO orders AS o
USING people AS p ON o.person_id = p.id
WHEN MATCHED THEN DELETE
WHEN NOT MATCHED THEN INSERT (id, person_id, code) VALUES (p.id + 10, p.id, 'new' || p.id)
RETURNING merge_action() AS action, p.id, p.nick, o.code, o.amount, old.id AS old_id, new.id AS new_id;

-- name: OldNewDeleted :many
DELETE FROM stock RETURNING old.sku AS old_sku, new.sku AS new_sku;

-- name: OldNewUpserted :many
INSERT INTO stock (sku, quantity) VALUES ('s1', 1), ('s7', 1) ON CONFLICT (sku) DO UPDATE SET quantity = 9
RETURNING old.quantity AS before, new.quantity AS after;

-- name: UpdatePartitioned :many
UPDATE readings SET value = 0 RETURNING sensor, day, value;

-- name: UpdateGenerated :many
UPDATE people SET name = 'Zed' WHERE nick = 'one' RETURNING name_length, nick_length, nick;

-- name: InsertFromCte :many
WITH s AS (SELECT p.id, p.nick FROM people AS p) INSERT INTO stock (sku, quantity, note) SELECT 'p' || s.id, 1, s.nick FROM s RETURNING sku, note;

-- name: DeleteDuplicates :many
DELETE FROM orders AS o USING orders AS other WHERE o.person_id = other.person_id AND o.id > other.id RETURNING o.id, o.amount, other.amount AS kept;

-- name: UpdateInView :many
UPDATE renamed SET remark = 'x' WHERE code = 's1' RETURNING code, remark;
