-- They are remarks of the staff, and nobody needs the shelf.

-- migrate:up
ALTER TABLE customers RENAME COLUMN notes TO remarks;
ALTER TABLE stock.items DROP COLUMN shelf;
ALTER TABLE stock.items ALTER COLUMN quantity TYPE bigint;
ALTER TABLE orders ADD CONSTRAINT orders_amount_limit CHECK (amount <= 1000);

DO $$
BEGIN
    CREATE ROLE shop_reader; -- another database of the server may have it
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
END
$$;

GRANT SELECT ON customers TO shop_reader;
GRANT UPDATE (remarks) ON customers TO shop_reader;

-- migrate:down
DROP OWNED BY shop_reader;
ALTER TABLE orders DROP CONSTRAINT orders_amount_limit;
ALTER TABLE stock.items ALTER COLUMN quantity TYPE integer;
ALTER TABLE stock.items ADD COLUMN shelf text;
ALTER TABLE customers RENAME COLUMN remarks TO notes;
