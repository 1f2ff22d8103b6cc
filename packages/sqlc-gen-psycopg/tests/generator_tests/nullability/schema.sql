CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN short_text AS text CHECK (length(value) < 40);
CREATE DOMAIN required_text AS text NOT NULL;
CREATE TYPE pair AS (first integer, second text);

CREATE TABLE a (
    id integer PRIMARY KEY,
    n text,
    x integer,
    tags text [] NOT NULL DEFAULT '{}',
    opts integer [],
    data jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL DEFAULT now(),
    r int4range NOT NULL DEFAULT 'empty',
    short short_text,
    req required_text DEFAULT 'r',
    mood mood,
    p pair,
    g integer GENERATED ALWAYS AS (id + 1) STORED,
    gx integer GENERATED ALWAYS AS (x + 1) STORED
);
CREATE TABLE b (
    id integer PRIMARY KEY,
    a_id integer NOT NULL,
    k text NOT NULL,
    o integer
);
CREATE TABLE c (
    id integer PRIMARY KEY,
    b_id integer,
    z integer
);
CREATE TABLE empty (id integer PRIMARY KEY, k text NOT NULL, o integer);

CREATE VIEW v AS
SELECT a.id, a.n, b.k, coalesce(b.o, 0) AS o
FROM a
LEFT JOIN b ON a.id = b.a_id;
CREATE VIEW v_of_v AS SELECT v.id, v.k, v.n FROM v WHERE v.n IS NOT NULL;
CREATE VIEW renamed (one, two) AS SELECT n, id FROM a;
CREATE MATERIALIZED VIEW m AS SELECT id, x FROM a WITH NO DATA;
CREATE RECURSIVE VIEW counter (i, half) AS
SELECT 1, NULL::integer
UNION ALL
SELECT i + 1, i / 2 FROM counter WHERE i < 4;

CREATE TABLE parent (id integer NOT NULL, kept integer NOT NULL, lost integer NOT NULL);
CREATE TABLE child (only_here integer) INHERITS (parent);
CREATE TABLE parted (id integer NOT NULL, v integer) PARTITION BY LIST (id);
CREATE TABLE part_1 PARTITION OF parted FOR VALUES IN (1);

CREATE TABLE lists (
    id integer PRIMARY KEY,
    tags text [],
    kept integer [] NOT NULL,
    document jsonb NOT NULL,
    p pair NOT NULL,
    r int4range,
    z timestamptz
);
CREATE TABLE filled (id integer NOT NULL, a integer, n integer DEFAULT 5, o integer DEFAULT NULL, at timestamptz DEFAULT now());
CREATE TYPE single AS (alone integer);

CREATE TABLE computed (x integer, y integer GENERATED ALWAYS AS (coalesce(x, 0)) STORED);
CREATE TABLE computed_alike (x integer, y integer GENERATED ALWAYS AS (coalesce(x, 0)) STORED);
CREATE TABLE computed_otherwise (x integer, y integer GENERATED ALWAYS AS (x) STORED);
CREATE TABLE alike (x integer, y integer GENERATED ALWAYS AS (coalesce(x, 0)) STORED);
ALTER TABLE computed_otherwise INHERIT computed;
ALTER TABLE computed_alike INHERIT alike;
INSERT INTO computed (x) VALUES (1);
INSERT INTO computed_alike (x) VALUES (NULL);
INSERT INTO computed_otherwise (x) VALUES (NULL);

CREATE TABLE guarded (id integer NOT NULL, v integer) PARTITION BY LIST (id);
CREATE TABLE guarded_1 PARTITION OF guarded FOR VALUES IN (1);

CREATE TABLE ruled (id integer PRIMARY KEY, o integer NOT NULL);
CREATE TABLE instead (id integer PRIMARY KEY, o integer);
INSERT INTO ruled VALUES (1, 1);
INSERT INTO instead VALUES (1, 1);
CREATE RULE rule_of_update AS ON UPDATE TO ruled DO INSTEAD
UPDATE instead SET o = NULL WHERE instead.id = old.id RETURNING instead.*;
CREATE RULE rule_of_delete AS ON DELETE TO ruled DO INSTEAD
DELETE FROM instead WHERE instead.id = old.id RETURNING instead.id, NULL::integer;
CREATE RULE rule_of_insert AS ON INSERT TO ruled DO INSTEAD
INSERT INTO instead VALUES (new.id, NULL) RETURNING instead.*;
CREATE VIEW ruled_view AS SELECT b.id, b.k AS o FROM b;
CREATE RULE rule_of_view AS ON DELETE TO ruled_view DO INSTEAD
DELETE FROM b WHERE b.id = old.id RETURNING b.id, NULL::text;

CREATE TABLE erased (id integer PRIMARY KEY, o integer);

CREATE FUNCTION nothing(integer) RETURNS integer LANGUAGE sql STRICT IMMUTABLE AS
'SELECT NULL::integer';
CREATE FUNCTION rows_of_b() RETURNS SETOF b LANGUAGE sql AS
'SELECT NULL::integer, NULL::integer, NULL::text, NULL::integer';
CREATE FUNCTION pairs() RETURNS TABLE (one integer, two text) LANGUAGE sql AS 'SELECT 1, NULL';
CREATE FUNCTION maybe(integer) RETURNS integer LANGUAGE sql VOLATILE STRICT AS
'SELECT CASE WHEN $1 = 1 THEN NULL ELSE 1 END';

INSERT INTO a (id, n, x, tags, opts, data, at, r, short, mood, p) VALUES
(1, 'one', 1, '{a}', '{1}', '{"a": 1}', '2026-01-01', '[1,5)', 's', 'ok', (1, 'p')),
(2, NULL, NULL, '{}', NULL, '{}', 'infinity', 'empty', NULL, NULL, NULL),
(3, 'three', NULL, '{NULL}', '{NULL}', '{"a": null}', '2026-01-03', '(,)', NULL, 'sad', (NULL, NULL)),
(4, NULL, 4, '{x,y}', '{}', '[1, null]', '-infinity', '[1,)', 's', NULL, NULL),
(9, 'nine', NULL, '{}', NULL, '{}', '2026-01-09', 'empty', NULL, NULL, NULL);
UPDATE a SET req = (SELECT o.req FROM a AS o WHERE o.id = 0) WHERE id = 9;
INSERT INTO lists VALUES
(1, '{a}', '{1,NULL}', '[1]', (1, NULL), '[1,2)', '2026-01-01'), (2, NULL, '{}', 'null', (NULL, NULL), NULL, NULL);
INSERT INTO filled VALUES (1, NULL, NULL, NULL, NULL);
INSERT INTO b (id, a_id, k, o) VALUES
(1, 1, 'k1', 1), (2, 1, 'k2', NULL), (3, 99, 'k3', 3), (4, 4, 'k4', 4), (5, 98, 'k5', NULL), (6, 3, 'k6', NULL);
INSERT INTO c (id, b_id, z) VALUES (1, 1, 1), (2, NULL, NULL), (3, 4, NULL), (4, 77, 4), (5, 2, 5);
INSERT INTO parent VALUES (1, 1, 1);
INSERT INTO erased VALUES (1, 1);
INSERT INTO parted VALUES (1, NULL);

CREATE FUNCTION erase() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN new.o := NULL; RETURN new; END';
CREATE TRIGGER erase BEFORE INSERT OR UPDATE ON erased FOR EACH ROW EXECUTE FUNCTION erase();
CREATE FUNCTION erase_v() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN new.v := NULL; RETURN new; END';
CREATE TRIGGER erase BEFORE INSERT OR UPDATE ON guarded_1 FOR EACH ROW EXECUTE FUNCTION erase_v();

CREATE TABLE late (x integer, y integer NOT NULL);
INSERT INTO late VALUES (NULL, 1);
CREATE MATERIALIZED VIEW before AS SELECT x, y, count(*) AS n FROM late GROUP BY x, y;
CREATE MATERIALIZED VIEW before_that AS SELECT x, y FROM before;
DELETE FROM late;
ALTER TABLE late ALTER COLUMN x SET NOT NULL;
CREATE VIEW of_before AS SELECT x, n FROM before;

REFRESH MATERIALIZED VIEW m;

CREATE FUNCTION count_of(wanted integer) RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT 1;
    SELECT count(*) FROM b WHERE b.a_id = count_of.wanted;
END;
CREATE FUNCTION total_of(wanted integer) RETURNS bigint LANGUAGE sql STABLE
RETURN (SELECT coalesce(sum(b.o), 0) FROM b WHERE b.a_id = total_of.wanted);
CREATE FUNCTION double_of(given integer) RETURNS bigint LANGUAGE sql STABLE STRICT
RETURN 2 * count_of(double_of.given);
CREATE FUNCTION sum_of(wanted integer) RETURNS bigint LANGUAGE sql STABLE
RETURN (SELECT sum(b.o) FROM b WHERE b.a_id = sum_of.wanted);
CREATE FUNCTION first_of(wanted integer) RETURNS text LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT count(*) FROM b;
    SELECT b.k FROM b WHERE b.a_id = first_of.wanted;
END;
CREATE FUNCTION same(given integer) RETURNS integer LANGUAGE sql STABLE RETURN same.given;
CREATE FUNCTION no_mood(integer) RETURNS mood LANGUAGE sql AS 'SELECT NULL::mood';
CREATE CAST (integer AS mood) WITH FUNCTION no_mood(integer) AS ASSIGNMENT;
CREATE FUNCTION mood_of_one() RETURNS mood LANGUAGE sql BEGIN ATOMIC
    SELECT 1;
END;
CREATE FUNCTION nothing_done() RETURNS void LANGUAGE sql BEGIN ATOMIC END;
CREATE FUNCTION with_default(first integer, second integer DEFAULT NULL) RETURNS integer LANGUAGE sql
STABLE STRICT RETURN 1;
CREATE FUNCTION number_of(mood) RETURNS integer LANGUAGE sql STRICT IMMUTABLE AS 'SELECT NULL::integer';
CREATE CAST (mood AS integer) WITH FUNCTION number_of(mood) AS IMPLICIT;
