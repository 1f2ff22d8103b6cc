-- How many rows a table has,
-- whichever it is.
CREATE OR REPLACE FUNCTION count_rows(table_name text) RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
    found_count bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM %I', table_name) INTO found_count;
    RETURN found_count;
END
$$;
