-- Double entry, kept by the database itself: a transfer is two entries that sum to zero, and
-- neither changes.

-- migrate:up
CREATE TYPE transfer_kind AS ENUM ('transfer', 'deposit', 'withdrawal');

CREATE TABLE transfers (
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind transfer_kind NOT NULL,
    from_account_id bigint NOT NULL,
    to_account_id bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text,
    created_at timestamptz NOT NULL,
    CONSTRAINT transfers_pkey PRIMARY KEY (id),
    CONSTRAINT transfers_from_account_fkey FOREIGN KEY (from_account_id, currency)
    REFERENCES accounts (id, currency),
    CONSTRAINT transfers_to_account_fkey FOREIGN KEY (to_account_id, currency)
    REFERENCES accounts (id, currency),
    CONSTRAINT transfers_amount_positive CHECK (amount > 0),
    CONSTRAINT transfers_amount_limit CHECK (amount <= 9007199254740991),
    CONSTRAINT transfers_accounts_differ CHECK (from_account_id <> to_account_id),
    CONSTRAINT transfers_description_length CHECK (length(description) BETWEEN 1 AND 200)
);

COMMENT ON TABLE transfers IS
'Money moved from one account to another of the same currency; append-only';
COMMENT ON COLUMN transfers.created_at IS
'Taken under the accounts'' locks: never earlier than an older transfer of the same account';

CREATE TABLE entries (
    id bigint NOT NULL,
    transfer_id bigint NOT NULL,
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT entries_pkey PRIMARY KEY (id),
    CONSTRAINT entries_transfer_fkey FOREIGN KEY (transfer_id) REFERENCES transfers (id),
    CONSTRAINT entries_account_fkey FOREIGN KEY (account_id) REFERENCES accounts (id),
    CONSTRAINT entries_account_transfer_key UNIQUE (account_id, transfer_id),
    CONSTRAINT entries_amount_not_zero CHECK (amount <> 0),
    CONSTRAINT entries_one_debit_one_credit CHECK (id = 2 * transfer_id + (amount > 0)::int)
);

COMMENT ON TABLE entries IS 'One side of a transfer, as its account sees it; append-only';
COMMENT ON COLUMN entries.id IS
'Twice the transfer''s id, plus one for the credit: a third side has no id to take';
COMMENT ON COLUMN entries.amount IS 'Minor units: negative for the payer, positive for the payee';
COMMENT ON COLUMN entries.balance_after IS 'The account''s balance once this entry counted';

-- Deferred, because the entries come after their transfer. With entries_one_debit_one_credit it is
-- complete: both sides must be there when the transfer commits, and no later entry finds a free
-- side.
CREATE FUNCTION require_both_entries() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM
    FROM entries AS debit
    INNER JOIN entries AS credit ON credit.id = 2 * NEW.id + 1
    WHERE debit.id = 2 * NEW.id
        AND debit.account_id = NEW.from_account_id
        AND debit.amount = -NEW.amount
        AND credit.account_id = NEW.to_account_id
        AND credit.amount = NEW.amount;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'transfer % lacks its two entries of amount %', NEW.id, NEW.amount
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER transfers_have_both_entries
AFTER INSERT ON transfers
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION require_both_entries();

-- Deferred, because balances are written before their entries.
CREATE FUNCTION require_balance_of_last_entry() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    last_balance bigint;
BEGIN
    SELECT balance_after
    INTO last_balance
    FROM entries
    WHERE account_id = NEW.id
    ORDER BY transfer_id DESC
    LIMIT 1;
    IF NEW.balance <> coalesce(last_balance, 0) THEN
        RAISE EXCEPTION 'account % has no entry that makes its balance %', NEW.id, NEW.balance
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER accounts_balance_of_last_entry
AFTER INSERT OR UPDATE OF balance ON accounts
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION require_balance_of_last_entry();

-- Every balance_after continues the account's entry before it, and the last one is the balance.
CREATE FUNCTION require_running_balance() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    wrong_id bigint;
BEGIN
    SELECT added.id
    INTO wrong_id
    FROM added
    LEFT JOIN LATERAL (
        SELECT entries.balance_after
        FROM entries
        WHERE entries.account_id = added.account_id
            AND entries.transfer_id < added.transfer_id
        ORDER BY entries.transfer_id DESC
        LIMIT 1
    ) AS earlier ON true
    WHERE added.balance_after <> coalesce(earlier.balance_after, 0) + added.amount
    LIMIT 1;
    IF NOT FOUND THEN
        SELECT newest.id
        INTO wrong_id
        FROM (
            SELECT DISTINCT ON (account_id) id, account_id, balance_after
            FROM added
            ORDER BY account_id, transfer_id DESC
        ) AS newest
        INNER JOIN accounts ON accounts.id = newest.account_id
        WHERE accounts.balance <> newest.balance_after
        LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION 'entry % does not fit the balance of its account', wrong_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER entries_running_balance
AFTER INSERT ON entries
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION require_running_balance();

CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct a transfer by posting another', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;

CREATE TRIGGER transfers_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER entries_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- migrate:down
DROP TRIGGER accounts_balance_of_last_entry ON accounts;
DROP TABLE entries;
DROP TABLE transfers;
DROP FUNCTION refuse_change();
DROP FUNCTION require_running_balance();
DROP FUNCTION require_balance_of_last_entry();
DROP FUNCTION require_both_entries();
DROP TYPE transfer_kind;
