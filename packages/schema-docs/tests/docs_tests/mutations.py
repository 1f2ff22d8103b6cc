"""Single changes of the shop's schema, each of a kind of its own."""

from typing import Final

COLUMNS: Final = {
    "column added": "ALTER TABLE customers ADD COLUMN phone text",
    "column dropped": "ALTER TABLE customers DROP COLUMN remarks",
    "column renamed": "ALTER TABLE customers RENAME COLUMN remarks TO notes",
    "type changed": "ALTER TABLE orders ALTER COLUMN amount TYPE bigint",
    "length changed": "ALTER TABLE customers ALTER COLUMN email TYPE varchar(320)",
    "precision changed": "ALTER TABLE stock.items ALTER COLUMN price TYPE numeric(14, 2)",
    "not null set": "ALTER TABLE customers ALTER COLUMN remarks SET NOT NULL",
    "not null dropped": "ALTER TABLE customers ALTER COLUMN name DROP NOT NULL",
    "not null named": "ALTER TABLE customers ADD CONSTRAINT remarked NOT NULL remarks",
    "default set": "ALTER TABLE customers ALTER COLUMN remarks SET DEFAULT ''",
    "default dropped": "ALTER TABLE customers ALTER COLUMN created_at DROP DEFAULT",
    "default changed": "ALTER TABLE orders ALTER COLUMN amount SET DEFAULT 2",
    "identity always": "ALTER TABLE orders ALTER COLUMN id SET GENERATED ALWAYS",
    "identity dropped": "ALTER TABLE orders ALTER COLUMN id DROP IDENTITY",
    "identity in steps": "ALTER TABLE orders ALTER COLUMN id SET INCREMENT BY 2",
    "identity from elsewhere": "ALTER TABLE orders ALTER COLUMN id SET START WITH 100",
    "generated column": "ALTER TABLE orders ADD COLUMN twice int"
    " GENERATED ALWAYS AS (amount * 2) STORED",
    "collation": 'ALTER TABLE customers ALTER COLUMN remarks TYPE text COLLATE "C"',
    "storage": "ALTER TABLE customers ALTER COLUMN remarks SET STORAGE EXTERNAL",
    "compression": "ALTER TABLE customers ALTER COLUMN remarks SET COMPRESSION pglz",
    "statistics target": "ALTER TABLE customers ALTER COLUMN name SET STATISTICS 500",
    "column option": "ALTER TABLE customers ALTER COLUMN name SET (n_distinct = 5)",
    "column comment": "COMMENT ON COLUMN customers.email IS 'Where mail goes'",
    "column comment dropped": "COMMENT ON COLUMN customers.email IS NULL",
}
TABLES: Final = {
    "table added": "CREATE TABLE carts (id int)",
    "table dropped": "DROP TABLE orders CASCADE",
    "table renamed": "ALTER TABLE orders RENAME TO purchases",
    "table moved": "ALTER TABLE orders SET SCHEMA stock",
    "table comment": "COMMENT ON TABLE orders IS 'What is bought'",
    "unlogged": "ALTER TABLE orders SET UNLOGGED",
    "fill factor": "ALTER TABLE orders SET (fillfactor = 70)",
    "replica identity": "ALTER TABLE orders REPLICA IDENTITY FULL",
    "clustered": "ALTER TABLE orders CLUSTER ON orders_pkey",
    "inherited": "CREATE TABLE gifts () INHERITS (orders)",
    "partitioned": "CREATE TABLE visits (at date) PARTITION BY RANGE (at)",
    "row security": "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
    "row security forced": "ALTER TABLE orders FORCE ROW LEVEL SECURITY",
    "policy": "CREATE POLICY mine ON orders USING (paid)",
    "rule": "CREATE RULE quiet AS ON DELETE TO orders DO INSTEAD NOTHING",
    "extended statistics": "CREATE STATISTICS pairs ON customer_id, item_code FROM orders",
}
CONSTRAINTS: Final = {
    "check added": "ALTER TABLE orders ADD CONSTRAINT later CHECK (ordered_at > '2000-01-01')",
    "check dropped": "ALTER TABLE orders DROP CONSTRAINT orders_amount_limit",
    "check changed": "ALTER TABLE orders DROP CONSTRAINT orders_amount_limit;"
    " ALTER TABLE orders ADD CONSTRAINT orders_amount_limit CHECK (amount <= 1001)",
    "check renamed": "ALTER TABLE orders RENAME CONSTRAINT orders_amount_limit TO few",
    "check not validated": "ALTER TABLE orders DROP CONSTRAINT orders_amount_limit;"
    " ALTER TABLE orders ADD CONSTRAINT orders_amount_limit CHECK (amount <= 1000) NOT VALID",
    "check not inherited": "ALTER TABLE orders DROP CONSTRAINT orders_amount_limit;"
    " ALTER TABLE orders ADD CONSTRAINT orders_amount_limit CHECK (amount <= 1000) NO INHERIT",
    "constraint comment": "COMMENT ON CONSTRAINT orders_amount_limit ON orders IS 'enough'",
    "primary key dropped": "ALTER TABLE orders DROP CONSTRAINT orders_pkey",
    "primary key renamed": "ALTER TABLE orders RENAME CONSTRAINT orders_pkey TO orders_key",
    "unique constraint": "ALTER TABLE customers ADD CONSTRAINT one_name UNIQUE (name)",
    "nulls not distinct": "CREATE UNIQUE INDEX one ON orders (paid) NULLS NOT DISTINCT",
    "exclusion": "ALTER TABLE orders ADD CONSTRAINT apart EXCLUDE (id WITH =)",
    "foreign key added": "ALTER TABLE orders ADD CONSTRAINT again FOREIGN KEY (id)"
    " REFERENCES customers (id)",
    "foreign key dropped": "ALTER TABLE orders DROP CONSTRAINT orders_item_code_fkey",
    "foreign key deferrable": "ALTER TABLE orders ALTER CONSTRAINT orders_item_code_fkey"
    " DEFERRABLE",
    "foreign key deferred": "ALTER TABLE orders ALTER CONSTRAINT orders_item_code_fkey"
    " DEFERRABLE INITIALLY DEFERRED",
    "on delete": "ALTER TABLE orders DROP CONSTRAINT orders_item_code_fkey; ALTER TABLE orders"
    " ADD CONSTRAINT orders_item_code_fkey FOREIGN KEY (item_code) REFERENCES stock.items"
    " ON DELETE RESTRICT",
    "on update": "ALTER TABLE orders DROP CONSTRAINT orders_item_code_fkey; ALTER TABLE orders"
    " ADD CONSTRAINT orders_item_code_fkey FOREIGN KEY (item_code) REFERENCES stock.items"
    " ON UPDATE CASCADE",
    "match full": "ALTER TABLE orders DROP CONSTRAINT orders_item_code_fkey; ALTER TABLE orders"
    " ADD CONSTRAINT orders_item_code_fkey FOREIGN KEY (item_code) REFERENCES stock.items"
    " MATCH FULL",
}
INDEXES: Final = {
    "index added": "CREATE INDEX by_time ON orders (ordered_at)",
    "index dropped": "DROP INDEX customers_status_idx",
    "index renamed": "ALTER INDEX customers_status_idx RENAME TO by_status",
    "index comment": "COMMENT ON INDEX customers_status_idx IS 'for the staff'",
    "unique lost": "DROP INDEX customers_email_key;"
    " CREATE INDEX customers_email_key ON customers (lower(email))",
    "expression changed": "DROP INDEX customers_email_key;"
    " CREATE UNIQUE INDEX customers_email_key ON customers (upper(email))",
    "partial": "DROP INDEX customers_status_idx;"
    " CREATE INDEX customers_status_idx ON customers (status) WHERE status = 'new'",
    "covering": "DROP INDEX customers_status_idx;"
    " CREATE INDEX customers_status_idx ON customers (status) INCLUDE (name)",
    "descending": "DROP INDEX customers_status_idx;"
    " CREATE INDEX customers_status_idx ON customers (status DESC)",
    "nulls first": "DROP INDEX customers_status_idx;"
    " CREATE INDEX customers_status_idx ON customers (status NULLS FIRST)",
    "method": "DROP INDEX customers_status_idx;"
    " CREATE INDEX customers_status_idx ON customers USING hash (status)",
    "operator class": "CREATE INDEX by_name ON customers (name text_pattern_ops)",
    "index option": "ALTER INDEX customers_status_idx SET (fillfactor = 80)",
    "order of columns": "DROP INDEX orders_customer_id_idx;"
    " CREATE INDEX orders_customer_id_idx ON orders (ordered_at, customer_id)",
}
TYPES: Final = {
    "label added": "ALTER TYPE customer_status ADD VALUE 'gone'",
    "label added before": "ALTER TYPE customer_status ADD VALUE 'seen' BEFORE 'new'",
    "label renamed": "ALTER TYPE customer_status RENAME VALUE 'blocked' TO 'barred'",
    "enum added": "CREATE TYPE mood AS ENUM ('glad')",
    "enum renamed": "ALTER TYPE customer_status RENAME TO client_status",
    "type comment": "COMMENT ON TYPE customer_status IS 'how well known'",
    "domain": "CREATE DOMAIN positive AS int CHECK (value > 0)",
    "composite type": "CREATE TYPE pair AS (a int, b int)",
    "range type": "CREATE TYPE spell AS RANGE (subtype = time)",
}
ROUTINES: Final = {
    "function added": "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "function dropped": "DROP FUNCTION count_rows(text)",
    "body changed": "CREATE OR REPLACE FUNCTION count_rows(table_name text) RETURNS bigint"
    " LANGUAGE plpgsql AS 'BEGIN RETURN 0; END'",
    "overloaded": "CREATE FUNCTION count_rows(int) RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "volatility": "ALTER FUNCTION count_rows(text) STABLE",
    "security definer": "ALTER FUNCTION count_rows(text) SECURITY DEFINER",
    "strict": "ALTER FUNCTION count_rows(text) STRICT",
    "function setting": "ALTER FUNCTION count_rows(text) SET search_path = pg_catalog",
    "cost": "ALTER FUNCTION count_rows(text) COST 1",
    "parallel": "ALTER FUNCTION count_rows(text) PARALLEL SAFE",
    "procedure": "CREATE PROCEDURE nothing() LANGUAGE sql AS ''",
    "aggregate": "CREATE AGGREGATE add_up(int) (sfunc = int4pl, stype = int)",
    "trigger added": "CREATE TRIGGER again AFTER INSERT ON orders FOR EACH ROW"
    " EXECUTE FUNCTION take_from_stock()",
    "trigger dropped": "DROP TRIGGER orders_take_from_stock ON orders",
    "trigger disabled": "ALTER TABLE orders DISABLE TRIGGER orders_take_from_stock",
    "trigger renamed": "ALTER TRIGGER orders_take_from_stock ON orders RENAME TO take",
    "trigger condition": "CREATE OR REPLACE TRIGGER orders_take_from_stock AFTER INSERT ON orders"
    " FOR EACH ROW WHEN (NEW.paid) EXECUTE FUNCTION take_from_stock()",
    "event trigger": "CREATE FUNCTION hear() RETURNS event_trigger LANGUAGE plpgsql"
    " AS 'BEGIN END'; CREATE EVENT TRIGGER heard ON sql_drop EXECUTE FUNCTION hear()",
}
OTHERS: Final = {
    "view added": "CREATE VIEW paid_orders AS SELECT id FROM orders WHERE paid",
    "view changed": "CREATE OR REPLACE VIEW unpaid_orders AS SELECT orders.id, customers.name,"
    " orders.ordered_at FROM orders JOIN customers ON customers.id = orders.customer_id",
    "view option": "ALTER VIEW unpaid_orders SET (security_barrier)",
    "materialized view": "CREATE MATERIALIZED VIEW names AS SELECT name FROM customers",
    "schema added": "CREATE SCHEMA archive",
    "sequence added": "CREATE SEQUENCE numbers",
    "table granted": "GRANT DELETE ON orders TO shop_reader",
    "column granted": "GRANT UPDATE (name) ON customers TO shop_reader",
    "grant taken": "REVOKE SELECT ON customers FROM shop_reader",
    "grant with grant option": "GRANT SELECT ON customers TO shop_reader WITH GRANT OPTION",
    "function granted": "REVOKE EXECUTE ON FUNCTION count_rows(text) FROM PUBLIC",
    "schema granted": "GRANT USAGE ON SCHEMA stock TO shop_reader",
    "default privileges": "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO shop_reader",
    "owner": "ALTER TABLE customers OWNER TO shop_reader",
    "publication": "CREATE PUBLICATION news FOR TABLE orders",
    "operator": "CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq)",
    "cast": "CREATE CAST (customer_status AS int) WITH INOUT",
    "text search": "CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple)",
}
MUTATIONS: Final = {
    **COLUMNS, **TABLES, **CONSTRAINTS, **INDEXES, **TYPES, **ROUTINES, **OTHERS,
}  # fmt: skip
