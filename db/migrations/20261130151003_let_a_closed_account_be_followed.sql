-- A closed account is no reason to refuse another one in its currency: who closed it by mistake, or
-- comes back after a year, opens a new one.

-- An index over few columns of few rows: openings wait for it only shortly.
-- squawk-ignore-file require-concurrent-index-creation

-- migrate:up
-- squawk-ignore ban-drop-constraint
ALTER TABLE accounts DROP CONSTRAINT accounts_owner_currency_key;

-- A number of its own for each closed account, and 0 for all others. Not a partial index, because
-- the cash account of a currency is found by it, too.
CREATE UNIQUE INDEX accounts_owner_currency_key
ON accounts (owner, currency, (id * (status = 'closed')::integer)) NULLS NOT DISTINCT;

COMMENT ON TABLE accounts IS
'Where money is: one account per customer and currency until it is closed, one cash account each';

-- migrate:down
COMMENT ON TABLE accounts IS
'Where money is: one account per customer and currency, one cash account per currency';

DROP INDEX accounts_owner_currency_key;

ALTER TABLE accounts
ADD CONSTRAINT accounts_owner_currency_key UNIQUE NULLS NOT DISTINCT (owner, currency);
