-- !
SELECT n FROM a WHERE n IS NOT NULL;

-- ?
SELECT n FROM a WHERE n IS NULL;

-- !?
SELECT n, x FROM a WHERE n = 'three';

-- !!
SELECT n, x FROM a WHERE n = 'one' AND x = 1;

-- ??
SELECT n, x FROM a WHERE n = 'three' OR x = 4;

-- !
SELECT x FROM a WHERE x = 1 OR x = 4;

-- !
SELECT n FROM a WHERE NOT (n IS NULL);

-- !?
SELECT n, x FROM a WHERE NOT (n IS NULL OR id = 1);

-- ??
SELECT n, x FROM a WHERE NOT (n = 'x' AND x = 9);

-- !
SELECT x FROM a WHERE NOT (x = 9 AND x = 8);

-- !
SELECT x FROM a WHERE x + 1 > 0;

-- !
SELECT n FROM a WHERE upper(n) LIKE 'T%';

-- ??
SELECT n, x FROM a WHERE coalesce(n, 'one') = 'one';

-- !
SELECT x FROM a WHERE x IN (1, 4);

-- !
SELECT x FROM a WHERE x NOT IN (1, 2);

-- ! | with: [1, 4]
SELECT x FROM a WHERE x = ANY ($1::integer[]);

-- ? | with: []
SELECT x FROM a WHERE x <> ALL ($1::integer[]);

-- !
SELECT x FROM a WHERE x = ANY (opts);

-- !
SELECT opts FROM a WHERE 1 = ALL (opts);

-- !
SELECT x FROM a WHERE x BETWEEN 0 AND 9;

-- !
SELECT x FROM a WHERE x IN (SELECT id FROM b);

-- ?
SELECT x FROM a WHERE x NOT IN (SELECT id FROM empty);

-- !!
SELECT x, id FROM a WHERE (x, id) IN (SELECT id, id FROM b);

-- ~ | why: EXISTS
SELECT x FROM a WHERE EXISTS (SELECT FROM b WHERE b.id = a.x);

-- !
SELECT x FROM a WHERE (x > 0) IS TRUE;

-- !
SELECT x FROM a WHERE (x > 9) IS FALSE;

-- !
SELECT x FROM a WHERE (x > 9) IS NOT UNKNOWN;

-- ?
SELECT x FROM a WHERE (x > 9) IS NOT TRUE;

-- ?
SELECT x FROM a WHERE (x > 9) IS UNKNOWN;

-- !
SELECT x FROM a WHERE x IS NOT DISTINCT FROM 1;

-- ? | with: None
SELECT x FROM a WHERE x IS NOT DISTINCT FROM $1;

-- ?
SELECT x FROM a WHERE x IS DISTINCT FROM 1;

-- !
SELECT x FROM a WHERE (x, id) > (0, 0);

-- ?!
SELECT x, id FROM a WHERE (id, x) > (0, 0);

-- !
SELECT p FROM a WHERE p IS NOT NULL;

-- !
SELECT n FROM a WHERE nothing(x) IS NULL AND n LIKE '%';

-- !
SELECT data ->> 'a' AS a FROM a WHERE data ->> 'a' IS NOT NULL;

-- !?
SELECT data ->> 'a', data ->> 'b' FROM a WHERE data ->> 'a' = '1';

-- ?
SELECT maybe(id) FROM a WHERE maybe(id) IS NULL;

-- ? | with: None
SELECT $1::integer + 1 FROM a WHERE $1::integer IS NULL;

-- !
SELECT x::text FROM a WHERE x::text <> '';

-- !
SELECT short FROM a WHERE short = 's';

-- !!
SELECT id, x FROM a WHERE x = id ORDER BY x LIMIT 1;

-- !!
SELECT a.x, b.o FROM a JOIN b ON a.x = b.o;

-- ??
SELECT a.x, b.o FROM a LEFT JOIN b ON a.x = b.o;

-- !!
SELECT a.x, b.o FROM a LEFT JOIN b ON a.x = b.o WHERE b.id > 0;

-- ??
SELECT a.x, b.o FROM a RIGHT JOIN b ON a.x = b.o;

-- !!
SELECT a.x, b.o FROM a RIGHT JOIN b ON a.x = b.o WHERE a.id > 0;

-- !?
SELECT a.id, b.id FROM a FULL JOIN b ON a.id = b.a_id WHERE a.id > 0;

-- ?!
SELECT a.id, b.id FROM a FULL JOIN b ON a.id = b.a_id WHERE b.id > 0;

-- !!
SELECT a.id, b.id FROM a FULL JOIN b ON a.id = b.a_id WHERE a.id > 0 AND b.id > 0;

-- !??
SELECT a.id, b.id, b.o FROM a LEFT JOIN b ON a.id = b.a_id AND b.o > 0;

-- !!
SELECT b.id, b.o FROM a LEFT JOIN b ON a.id = b.a_id AND b.o > 0 WHERE b.id > 0;

-- ?!?
SELECT a.n, b.id, b.o FROM a LEFT JOIN b ON a.id = b.a_id WHERE b.k <> '';

-- ?
SELECT b.id FROM a LEFT JOIN b ON a.id = b.a_id WHERE b.id IS NULL;

-- !!?
SELECT b.id, c.id, c.z FROM a LEFT JOIN b ON a.id = b.a_id LEFT JOIN c ON b.id = c.b_id WHERE c.id
> 0;

-- !?
SELECT b.id, c.id FROM a LEFT JOIN b ON a.id = b.a_id LEFT JOIN c ON b.id = c.b_id WHERE b.id > 0;

-- ?
SELECT b.id FROM a LEFT JOIN b ON a.id = b.a_id WHERE a.id = 2 OR b.id = 1;

-- ~ | why: two columns of one table
SELECT b.id FROM a LEFT JOIN b ON a.id = b.a_id WHERE b.o = 4 OR b.id = 1;

-- !!
SELECT b.id, b.k FROM a LEFT JOIN b ON a.id = b.a_id WHERE b IS NOT NULL;

-- ??
SELECT b.o, c.z FROM a LEFT JOIN (b JOIN c ON b.o = c.z) ON a.id = b.a_id;

-- !!
SELECT b.o, c.z FROM a LEFT JOIN (b JOIN c ON b.o = c.z) ON a.id = b.a_id WHERE c.id = 1;

-- ? | with: None
SELECT $1::integer FROM a LEFT JOIN (b JOIN c ON b.o = $1) ON a.id = b.a_id;

-- !
SELECT s.y FROM (SELECT x AS y FROM a) AS s WHERE s.y > 0;

-- !
SELECT s.y FROM (SELECT x AS y FROM a WHERE x > 0) AS s;

-- !
SELECT id FROM a FULL JOIN b USING (id) WHERE id > 0;

-- ?
SELECT x FROM a WHERE x = ALL (ARRAY['{}'::integer[]]);

-- !!
SELECT x, (SELECT (SELECT x)) FROM a WHERE x >= ALL (ARRAY[ARRAY[1, 0]]);

-- ?
SELECT 5 = ANY (ARRAY[ARRAY[1, NULL]]);

-- !
SELECT 5 = ANY (ARRAY[ARRAY[1, 2], ARRAY[3, 4]]);
