-- An order takes its items from the shelf.

-- migrate:up
CREATE FUNCTION take_from_stock() RETURNS trigger
LANGUAGE plpgsql
AS $$
DECLARE
    item record;
BEGIN
    SELECT code, quantity - NEW.amount AS rest
    INTO item
    FROM stock.items
    WHERE code = NEW.item_code
    FOR UPDATE;
    IF item.rest < 0 THEN
        RAISE EXCEPTION 'only % left', item.rest + NEW.amount;
    END IF;
    UPDATE stock.items SET quantity = item.rest WHERE code = item.code;
    RETURN NULL;
END
$$;

CREATE TRIGGER orders_take_from_stock
AFTER INSERT ON orders
FOR EACH ROW EXECUTE FUNCTION take_from_stock();

CREATE FUNCTION refuse_free_items() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    IF EXISTS (SELECT FROM added WHERE price = 0) THEN
        RAISE EXCEPTION 'nothing is free';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER items_are_not_free
AFTER INSERT ON stock.items
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION refuse_free_items();

CREATE FUNCTION stock.count_items() RETURNS bigint
LANGUAGE plpgsql
AS $$
BEGIN
    RETURN (SELECT count(*) FROM items WHERE quantity > 0); -- found where the caller says
END
$$;

CREATE FUNCTION count_shelves() RETURNS bigint
LANGUAGE plpgsql
SET search_path = stock, pg_temp
AS $$
BEGIN
    RETURN (SELECT count(DISTINCT code) FROM items);
END
$$;

CREATE FUNCTION count_rows(table_name text) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    found_count bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I', table_name) INTO found_count;
    RETURN found_count;
END
$$;

CREATE VIEW unpaid_orders AS
SELECT orders.id, customers.name, orders.ordered_at
FROM orders
INNER JOIN customers ON customers.id = orders.customer_id
WHERE NOT orders.paid;

-- migrate:down
DROP VIEW unpaid_orders;
DROP FUNCTION count_rows(text);
DROP TRIGGER orders_take_from_stock ON orders;
DROP FUNCTION take_from_stock();
DROP FUNCTION stock.count_items();
DROP FUNCTION count_shelves();
DROP TRIGGER items_are_not_free ON stock.items;
DROP FUNCTION refuse_free_items();
