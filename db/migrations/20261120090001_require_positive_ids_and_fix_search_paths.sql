-- Nothing is released with which a bank could have many rows yet: they may be locked meanwhile.
-- squawk-ignore-file constraint-missing-not-valid

-- migrate:up
ALTER TABLE accounts ADD CONSTRAINT accounts_id_positive CHECK (id > 0);
ALTER TABLE transfers ADD CONSTRAINT transfers_id_positive CHECK (id > 0);

-- No table of a session shall pass for ours. (sqlfluff knows no list of schemas here.)
ALTER FUNCTION open_cash_account() SET search_path = public, pg_temp; -- noqa: PRS
ALTER FUNCTION require_both_entries() SET search_path = public, pg_temp;
ALTER FUNCTION require_balance_of_last_entry() SET search_path = public, pg_temp;
ALTER FUNCTION require_running_balance() SET search_path = public, pg_temp;
ALTER FUNCTION refuse_change() SET search_path = public, pg_temp;

-- migrate:down
ALTER FUNCTION refuse_change() RESET search_path;
ALTER FUNCTION require_running_balance() RESET search_path;
ALTER FUNCTION require_balance_of_last_entry() RESET search_path;
ALTER FUNCTION require_both_entries() RESET search_path;
ALTER FUNCTION open_cash_account() RESET search_path;
ALTER TABLE transfers DROP CONSTRAINT transfers_id_positive;
ALTER TABLE accounts DROP CONSTRAINT accounts_id_positive;
