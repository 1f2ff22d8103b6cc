INSERT INTO people (id, name, nick, boss_id, mood, moods, tags, scores, data, extra, born, seen_at, span, spans,
    address, photo, pause, wakes_at, height, motto) VALUES
(1, 'Ada', 'one', NULL, 'ok', '{ok,NULL}', '{a}', '{1}', '{"a": 1, "l": [1, null]}', '{"k": "v"}', '1815-12-10',
    '2026-01-01', '[1,5)', '{[2026-01-01,2026-02-01)}', '10.0.0.1', '\x00ff', '1 day', '07:00', 1.7, 'go'),
(2, 'Bob', NULL, 1, NULL, NULL, '{}', NULL, '{}', NULL, NULL, '2026-01-02', 'empty', NULL,
    NULL, NULL, NULL, NULL, NULL, NULL),
(3, 'Cyd', 'three', 1, 'so so', '{}', '{NULL}', '{NULL,3}', '{"a": null}', 'null', '1990-01-01', '2026-01-03', '(,)', '{}',
    '::1', '', '-1 hour', '00:00', 'NaN', ''),
(4, 'Dan', NULL, 3, 'sad', '{sad,ok}', '{x,y}', '{}', '{"b": {"c": 2}}', '[1]', NULL, '2026-01-04', '[1,)', NULL,
    NULL, NULL, NULL, NULL, NULL, NULL),
(9, 'Eve', 'nine', NULL, NULL, NULL, '{}', NULL, '{}', NULL, '2000-02-29', '2026-01-09', 'empty', NULL,
    NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO orders (id, person_id, code, amount, placed_at) VALUES
(1, 1, 'k1', 1, '2026-01-01'), (2, 1, 'k2', NULL, '2026-01-02'), (3, 99, 'k3', 3.5, '2026-01-03'),
(4, 4, 'k4', 4, '2026-01-04'), (5, 98, 'k5', NULL, '2026-01-05'), (6, 3, 'k6', NULL, '2026-01-06');
INSERT INTO lines (id, order_id, quantity) VALUES
(1, 1, 1), (2, NULL, NULL), (3, 4, NULL), (4, 77, 4), (5, 2, 5);
INSERT INTO stock (sku, quantity, note) VALUES ('s1', 5, NULL), ('s2', 0, 'gone'), ('s3', 7, NULL);
INSERT INTO rooms (id, booked, guest) VALUES (1, '[2026-01-01,2026-01-05)', NULL), (2, '[2026-02-01,)', 'Ada');
INSERT INTO readings (sensor, day, value) VALUES (1, '2026-03-01', NULL), (1, '2027-03-01', 2.5), (2, '2026-03-02', 1);
REFRESH MATERIALIZED VIEW totals;
INSERT INTO other.odd VALUES (1, '{a}', 'ok', 'x', 'r', 's', '{s,NULL}', '{{1,2},{3,NULL}}', '{empty}', '{101}', '{n}', '{1.5}',
'{a b}', ARRAY[point(1,2)], '{c}', '{08:00:2b:01:02:03}', ARRAY['{}'::jsonb], 'a', '{2026-01-01}', '{7}');
INSERT INTO other.odd (id, req) VALUES (2, 'r');
INSERT INTO houses VALUES
(1, ROW('High "St", 1', 7, 'so so', '{a,NULL}', ROW('s', '{s,m,NULL}')), ARRAY[ROW('', NULL, NULL, NULL, NULL), NULL]::address [], ROW(NULL, 1, 'ok', '{}', ROW(NULL, NULL)), '{x,NULL}'),
(2, ROW('(x)', NULL, NULL, NULL, NULL), '{}', NULL, NULL), (3, ROW(NULL, NULL, NULL, NULL, NULL), '{}', NULL, NULL);
INSERT INTO other.people VALUES (1, 'Ada', 1), (2, NULL, NULL);
