-- What is captured of a hold and what is paid back are transfers, too. The posting call goes for
-- now: it comes back knowing them.

-- migrate:up
-- squawk-ignore ban-drop-function
DROP FUNCTION post_transfers(transfer_kind[], bigint[], bigint[], bigint[], text[], text[], text[]);
-- squawk-ignore ban-drop-type
DROP TYPE posting_refusal;

ALTER TYPE transfer_kind ADD VALUE 'capture' AFTER 'withdrawal';
ALTER TYPE transfer_kind ADD VALUE 'reversal' AFTER 'capture';

-- migrate:down
ALTER TYPE transfer_kind RENAME TO later_transfer_kind;
CREATE TYPE transfer_kind AS ENUM ('transfer', 'deposit', 'withdrawal');
ALTER TABLE transfers
ALTER COLUMN kind TYPE transfer_kind USING kind::text::transfer_kind;
DROP TYPE later_transfer_kind;

CREATE TYPE posting_refusal AS ENUM (
    'not_found',
    'same_account',
    'currency_mismatch',
    'account_frozen',
    'account_closed',
    'insufficient_funds',
    'balance_limit_exceeded'
);

COMMENT ON TYPE posting_refusal IS 'Why a transfer was not posted, in order of precedence';

CREATE FUNCTION post_transfers(
    kinds transfer_kind[],
    from_account_ids bigint[],
    to_account_ids bigint[],
    amounts bigint[],
    currencies text[],
    descriptions text[],
    payers text[]
)
RETURNS TABLE (
    refusal posting_refusal,
    transfer_id bigint,
    from_account_id bigint,
    to_account_id bigint,
    from_balance bigint,
    to_balance bigint,
    from_owner text,
    from_opened_at timestamptz,
    posted_at timestamptz
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan -- planning anew costs more than it gains
AS $$
-- Item n of the batch is element n of every array; row n of the result is its outcome. A deposit
-- names no paying account and a withdrawal no receiving one: there the bank's cash account of the
-- currency stands in. payers[n] is who must own the paying account, NULL where the bank acts.
--
-- 1. Lock every account once, in ascending id, so that no two batches wait for each other.
-- 2. Walk the items in order with running balances: each finds what its predecessors left.
-- 3. Write three sets: transfers, one final balance per account, and entries. An account updated
--    once per item would drag a chain of dead row versions through the rest of the batch.
#variable_conflict use_column
DECLARE
    balance_max CONSTANT bigint := 9007199254740991;
    item record;
    payer_ids bigint[];
    payee_ids bigint[];
    account_ids bigint[];
    balances bigint[];
    refusals posting_refusal[];
    transfer_ids bigint[];
    payer_balances bigint[];
    payee_balances bigint[];
    moment timestamptz;
    has_accepted boolean := false;
    is_well_formed boolean;
BEGIN
    SELECT array_agg(coalesce(u.from_account_id, cash.id) ORDER BY u.n),
        array_agg(coalesce(u.to_account_id, cash.id) ORDER BY u.n),
        bool_and(
            u.kind IS NOT NULL
            AND (u.kind = 'deposit') = (u.from_account_id IS NULL)
            AND (u.kind = 'withdrawal') = (u.to_account_id IS NULL)
            AND (u.kind = 'transfer') = (u.payer IS NOT NULL)
        )
    INTO payer_ids, payee_ids, is_well_formed
    FROM unnest(kinds, from_account_ids, to_account_ids, currencies, payers)
        WITH ORDINALITY AS u (kind, from_account_id, to_account_id, currency, payer, n)
    LEFT JOIN accounts AS cash
        ON u.kind <> 'transfer' AND cash.owner IS NULL AND cash.currency = u.currency;
    IF NOT is_well_formed THEN
        RAISE EXCEPTION 'an item has a side too many or too few for its kind'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    SELECT array_agg(locked.id), array_agg(locked.balance)
    INTO account_ids, balances
    FROM (
        SELECT a.id, a.balance
        FROM accounts AS a
        WHERE a.id = ANY (payer_ids || payee_ids)
        ORDER BY a.id
        FOR NO KEY UPDATE
    ) AS locked;
    moment := clock_timestamp();

    FOR item IN
        SELECT u.n, u.amount,
            payer_place.n AS payer_place,
            payee_place.n AS payee_place,
            payer.kind = 'cash' AS is_unlimited,
            CASE
                WHEN payer.id IS NULL AND u.kind <> 'deposit' THEN 'not_found'
                WHEN payee.id IS NULL AND u.kind <> 'withdrawal' THEN 'not_found'
                WHEN u.payer IS NOT NULL AND payer.owner IS DISTINCT FROM u.payer THEN 'not_found'
                WHEN payer.kind = 'cash' AND u.kind <> 'deposit' THEN 'not_found'
                WHEN payee.kind = 'cash' AND u.kind <> 'withdrawal' THEN 'not_found'
                WHEN payer.id = payee.id THEN 'same_account'
                WHEN payer.currency IS DISTINCT FROM u.currency THEN 'currency_mismatch'
                WHEN payee.currency IS DISTINCT FROM u.currency THEN 'currency_mismatch'
                WHEN 'frozen' IN (payer.status, payee.status) THEN 'account_frozen'
                WHEN 'closed' IN (payer.status, payee.status) THEN 'account_closed'
            END::posting_refusal AS refusal
        FROM unnest(kinds, payer_ids, payee_ids, amounts, currencies, payers)
            WITH ORDINALITY AS u (kind, payer_id, payee_id, amount, currency, payer, n)
        LEFT JOIN accounts AS payer ON payer.id = u.payer_id
        LEFT JOIN accounts AS payee ON payee.id = u.payee_id
        LEFT JOIN unnest(account_ids) WITH ORDINALITY AS payer_place (id, n)
            ON payer_place.id = u.payer_id
        LEFT JOIN unnest(account_ids) WITH ORDINALITY AS payee_place (id, n)
            ON payee_place.id = u.payee_id
        ORDER BY u.n
    LOOP
        transfer_ids[item.n] := NULL; -- an array must start at its first item, refused or not
        IF item.refusal IS NULL THEN
            IF balances[item.payer_place] < item.amount AND NOT item.is_unlimited THEN
                item.refusal := 'insufficient_funds';
            ELSIF balances[item.payee_place] > balance_max - item.amount
                OR balances[item.payer_place] < item.amount - balance_max THEN
                item.refusal := 'balance_limit_exceeded';
            ELSE
                balances[item.payer_place] := balances[item.payer_place] - item.amount;
                balances[item.payee_place] := balances[item.payee_place] + item.amount;
                transfer_ids[item.n] := nextval('transfers_id_seq');
                has_accepted := true;
            END IF;
        END IF;
        refusals[item.n] := item.refusal;
        payer_balances[item.n] := balances[item.payer_place];
        payee_balances[item.n] := balances[item.payee_place];
    END LOOP;

    IF has_accepted THEN
        INSERT INTO transfers (
            id, kind, from_account_id, to_account_id, amount, currency, description, created_at
        )
        OVERRIDING SYSTEM VALUE
        SELECT u.id, u.kind, u.payer_id, u.payee_id, u.amount, u.currency, u.description, moment
        FROM unnest(transfer_ids, kinds, payer_ids, payee_ids, amounts, currencies, descriptions)
            AS u (id, kind, payer_id, payee_id, amount, currency, description)
        WHERE u.id IS NOT NULL;

        UPDATE accounts AS a
        SET balance = u.balance
        FROM unnest(account_ids, balances) AS u (id, balance)
        WHERE a.id = u.id AND a.balance <> u.balance;

        INSERT INTO entries (id, transfer_id, account_id, amount, balance_after, created_at)
        SELECT 2 * u.id + side.is_credit, u.id, side.account_id, side.amount, side.balance, moment
        FROM unnest(transfer_ids, payer_ids, payee_ids, amounts, payer_balances, payee_balances)
            AS u (id, payer_id, payee_id, amount, payer_balance, payee_balance)
        CROSS JOIN LATERAL (
            VALUES
                (0, u.payer_id, -u.amount, u.payer_balance),
                (1, u.payee_id, u.amount, u.payee_balance)
        ) AS side (is_credit, account_id, amount, balance)
        WHERE u.id IS NOT NULL;
    END IF;

    RETURN QUERY
    SELECT u.refusal, u.transfer_id, u.payer_id, u.payee_id, u.payer_balance, u.payee_balance,
        payer.owner, payer.created_at, moment
    FROM unnest(refusals, transfer_ids, payer_ids, payee_ids, payer_balances, payee_balances)
        WITH ORDINALITY
        AS u (refusal, transfer_id, payer_id, payee_id, payer_balance, payee_balance, n)
    LEFT JOIN accounts AS payer ON payer.id = u.payer_id
    ORDER BY u.n;
END
$$;

REVOKE EXECUTE ON FUNCTION post_transfers(
    transfer_kind[], bigint[], bigint[], bigint[], text[], text[], text[]
) FROM public;
GRANT EXECUTE ON FUNCTION post_transfers(
    transfer_kind[], bigint[], bigint[], bigint[], text[], text[], text[]
) TO bank_application;
