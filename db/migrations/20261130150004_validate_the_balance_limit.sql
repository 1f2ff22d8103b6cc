-- In a transaction of its own, so that the rows are checked without a lock that stops payments.
-- migrate:up
ALTER TABLE accounts VALIDATE CONSTRAINT accounts_balance_limit;

-- migrate:down
-- squawk-ignore ban-drop-constraint
ALTER TABLE accounts DROP CONSTRAINT accounts_balance_limit;
ALTER TABLE accounts ADD CONSTRAINT accounts_balance_limit
CHECK (balance <= 9007199254740991) NOT VALID;
