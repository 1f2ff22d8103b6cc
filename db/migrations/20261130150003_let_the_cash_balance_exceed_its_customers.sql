-- The bank's cash account holds, negated, what all customers have together: with the limit of one
-- customer, a single deposit of the largest amount would stop all others of its currency.
-- migrate:up
-- squawk-ignore ban-drop-constraint
ALTER TABLE accounts DROP CONSTRAINT accounts_balance_limit;
ALTER TABLE accounts ADD CONSTRAINT accounts_balance_limit
CHECK (balance <= 9007199254740991) NOT VALID;

-- migrate:down
-- squawk-ignore ban-drop-constraint, constraint-missing-not-valid
ALTER TABLE accounts DROP CONSTRAINT accounts_balance_limit;
ALTER TABLE accounts ADD CONSTRAINT accounts_balance_limit
CHECK (balance BETWEEN -9007199254740991 AND 9007199254740991);
