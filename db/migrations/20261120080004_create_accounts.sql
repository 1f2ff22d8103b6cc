-- Customers hold one account per currency; the bank holds one cash account per currency, so that
-- money entering or leaving the bank is a transfer too and every currency sums to zero.

-- migrate:up
CREATE TYPE account_kind AS ENUM ('customer', 'cash');
CREATE TYPE account_status AS ENUM ('open', 'frozen', 'closed');

CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind account_kind NOT NULL DEFAULT 'customer',
    owner text,
    currency text NOT NULL,
    balance bigint NOT NULL DEFAULT 0,
    status account_status NOT NULL DEFAULT 'open',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT accounts_pkey PRIMARY KEY (id),
    CONSTRAINT accounts_owner_fkey FOREIGN KEY (owner) REFERENCES users (username),
    CONSTRAINT accounts_currency_fkey FOREIGN KEY (currency) REFERENCES currencies (code),
    CONSTRAINT accounts_owner_currency_key UNIQUE NULLS NOT DISTINCT (owner, currency),
    CONSTRAINT accounts_id_currency_key UNIQUE (id, currency),
    CONSTRAINT accounts_cash_has_no_owner CHECK ((kind = 'cash') = (owner IS NULL)),
    CONSTRAINT accounts_cash_stays_open CHECK (kind <> 'cash' OR status = 'open'),
    CONSTRAINT accounts_balance_not_negative CHECK (balance >= 0 OR kind = 'cash'),
    CONSTRAINT accounts_balance_limit CHECK (balance BETWEEN -9007199254740991 AND 9007199254740991)
);

COMMENT ON TABLE accounts IS
'Where money is: one account per customer and currency, one cash account per currency';
COMMENT ON COLUMN accounts.owner IS 'NULL for the bank''s own cash account';
COMMENT ON COLUMN accounts.balance IS
'Minor units; the sum of its entries. Within 2^53 - 1, exact in every JSON reader';

CREATE FUNCTION open_cash_account() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO accounts (kind, currency) VALUES ('cash', NEW.code);
    RETURN NULL;
END
$$;

CREATE TRIGGER currencies_open_cash_account
AFTER INSERT ON currencies
FOR EACH ROW EXECUTE FUNCTION open_cash_account();

-- migrate:down
DROP TRIGGER currencies_open_cash_account ON currencies;
DROP FUNCTION open_cash_account();
DROP TABLE accounts;
DROP TYPE account_status;
DROP TYPE account_kind;
