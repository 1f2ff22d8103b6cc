-- Three queries described a customer's account, each with a row of its own, and none said that it
-- has an owner. The view is that account; the bank's own accounts are not in it.

-- migrate:up
CREATE VIEW customer_accounts WITH (security_invoker = true) AS
SELECT
    id,
    owner,
    currency,
    balance,
    balance - held_amount(id) AS available_balance,
    status,
    created_at
FROM accounts
WHERE owner IS NOT NULL;

COMMENT ON VIEW customer_accounts IS 'An account of a customer, as its owner sees it';
COMMENT ON COLUMN customer_accounts.available_balance IS
'Minor units; the balance less the amount held of it now';

GRANT SELECT ON customer_accounts TO bank_application;

-- migrate:down
DROP VIEW customer_accounts;
