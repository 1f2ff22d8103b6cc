-- Nobody rewrites what accounts and holds say, or promises by hand what is not there.

-- migrate:up
-- from db/functions/refuse_rewrite.sql -- noqa: disable=all
CREATE OR REPLACE FUNCTION refuse_rewrite() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
BEGIN
    RAISE EXCEPTION '% says this for good: correct it by a posting', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;
-- end of refuse_rewrite -- noqa: enable=all

-- from db/functions/require_available_balance.sql -- noqa: disable=all
-- What is held or paid by hand was available when it was. The server's own postings are decided by
-- post_transfers.
CREATE OR REPLACE FUNCTION require_available_balance() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM accounts AS a
        WHERE a.id = NEW.from_account_id AND a.kind = 'customer'
            AND a.balance < (
                SELECT coalesce(sum(h.amount - h.captured_amount), 0)
                FROM holds AS h
                WHERE h.from_account_id = a.id
                    AND h.status = 'open'
                    AND h.expires_at > NEW.created_at
            )
    ) THEN
        RAISE EXCEPTION 'account % has less than is held of it', NEW.from_account_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- end of require_available_balance -- noqa: enable=all

-- from db/functions/require_amount_left.sql -- noqa: disable=all
-- What is reversed by hand was paid, the other way, and not reversed before.
CREATE OR REPLACE FUNCTION require_amount_left() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM transfers AS t
        WHERE t.id = NEW.reverses_transfer_id
            AND t.from_account_id = NEW.to_account_id
            AND t.to_account_id = NEW.from_account_id
            AND t.amount >= (
                SELECT sum(r.amount) FROM transfers AS r WHERE r.reverses_transfer_id = t.id
            )
    ) THEN
        RAISE EXCEPTION 'transfer % reverses more than was paid, or for others', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- end of require_amount_left -- noqa: enable=all

-- from db/functions/require_opened_accounts.sql -- noqa: disable=all
-- Nothing is dated by hand to a time before one of its accounts was opened.
CREATE OR REPLACE FUNCTION require_opened_accounts() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM accounts AS a
        WHERE a.id IN (NEW.from_account_id, NEW.to_account_id) AND a.kind = 'customer'
            AND a.created_at > NEW.created_at
    ) THEN
        RAISE EXCEPTION '% % is dated before its accounts were opened', TG_TABLE_NAME, NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;
-- end of require_opened_accounts -- noqa: enable=all

CREATE TRIGGER accounts_keep_their_owner
AFTER UPDATE OF id, kind, owner, currency, created_at ON accounts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER accounts_stay
AFTER DELETE ON accounts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER holds_keep_their_terms
AFTER UPDATE OF
id, from_account_id, to_account_id, amount, currency, created_at, expires_at
ON holds
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER holds_stay
AFTER DELETE OR TRUNCATE ON holds
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER holds_stay_closed
AFTER UPDATE ON holds
FOR EACH ROW WHEN (old.status <> 'open' OR new.captured_amount < old.captured_amount)
EXECUTE FUNCTION refuse_rewrite();

-- The server has the role bank_application, which may insert nothing here by itself: its postings
-- are those of post_transfers, which has decided all this, and are not slowed down by it.
CREATE CONSTRAINT TRIGGER holds_within_balance
AFTER INSERT ON holds DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (current_setting('role') <> 'bank_application')
EXECUTE FUNCTION require_available_balance();

CREATE CONSTRAINT TRIGGER holds_after_opening
AFTER INSERT ON holds DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (current_setting('role') <> 'bank_application')
EXECUTE FUNCTION require_opened_accounts();

CREATE CONSTRAINT TRIGGER transfers_within_balance
AFTER INSERT ON transfers DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (current_setting('role') <> 'bank_application')
EXECUTE FUNCTION require_available_balance();

CREATE CONSTRAINT TRIGGER transfers_after_opening
AFTER INSERT ON transfers DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (current_setting('role') <> 'bank_application')
EXECUTE FUNCTION require_opened_accounts();

CREATE CONSTRAINT TRIGGER transfers_reversed_within_amount
AFTER INSERT ON transfers DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (new.kind = 'reversal' AND current_setting('role') <> 'bank_application')
EXECUTE FUNCTION require_amount_left();

-- migrate:down
DROP TRIGGER transfers_reversed_within_amount ON transfers;
DROP TRIGGER transfers_after_opening ON transfers;
DROP TRIGGER transfers_within_balance ON transfers;
DROP TRIGGER holds_after_opening ON holds;
DROP TRIGGER holds_within_balance ON holds;
DROP TRIGGER holds_stay_closed ON holds;
DROP TRIGGER holds_stay ON holds;
DROP TRIGGER holds_keep_their_terms ON holds;
DROP TRIGGER accounts_stay ON accounts;
DROP TRIGGER accounts_keep_their_owner ON accounts;

DROP FUNCTION require_opened_accounts();

DROP FUNCTION require_amount_left();

DROP FUNCTION require_available_balance();

DROP FUNCTION refuse_rewrite();
