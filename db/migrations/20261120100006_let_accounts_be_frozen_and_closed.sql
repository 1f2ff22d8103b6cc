-- Bankers freeze and thaw accounts, and an account that holds nothing can be closed.

-- Nothing is released with which a bank could have many rows yet: they may be locked meanwhile.
-- squawk-ignore-file constraint-missing-not-valid

-- migrate:up
ALTER TABLE accounts
ADD CONSTRAINT accounts_closed_is_empty CHECK (status <> 'closed' OR balance = 0);

GRANT UPDATE (status) ON accounts TO bank_application;

-- migrate:down
REVOKE UPDATE (status) ON accounts FROM bank_application;
ALTER TABLE accounts DROP CONSTRAINT accounts_closed_is_empty;
