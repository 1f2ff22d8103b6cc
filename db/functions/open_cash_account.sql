-- A new currency opens its cash account.
CREATE OR REPLACE FUNCTION open_cash_account() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
BEGIN
    INSERT INTO accounts (kind, currency) VALUES ('cash', NEW.code);
    RETURN NULL;
END
$$;
