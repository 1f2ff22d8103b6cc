-- Entries that are added prove, as they carry balances into accounts, that these are what the last
-- entries say: to look again after each such change is a twentieth of what a transfer costs. Any
-- other change of accounts is looked at as before.

-- migrate:up
DROP TRIGGER accounts_balance_of_last_entry ON accounts;
CREATE TRIGGER accounts_balance_of_last_entry AFTER UPDATE ON accounts
REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT
WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION require_balances_of_last_entries();

-- migrate:down
DROP TRIGGER accounts_balance_of_last_entry ON accounts;
CREATE TRIGGER accounts_balance_of_last_entry AFTER UPDATE ON accounts
REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION require_balances_of_last_entries();
