-- !!
SELECT a.id, b.id FROM a JOIN b ON a.id = b.a_id;

-- !!
SELECT a.id, b.id FROM a, b;

-- !???
SELECT a.id, b.id, b.k, b.o FROM a LEFT JOIN b ON a.id = b.a_id;

-- ?!!
SELECT a.id, b.id, b.k FROM a RIGHT JOIN b ON a.id = b.a_id;

-- ??
SELECT a.id, b.id FROM a FULL JOIN b ON a.id = b.a_id;

-- !??
SELECT a.id, b.id, c.id FROM a LEFT JOIN b ON a.id = b.a_id LEFT JOIN c ON b.id = c.b_id;

-- !??
SELECT a.id, b.id, c.id FROM a LEFT JOIN (b JOIN c ON b.id = c.b_id) ON a.id = b.a_id;

-- !!!
SELECT a.id, b.id, c.id FROM a LEFT JOIN b ON a.id = b.a_id JOIN c ON b.id = c.b_id;

-- !?!
SELECT a.id, b.id, c.id FROM a LEFT JOIN b ON a.id = b.a_id JOIN c ON true;

-- ??!
SELECT a.id, b.id, c.id FROM a LEFT JOIN b ON a.id = b.a_id RIGHT JOIN c ON b.id = c.b_id;

-- !??
SELECT a.id, b.id, c.id FROM a LEFT JOIN (b FULL JOIN c ON b.id = c.b_id) ON a.id = b.a_id;

-- !
SELECT id FROM a JOIN b USING (id);

-- !?
SELECT id, a.n FROM a LEFT JOIN b USING (id);

-- !?!
SELECT id, a.n, b.k FROM a RIGHT JOIN b USING (id);

-- !??
SELECT id, a.id, b.id FROM a FULL JOIN b USING (id);

-- !??
SELECT id, k, n FROM a NATURAL FULL JOIN b;

-- ??
SELECT x, n FROM a FULL JOIN (SELECT o AS x FROM b) AS s USING (x);

-- !
SELECT id FROM a FULL JOIN b USING (id) FULL JOIN c USING (id);

-- !?
SELECT j.id, j.k FROM (a LEFT JOIN b USING (id)) AS j;

-- ?
SELECT j.id FROM (a JOIN b USING (id)) AS j RIGHT JOIN c ON j.id = c.b_id;

-- !?
SELECT id, x FROM a FULL JOIN b USING (id) LEFT JOIN c AS d (e, id2, x2) ON e = id;

-- !?
SELECT one.id, two.id FROM a AS one LEFT JOIN a AS two ON one.x = two.id;

-- !?
SELECT a.id, s.id FROM a LEFT JOIN (SELECT * FROM b) AS s ON a.id = s.a_id;

-- !?
SELECT a.id, l.k FROM a LEFT JOIN LATERAL (SELECT k FROM b WHERE a_id = a.id) AS l ON true;

-- !!
SELECT a.id, l.n FROM a LEFT JOIN LATERAL (SELECT count(*) AS n FROM b WHERE a_id = a.id) AS l ON
true;

-- !?
SELECT a.id, l.n FROM a LEFT JOIN LATERAL (SELECT count(*) AS n FROM b WHERE a_id = a.id) AS l ON
l.n > 1;

-- !?
SELECT a.id, l.m FROM a LEFT JOIN LATERAL (SELECT max(id) AS m FROM b WHERE a_id = a.id) AS l ON
true;

-- !?
SELECT a.id, l.n FROM a LEFT JOIN LATERAL (SELECT count(*) AS n FROM b WHERE a_id = a.id HAVING
false) AS l ON true;

-- !?
SELECT a.id, l.n FROM a LEFT JOIN LATERAL (SELECT count(*) AS n FROM b LIMIT 0) AS l ON true;

-- !!
SELECT a.id, l.n FROM a LEFT JOIN LATERAL (SELECT count(*) AS n FROM b LIMIT 1) AS l ON true;

-- !?
SELECT a.id, l.y FROM a CROSS JOIN LATERAL (SELECT a.x AS y) AS l;

-- !!
SELECT a.id, l.y FROM a CROSS JOIN LATERAL (SELECT a.x AS y) AS l WHERE a.x > 0;

-- ?
SELECT l.y FROM a LEFT JOIN b ON a.id = b.a_id CROSS JOIN LATERAL (SELECT b.id AS y) AS l;

-- !
SELECT l.y FROM a CROSS JOIN LATERAL (SELECT a.x AS y FROM b WHERE b.id = a.x) AS l;
