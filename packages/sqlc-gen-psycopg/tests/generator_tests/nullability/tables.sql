-- !?
SELECT id, n FROM a;

-- !?!
SELECT tags, opts, data FROM a;

-- ???!
SELECT short, req, upper(req), 'x'::required_text FROM a;

-- !?
SELECT g, gx FROM a;

-- !!!
SELECT ctid, tableoid, xmin FROM a;

-- !
SELECT a FROM a;

-- !?
SELECT a, b FROM a LEFT JOIN b ON a.id = b.a_id;

-- !?
SELECT kept, lost FROM parent;

-- !?
SELECT id, v FROM parted;

-- !??!
SELECT id, n, k, o FROM v;

-- !?!
SELECT id, k, n FROM v_of_v;

-- ?!
SELECT one, two FROM renamed;

-- !?
SELECT id, x FROM m;

-- !?
SELECT i, half FROM counter;

-- !!
SELECT v.id, v.k FROM v WHERE v.k = 'k1';

-- !?
SELECT b.id, v.id FROM b LEFT JOIN v ON b.a_id = v.id;

-- !??
SELECT relname, relacl, reloptions FROM pg_class;

-- !~ | why: max
SELECT count(*), max(table_name) FROM information_schema.tables;

-- ?
SELECT y FROM computed;

-- !
SELECT y FROM alike;

-- ?!! | since: 18
SELECT x, y, n FROM before;

-- ?! | since: 18
SELECT x, n FROM of_before;

-- ?! | since: 18
SELECT x, y FROM before_that;
