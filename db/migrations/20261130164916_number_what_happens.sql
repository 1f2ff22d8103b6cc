-- Everything that happens has a number of one sequence, its position in the feed of events: the id
-- of a transfer, a hold or an audit event, and the end of a hold. So the feed tells the ledger and
-- the audit trail in one order, and nothing is written twice. Holds and audit events from before
-- keep their ids and are not in the feed. The feed shows positions up to a horizon that no
-- transaction can still commit behind. A payment that runs meanwhile may fail, undone.

-- The identities come from another sequence then; nothing that inserts names them.
-- squawk-ignore-file ban-alter-identity

-- migrate:up
LOCK TABLE transfers, holds, audit_events IN ACCESS EXCLUSIVE MODE;

CREATE SEQUENCE positions AS bigint;

COMMENT ON SEQUENCE positions IS 'The positions of the feed: one for each thing that happens';

-- Beyond all that was drawn before, so that no id says two things.
SELECT setval('positions', greatest(t.last_value, h.last_value, a.last_value))
FROM transfers_id_seq AS t, holds_id_seq AS h, audit_events_id_seq AS a
WHERE t.is_called OR h.is_called OR a.is_called;

-- from db/functions/next_position.sql -- noqa: disable=all
-- The next number of what happens: the id of a transfer, a hold or an audit event.
CREATE OR REPLACE FUNCTION next_position() RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    -- The feed waits for transactions by their ids, so one that draws a number has an id before.
    PERFORM pg_current_xact_id();
    RETURN nextval('positions');
END
$$;

COMMENT ON FUNCTION next_position IS
'The next number of what happens; whoever draws it has a transaction id that the feed can wait for';

REVOKE EXECUTE ON FUNCTION next_position FROM public;
GRANT EXECUTE ON FUNCTION next_position TO bank_application;
-- end of next_position -- noqa: enable=all

ALTER TABLE transfers
ALTER COLUMN id DROP IDENTITY,
ALTER COLUMN id SET DEFAULT next_position();
ALTER TABLE holds
ALTER COLUMN id DROP IDENTITY,
ALTER COLUMN id SET DEFAULT next_position(),
ADD COLUMN end_position bigint,
ADD CONSTRAINT holds_end_after_placing CHECK (end_position > id) NOT VALID;
ALTER TABLE audit_events
ALTER COLUMN id DROP IDENTITY,
ALTER COLUMN id SET DEFAULT next_position();

COMMENT ON COLUMN transfers.id IS 'Also its position in the feed';
COMMENT ON COLUMN holds.id IS 'Also its position in the feed, if it is not before the first';
COMMENT ON COLUMN audit_events.id IS 'Also its position in the feed, if it is not before the first';
COMMENT ON COLUMN holds.status IS
'Open also when it has expired: whoever counts holds looks at expires_at';
COMMENT ON COLUMN holds.end_position IS
'The position of its last capture, its void, or of the notice that it has expired';

DROP TRIGGER holds_stay_closed ON holds;
CREATE TRIGGER holds_stay_closed
AFTER UPDATE ON holds
FOR EACH ROW
WHEN (
    old.status <> 'open'
    OR old.end_position IS NOT NULL
    OR new.captured_amount < old.captured_amount
)
EXECUTE FUNCTION refuse_rewrite();

-- from db/functions/post_transfers.sql -- noqa: disable=all
-- The one way money moves: a batch of postings, decided and written in one call.
CREATE OR REPLACE FUNCTION post_transfers(
    kinds posting_kind[],
    from_account_ids bigint[],
    to_account_ids bigint[],
    amounts bigint[],
    currencies text[],
    descriptions text[],
    actors text[],
    askers text[],
    reference_ids bigint[],
    lifetimes interval[],
    scopes text[],
    keys text[],
    request_hashes bytea[],
    request_ids text[],
    is_atomic boolean,
    session_ids uuid[] DEFAULT NULL,
    lock_timeout_ms integer DEFAULT NULL,
    skips_locked boolean DEFAULT false
) RETURNS TABLE (
    refusal posting_refusal,
    replayed_request_id text,
    transfer_id bigint,
    hold_id bigint,
    from_account_id bigint,
    to_account_id bigint,
    amount bigint,
    currency text,
    posted_at timestamptz,
    from_owner text,
    from_opened_at timestamptz,
    from_balance bigint,
    from_available_balance bigint,
    hold_amount bigint,
    hold_captured_amount bigint,
    hold_description text,
    hold_expires_at timestamptz,
    hold_created_at timestamptz,
    hold_closed_at timestamptz,
    hold_asked_by text,
    hold_request_id text,
    hold_voided_by text,
    busy_account_id bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
-- Item n of the batch is element n of every array; row n of the result is its outcome.
--
-- A deposit names no paying account and a withdrawal no receiving one: there the bank's cash
-- account of the currency stands in. A reversal names the transfer it pays back in reference_ids, a
-- capture and a void the hold; their accounts and currency are those of what they name. Without an
-- amount, a reversal and a capture are of all that is left. actors[n] must own the paying account,
-- of a capture the receiving one, of a void either; NULL is the bank itself.
--
-- session_ids[n] is the session of the request, by askers[n]: if it had ended when the accounts
-- were locked, nothing is posted, nor answered again. It is NULL for requests that need no session.
--
-- lock_timeout_ms is how long a lock is waited for, here and until the transaction ends. With NULL
-- the session's own lock_timeout counts.
--
-- The time of an item is that of the clock. Where the clock has stepped back behind an account of
-- the item, it is the account's (account_time), so that no history changes. Only times differ then.
--
-- With skips_locked no account is waited for. An item with an account that another transaction has
-- locked is left undecided: its row names that account in busy_account_id. An atomic batch waits.
--
-- 1. Lock every account once, in ascending id, so that no two batches wait for each other. Whatever
--    concerns an account's holds, transfers and keys is only written under its lock.
-- 2. Walk the items in order with running balances: each finds what its predecessors left. What is
--    known of an account is in arrays, at the place of its id among all those locked.
-- 3. Write sets: transfers, entries, which carry one final balance into each account, holds, keys.
--    An account updated once per item would drag a chain of dead row versions through the batch.
--
-- Of an atomic batch all is posted, or the first refusal refuses the others, too.
#variable_conflict use_column
DECLARE
    names_accounts CONSTANT boolean := kinds <@ ARRAY['transfer', 'hold']::posting_kind[];
    item record;
    -- Of the items.
    payer_ids bigint[] := from_account_ids;
    payee_ids bigint[] := to_account_ids;
    moved_currencies text[] := currencies;
    posted_amounts bigint[] := amounts;
    -- From the start as long as the batch, for an array must begin with its first item.
    replayed_request_ids text[] := array_fill(NULL::text, ARRAY[cardinality(kinds)]);
    transfer_ids bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(kinds)]);
    hold_ids bigint[] := transfer_ids;
    item_captured_amounts bigint[] := transfer_ids;
    -- Longer by each item that is decided.
    payer_places int[];
    refusals posting_refusal[];
    payer_balances bigint[];
    payer_available_balances bigint[];
    payee_balances bigint[];
    item_times timestamptz[]; -- NULL where all are locked_at
    -- Of the accounts, in ascending id. An enum there is a text here, so that a parser needs no
    -- types of the bank.
    account_ids bigint[];
    owners text[];
    account_kinds text[];
    account_currencies text[];
    statuses text[];
    opening_times timestamptz[];
    balances bigint[];
    held_amounts bigint[];
    account_times timestamptz[]; -- NULL unless the clock is behind one of them
    busy_ids bigint[] := '{}';
    busy_account_ids bigint[] := transfer_ids;
    -- Of what an item names by reference_id, where it is named first.
    reference_places int[];
    amounts_left bigint[];
    captured_amounts bigint[];
    open_holds boolean[];
    hold_expiries timestamptz[];
    reversed_kinds text[];
    payer_place int;
    payee_place int;
    reference_place int;
    locked_at timestamptz;
    final_at timestamptz;
    held_at timestamptz;
    payer_time timestamptz;
    key_count bigint := 0;
    written_count bigint;
BEGIN
    IF lock_timeout_ms IS NOT NULL THEN
        PERFORM set_config('lock_timeout', lock_timeout_ms::text, true);
    END IF;

    IF NOT names_accounts THEN
        SELECT
            array_agg(
                CASE u.kind
                    WHEN 'deposit' THEN cash.id
                    WHEN 'reversal' THEN reversed.to_account_id
                    WHEN 'capture' THEN settled.from_account_id
                    WHEN 'void' THEN settled.from_account_id
                    ELSE u.from_account_id
                END ORDER BY u.n
            ),
            array_agg(
                CASE u.kind
                    WHEN 'withdrawal' THEN cash.id
                    WHEN 'reversal' THEN reversed.from_account_id
                    WHEN 'capture' THEN settled.to_account_id
                    WHEN 'void' THEN settled.to_account_id
                    ELSE u.to_account_id
                END ORDER BY u.n
            ),
            array_agg(coalesce(u.currency, reversed.currency, settled.currency) ORDER BY u.n)
        INTO payer_ids, payee_ids, moved_currencies
        FROM unnest(kinds, from_account_ids, to_account_ids, currencies, reference_ids)
            WITH ORDINALITY AS u (kind, from_account_id, to_account_id, currency, reference_id, n)
        LEFT JOIN accounts AS cash
            ON u.kind IN ('deposit', 'withdrawal')
                AND cash.owner IS NULL AND cash.currency = u.currency
        LEFT JOIN LATERAL (
            SELECT t.from_account_id, t.to_account_id, t.currency
            FROM transfers AS t
            WHERE t.id = u.reference_id
            LIMIT 1 -- so that the planner never reads them all
        ) AS reversed ON u.kind = 'reversal'
        LEFT JOIN LATERAL (
            SELECT h.from_account_id, h.to_account_id, h.currency
            FROM holds AS h
            WHERE h.id = u.reference_id
            LIMIT 1
        ) AS settled ON u.kind IN ('capture', 'void');
    END IF;

    -- In the order of the subquery; the places are found by it.
    IF skips_locked AND NOT is_atomic THEN
        SELECT array_agg(locked.id), array_agg(locked.owner), array_agg(locked.kind::text),
            array_agg(locked.currency), array_agg(locked.status::text),
            array_agg(locked.created_at), array_agg(locked.balance),
            max(locked.final_at) FILTER (WHERE locked.kind = 'customer')
        INTO account_ids, owners, account_kinds, account_currencies, statuses, opening_times,
            balances, final_at
        FROM (
            SELECT a.id, a.owner, a.kind, a.currency, a.status, a.created_at, a.balance, a.final_at
            FROM accounts AS a
            WHERE a.id = ANY (payer_ids || payee_ids)
            ORDER BY a.id
            FOR NO KEY UPDATE SKIP LOCKED
        ) AS locked;
        SELECT coalesce(array_agg(a.id), '{}')
        INTO busy_ids
        FROM unnest(payer_ids || payee_ids) AS u (id)
        INNER JOIN accounts AS a ON a.id = u.id
        WHERE account_ids[width_bucket(u.id, account_ids)] IS DISTINCT FROM u.id;
    ELSE
        SELECT array_agg(locked.id), array_agg(locked.owner), array_agg(locked.kind::text),
            array_agg(locked.currency), array_agg(locked.status::text),
            array_agg(locked.created_at), array_agg(locked.balance),
            max(locked.final_at) FILTER (WHERE locked.kind = 'customer')
        INTO account_ids, owners, account_kinds, account_currencies, statuses, opening_times,
            balances, final_at
        FROM (
            SELECT a.id, a.owner, a.kind, a.currency, a.status, a.created_at, a.balance, a.final_at
            FROM accounts AS a
            WHERE a.id = ANY (payer_ids || payee_ids)
            ORDER BY a.id
            FOR NO KEY UPDATE
        ) AS locked;
    END IF;
    locked_at := clock_timestamp();

    SELECT array_agg(coalesce(held.amount, 0) ORDER BY u.n), max(held.newest_at)
    INTO held_amounts, held_at
    FROM unnest(account_ids) WITH ORDINALITY AS u (id, n)
    LEFT JOIN (
        SELECT h.from_account_id, sum(h.amount - h.captured_amount)::bigint AS amount,
            max(h.created_at) AS newest_at
        FROM holds AS h -- as held_amount says, for all of them at once
        WHERE h.from_account_id = ANY (account_ids)
            AND h.status = 'open'
            AND h.expires_at > locked_at
        GROUP BY h.from_account_id
    ) AS held ON held.from_account_id = u.id;

    IF greatest(final_at, held_at) > locked_at THEN
        SELECT array_agg(present.moment ORDER BY a.id),
            array_agg(
                (
                    SELECT coalesce(sum(h.amount - h.captured_amount), 0)::bigint
                    FROM holds AS h
                    WHERE h.from_account_id = a.id AND h.status = 'open'
                        AND h.expires_at > coalesce(present.moment, locked_at)
                ) ORDER BY a.id
            )
        INTO account_times, held_amounts
        FROM accounts AS a
        CROSS JOIN LATERAL (
            -- As account_time says. The bank's own accounts have no time: see carry_balances.
            SELECT
                CASE a.kind
                    WHEN 'customer' THEN greatest(locked_at, a.final_at, max(h.created_at))
                END AS moment
            FROM holds AS h
            WHERE h.from_account_id = a.id AND h.status = 'open' AND h.expires_at > locked_at
        ) AS present
        WHERE a.id = ANY (account_ids);
    END IF;

    IF NOT names_accounts THEN
        SELECT array_agg(named.place ORDER BY named.n),
            array_agg(coalesce(reversed.amount_left, settled.amount_left) ORDER BY named.n),
            array_agg(settled.captured_amount ORDER BY named.n),
            array_agg(settled.is_open ORDER BY named.n),
            array_agg(settled.expires_at ORDER BY named.n),
            array_agg(reversed.kind::text ORDER BY named.n)
        INTO reference_places, amounts_left, captured_amounts, open_holds, hold_expiries,
            reversed_kinds
        FROM (
            SELECT u.n, u.kind, u.reference_id,
                min(u.n) OVER (PARTITION BY u.kind = 'reversal', u.reference_id) AS place
            FROM unnest(kinds, reference_ids) WITH ORDINALITY AS u (kind, reference_id, n)
        ) AS named
        LEFT JOIN LATERAL (
            SELECT t.kind,
                t.amount - (
                    SELECT coalesce(sum(r.amount), 0)
                    FROM transfers AS r
                    WHERE r.reverses_transfer_id = t.id
                ) AS amount_left
            FROM transfers AS t
            WHERE t.id = named.reference_id
            LIMIT 1
        ) AS reversed ON named.kind = 'reversal'
        LEFT JOIN LATERAL (
            SELECT h.captured_amount,
                h.amount - h.captured_amount AS amount_left,
                h.status = 'open' AND h.expires_at > locked_at AS is_open,
                h.expires_at
            FROM holds AS h
            WHERE h.id = named.reference_id
            LIMIT 1
        ) AS settled ON named.kind IN ('capture', 'void');
    END IF;

    FOR item IN
        SELECT u.n, u.kind, u.payer_id, u.payee_id, u.amount, u.currency, u.actor,
            -- By binary search: where the id is, or would be.
            width_bucket(u.payer_id, account_ids) AS payer_place,
            width_bucket(u.payee_id, account_ids) AS payee_place,
            u.session_id IS NOT NULL AND NOT coalesce(session.is_open, false) AS is_session_over,
            coalesce(known.request_hash <> u.request_hash, false)
            OR u.key IS NOT NULL
            AND row_number() OVER (PARTITION BY u.scope, u.key ORDER BY u.n) > 1 AS reuses_key,
            known.request_id AS known_request_id,
            known.refusal AS known_refusal,
            known.transfer_id AS known_transfer_id,
            known.hold_id AS known_hold_id,
            known.balance AS known_balance,
            known.available_balance AS known_available_balance,
            known.captured_amount AS known_captured_amount,
            NULL::posting_refusal AS refusal,
            u.kind IS NOT NULL
            AND (u.kind IN ('transfer', 'withdrawal', 'hold')) = (u.from_account_id IS NOT NULL)
            AND (u.kind IN ('transfer', 'deposit', 'hold')) = (u.to_account_id IS NOT NULL)
            AND (u.kind IN ('reversal', 'capture', 'void')) = (u.reference_id IS NOT NULL)
            AND (u.kind IN ('reversal', 'capture', 'void')) = (u.given_currency IS NULL)
            AND (u.kind IN ('reversal', 'capture', 'void') OR u.amount IS NOT NULL)
            AND (u.kind NOT IN ('transfer', 'hold') OR u.actor IS NOT NULL)
            AND (u.kind NOT IN ('deposit', 'withdrawal') OR u.actor IS NULL)
            AND (u.kind = 'hold') = (u.lifetime IS NOT NULL)
            AND (u.key IS NULL) = (u.scope IS NULL) AS is_well_formed
        FROM unnest(
            kinds, from_account_ids, to_account_ids, payer_ids, payee_ids, amounts, currencies,
            moved_currencies, actors, askers, reference_ids, lifetimes, scopes, keys,
            request_hashes, session_ids
        ) WITH ORDINALITY AS u (
            kind, from_account_id, to_account_id, payer_id, payee_id, amount, given_currency,
            currency, actor, asker, reference_id, lifetime, scope, key, request_hash, session_id, n
        )
        LEFT JOIN LATERAL (
            SELECT s.username = u.asker AND s.ended_at IS NULL AND s.expires_at > locked_at
                AND (SELECT us.blocked_at FROM users AS us WHERE us.username = s.username) IS NULL
                AS is_open
            FROM sessions AS s
            WHERE s.id = u.session_id
            LIMIT 1
        ) AS session ON u.session_id IS NOT NULL
        LEFT JOIN LATERAL (
            SELECT k.*
            FROM idempotency_keys AS k
            WHERE k.scope = u.scope AND k.key = u.key
            LIMIT 1
        ) AS known ON true
        ORDER BY u.n
    LOOP
        IF NOT item.is_well_formed THEN
            RAISE EXCEPTION 'an item has a part too many or too few for its kind'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        payer_place := CASE
            WHEN account_ids[item.payer_place] = item.payer_id THEN item.payer_place
        END;
        payee_place := CASE
            WHEN account_ids[item.payee_place] = item.payee_id THEN item.payee_place
        END;
        payer_places[item.n] := payer_place;
        IF account_times IS NOT NULL THEN
            payer_time := coalesce(account_times[payer_place], locked_at);
            item_times[item.n] := CASE
                WHEN item.kind IN ('hold', 'void') THEN payer_time
                ELSE greatest(payer_time, account_times[payee_place])
            END;
        END IF;
        IF busy_ids <> '{}' AND ARRAY[item.payer_id, item.payee_id] && busy_ids THEN
            busy_account_ids[item.n] := CASE
                WHEN item.payer_id = ANY (busy_ids) THEN item.payer_id
                ELSE item.payee_id
            END;
            refusals[item.n] := NULL;
            payer_balances[item.n] := NULL;
            payer_available_balances[item.n] := NULL;
            payee_balances[item.n] := NULL;
            CONTINUE;
        END IF;
        IF item.known_request_id IS NOT NULL
            AND NOT (item.reuses_key OR item.is_session_over)
        THEN
            refusals[item.n] := item.known_refusal::posting_refusal;
            replayed_request_ids[item.n] := item.known_request_id;
            transfer_ids[item.n] := item.known_transfer_id;
            hold_ids[item.n] := item.known_hold_id;
            payer_balances[item.n] := item.known_balance;
            payer_available_balances[item.n] := item.known_available_balance;
            payee_balances[item.n] := NULL;
            item_captured_amounts[item.n] := item.known_captured_amount;
            EXIT WHEN is_atomic AND refusals[item.n] IS NOT NULL;
            CONTINUE;
        END IF;

        IF item.kind IN ('reversal', 'capture', 'void') THEN
            reference_place := reference_places[item.n];
            item.amount := coalesce(item.amount, amounts_left[reference_place]);
            posted_amounts[item.n] := item.amount;
        END IF;

        item.refusal := CASE
            WHEN item.is_session_over THEN 'unauthenticated'
            WHEN item.reuses_key THEN 'idempotency_key_reused'
            WHEN payer_place IS NULL AND item.kind <> 'deposit' THEN 'not_found'
            WHEN payee_place IS NULL AND item.kind <> 'withdrawal' THEN 'not_found'
            WHEN item.actor IS NOT NULL AND NOT CASE item.kind
                WHEN 'capture' THEN coalesce(owners[payee_place] = item.actor, false)
                WHEN 'void'
                    THEN coalesce(item.actor IN (owners[payer_place], owners[payee_place]), false)
                ELSE coalesce(owners[payer_place] = item.actor, false)
            END THEN 'not_found'
            WHEN account_kinds[payer_place] = 'cash' AND item.kind NOT IN ('deposit', 'reversal')
                THEN 'not_found'
            WHEN account_kinds[payee_place] = 'cash' AND item.kind NOT IN ('withdrawal', 'reversal')
                THEN 'not_found'
            WHEN payer_place = payee_place THEN 'same_account'
            WHEN account_currencies[payer_place] IS DISTINCT FROM item.currency
                THEN 'currency_mismatch'
            WHEN account_currencies[payee_place] IS DISTINCT FROM item.currency
                THEN 'currency_mismatch'
            WHEN item.kind = 'reversal' AND reversed_kinds[item.n] = 'reversal'
                THEN 'not_reversible'
            -- To void lets go of money: no account forbids that.
            WHEN item.kind <> 'void' AND 'frozen' IN (statuses[payer_place], statuses[payee_place])
                THEN 'account_frozen'
            WHEN item.kind <> 'void' AND 'closed' IN (statuses[payer_place], statuses[payee_place])
                THEN 'account_closed'
            WHEN item.kind IN ('capture', 'void') AND NOT open_holds[reference_place]
                THEN 'hold_not_open'
            WHEN item.kind IN ('capture', 'void') AND hold_expiries[reference_place] <= payer_time
                THEN 'hold_not_open'
            WHEN item.kind = 'capture' AND item.amount > amounts_left[reference_place]
                THEN 'capture_exceeds_hold'
            WHEN item.kind = 'reversal' AND amounts_left[reference_place] = 0
                THEN 'already_reversed'
            WHEN item.kind = 'reversal' AND item.amount > amounts_left[reference_place]
                THEN 'reversal_exceeds_transfer'
            WHEN item.kind NOT IN ('capture', 'void') AND account_kinds[payer_place] <> 'cash'
                AND balances[payer_place] - held_amounts[payer_place] < item.amount
                THEN 'insufficient_funds'
            WHEN item.kind NOT IN ('hold', 'void')
                AND (
                    balances[payee_place] > balance_max() - item.amount
                    -- The bank's cash, for the funds of others are checked: it is what they have in
                    -- all, and must not end before their own limits do.
                    OR balances[payer_place] < item.amount - 9223372036854775807
                ) THEN 'balance_limit_exceeded'
        END;

        IF item.refusal IS NULL THEN
            IF item.kind = 'hold' THEN
                hold_ids[item.n] := nextval('positions');
                held_amounts[payer_place] := held_amounts[payer_place] + item.amount;
                item_captured_amounts[item.n] := 0;
            ELSIF item.kind IN ('capture', 'void') THEN
                held_amounts[payer_place] := held_amounts[payer_place] - item.amount;
                amounts_left[reference_place] := amounts_left[reference_place] - item.amount;
                open_holds[reference_place] :=
                    item.kind = 'capture' AND amounts_left[reference_place] > 0;
                IF item.kind = 'capture' THEN
                    captured_amounts[reference_place] :=
                        captured_amounts[reference_place] + item.amount;
                END IF;
                item_captured_amounts[item.n] := captured_amounts[reference_place];
                hold_ids[item.n] := reference_ids[item.n];
            ELSIF item.kind = 'reversal' THEN
                amounts_left[reference_place] := amounts_left[reference_place] - item.amount;
            END IF;
            IF item.kind NOT IN ('hold', 'void') THEN
                balances[payer_place] := balances[payer_place] - item.amount;
                balances[payee_place] := balances[payee_place] + item.amount;
                transfer_ids[item.n] := nextval('positions');
            END IF;
            IF account_times IS NOT NULL AND item.kind <> 'void' THEN
                IF account_kinds[payer_place] = 'customer' THEN
                    account_times[payer_place] := item_times[item.n];
                END IF;
                IF account_kinds[payee_place] = 'customer' AND item.kind <> 'hold' THEN
                    account_times[payee_place] := item_times[item.n];
                END IF;
            END IF;
        END IF;
        refusals[item.n] := item.refusal;
        payer_balances[item.n] := balances[payer_place];
        payer_available_balances[item.n] := balances[payer_place] - held_amounts[payer_place];
        payee_balances[item.n] := balances[payee_place];
        key_count := key_count + (
            keys[item.n] IS NOT NULL
            AND coalesce(item.refusal NOT IN ('unauthenticated', 'idempotency_key_reused'), true)
        )::int;
        EXIT WHEN is_atomic AND item.refusal IS NOT NULL;
    END LOOP;

    IF is_atomic AND refusals[cardinality(refusals)] IS NOT NULL THEN
        -- The refusal answers its item; the others are refused with it, and nothing is written.
        RETURN QUERY
        SELECT
            CASE WHEN u.n = cardinality(refusals) THEN refusals[u.n] ELSE 'batch_refused' END,
            NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
            NULL::text, NULL::timestamptz, NULL::text, NULL::timestamptz, NULL::bigint,
            NULL::bigint, NULL::bigint, NULL::bigint, NULL::text, NULL::timestamptz,
            NULL::timestamptz, NULL::timestamptz, NULL::text, NULL::text, NULL::text,
            NULL::bigint
        FROM generate_series(1, cardinality(kinds)) AS u (n);
        RETURN;
    END IF;

    IF 'hold' = ANY (kinds) THEN
        INSERT INTO holds (
            id, from_account_id, to_account_id, amount, currency, description, expires_at,
            created_at, asked_by, request_id
        )
        SELECT u.id, u.payer_id, u.payee_id, u.amount, u.currency, u.description,
            coalesce(item_times[u.n], locked_at) + u.lifetime,
            coalesce(item_times[u.n], locked_at), u.asker, u.request_id
        FROM unnest(
            hold_ids, kinds, payer_ids, payee_ids, amounts, currencies, descriptions, lifetimes,
            askers, request_ids, replayed_request_ids
        ) WITH ORDINALITY AS u (
            id, kind, payer_id, payee_id, amount, currency, description, lifetime, asker,
            request_id, replayed_request_id, n
        )
        WHERE u.kind = 'hold' AND u.id IS NOT NULL AND u.replayed_request_id IS NULL;
    END IF;

    -- In one statement, for a transfer must have its entries when its statement ends.
    WITH moved AS (
        INSERT INTO transfers (
            id, kind, from_account_id, to_account_id, amount, currency, description,
            reverses_transfer_id, captures_hold_id, created_at, asked_by, request_id
        )
        SELECT u.id, u.kind::text::transfer_kind, u.payer_id, u.payee_id, u.amount, u.currency,
            u.description,
            CASE WHEN u.kind = 'reversal' THEN u.reference_id END,
            CASE WHEN u.kind = 'capture' THEN u.reference_id END,
            coalesce(item_times[u.n], locked_at), u.asker, u.request_id
        FROM unnest(
            transfer_ids, kinds, payer_ids, payee_ids, posted_amounts, moved_currencies,
            descriptions, reference_ids, askers, request_ids, replayed_request_ids
        ) WITH ORDINALITY AS u (
            id, kind, payer_id, payee_id, amount, currency, description, reference_id, asker,
            request_id, replayed_request_id, n
        )
        WHERE u.id IS NOT NULL AND u.replayed_request_id IS NULL
    )
    INSERT INTO entries (id, transfer_id, account_id, amount, balance_after, created_at)
    SELECT 2 * u.id + side.is_credit, u.id, side.account_id, side.amount, side.balance,
        coalesce(item_times[u.n], locked_at)
    FROM unnest(
        transfer_ids, payer_ids, payee_ids, posted_amounts, payer_balances, payee_balances,
        replayed_request_ids
    ) WITH ORDINALITY AS u (
        id, payer_id, payee_id, amount, payer_balance, payee_balance, replayed_request_id, n
    )
    CROSS JOIN LATERAL (
        VALUES
            (0, u.payer_id, -u.amount, u.payer_balance),
            (1, u.payee_id, u.amount, u.payee_balance)
    ) AS side (is_credit, account_id, amount, balance)
    WHERE u.id IS NOT NULL AND u.replayed_request_id IS NULL;

    IF kinds && ARRAY['capture', 'void']::posting_kind[] THEN
        UPDATE holds AS h
        SET captured_amount = u.captured_amount,
            status = CASE
                WHEN u.kind = 'void' THEN 'voided'
                WHEN u.captured_amount = h.amount THEN 'captured'
                ELSE 'open'
            END::hold_status,
            closed_at = CASE
                WHEN u.kind = 'void' OR u.captured_amount = h.amount
                    THEN coalesce(item_times[u.n], locked_at)
            END,
            voided_by = CASE WHEN u.kind = 'void' THEN u.asker END,
            end_position = CASE
                WHEN u.kind = 'void' OR u.captured_amount = h.amount THEN nextval('positions')
            END
        FROM (
            SELECT DISTINCT ON (u.id) u.id, u.kind, u.captured_amount, u.asker, u.n
            FROM unnest(hold_ids, kinds, item_captured_amounts, askers, replayed_request_ids)
                WITH ORDINALITY AS u (id, kind, captured_amount, asker, replayed_request_id, n)
            WHERE u.kind IN ('capture', 'void') AND u.replayed_request_id IS NULL
            ORDER BY u.id, u.n DESC
        ) AS u
        WHERE h.id = u.id;
    END IF;

    IF key_count > 0 THEN
        INSERT INTO idempotency_keys (
            scope, key, request_hash, request_id, refusal, transfer_id, hold_id, balance,
            available_balance, captured_amount, created_at
        )
        SELECT u.scope, u.key, u.request_hash, u.request_id, u.refusal::text, u.transfer_id,
            u.hold_id, u.balance, u.available_balance, u.captured_amount, locked_at
        FROM unnest(
            scopes, keys, request_hashes, request_ids, refusals, transfer_ids, hold_ids,
            payer_balances, payer_available_balances, item_captured_amounts, replayed_request_ids,
            busy_account_ids
        ) AS u (
            scope, key, request_hash, request_id, refusal, transfer_id, hold_id, balance,
            available_balance, captured_amount, replayed_request_id, busy_account_id
        )
        WHERE u.key IS NOT NULL AND u.replayed_request_id IS NULL AND u.busy_account_id IS NULL
            AND coalesce(u.refusal NOT IN ('unauthenticated', 'idempotency_key_reused'), true)
        ORDER BY u.scope, u.key -- the order in which all take keys, after the accounts
        ON CONFLICT (scope, key) DO NOTHING;
        GET DIAGNOSTICS written_count = ROW_COUNT;
        IF written_count < key_count THEN
            RAISE EXCEPTION 'another request has taken the key just now: look again'
                USING ERRCODE = 'serialization_failure';
        END IF;
    END IF;

    RETURN QUERY
    SELECT u.refusal, u.replayed_request_id, u.transfer_id, u.hold_id, u.payer_id, u.payee_id,
        coalesce(posted.amount, u.amount), u.currency,
        coalesce(posted.created_at, item_times[u.n], locked_at),
        owners[u.payer_place], opening_times[u.payer_place], u.payer_balance,
        u.payer_available_balance, hold.amount, u.captured_amount, hold.description,
        hold.expires_at, hold.created_at, hold.closed_at, hold.asked_by, hold.request_id,
        hold.voided_by, u.busy_account_id
    FROM unnest(
        refusals, replayed_request_ids, transfer_ids, hold_ids, payer_ids, payee_ids,
        posted_amounts, moved_currencies, payer_places, payer_balances,
        payer_available_balances, item_captured_amounts, busy_account_ids
    ) WITH ORDINALITY AS u (
        refusal, replayed_request_id, transfer_id, hold_id, payer_id, payee_id, amount, currency,
        payer_place, payer_balance, payer_available_balance, captured_amount, busy_account_id, n
    )
    LEFT JOIN LATERAL (
        SELECT h.amount, h.description, h.expires_at, h.created_at, h.closed_at, h.asked_by,
            h.request_id, h.voided_by
        FROM holds AS h
        WHERE h.id = u.hold_id
        LIMIT 1
    ) AS hold ON u.hold_id IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT t.amount, t.created_at
        FROM transfers AS t
        WHERE t.id = u.transfer_id
        LIMIT 1
    ) AS posted ON u.replayed_request_id IS NOT NULL
    ORDER BY u.n;
END
$$;

REVOKE EXECUTE ON FUNCTION post_transfers FROM public;
GRANT EXECUTE ON FUNCTION post_transfers TO bank_application;
-- end of post_transfers -- noqa: enable=all

-- from db/functions/expire_holds.sql -- noqa: disable=all
-- Notes the ends of holds that have expired, so that the feed tells of it: of those that are due
-- behind a time and a hold, so many at a time. Returns how many were due, and the last of them.
-- What is told stays, so a hold has expired when the clock of the database and `moment`, the time
-- of the process, both say so.
CREATE OR REPLACE FUNCTION expire_holds(
    moment timestamptz,
    after_expiry timestamptz,
    after_id bigint,
    row_count_max integer
) RETURNS TABLE (
    due_count integer,
    last_expiry timestamptz,
    last_id bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off -- a plan made while the table was empty would be kept while it grows
AS $$
DECLARE
    due_ids bigint[] := ARRAY(
        SELECT h.id
        FROM holds AS h
        WHERE h.status = 'open' AND h.end_position IS NULL
            AND h.expires_at <= least(now(), moment)
            AND (h.expires_at, h.id) > (after_expiry, after_id)
        ORDER BY h.expires_at, h.id
        LIMIT row_count_max
    );
    locked_ids bigint[];
BEGIN
    -- The accounts first, as whoever captures or voids does. Those that are in use have their turn
    -- the next time.
    SELECT array_agg(locked.id)
    INTO locked_ids
    FROM (
        SELECT a.id
        FROM accounts AS a
        WHERE a.id = ANY (
            ARRAY(SELECT h.from_account_id FROM holds AS h WHERE h.id = ANY (due_ids))
        )
        ORDER BY a.id
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS locked;

    WITH expired AS (
        UPDATE holds AS h
        SET end_position = nextval('positions')
        WHERE h.id = ANY (due_ids)
            AND h.from_account_id = ANY (locked_ids)
            AND h.status = 'open'
            AND h.end_position IS NULL
        RETURNING h.from_account_id, h.expires_at
    )

    -- What was told to have expired stays so, even if the clock steps back (account_time).
    UPDATE accounts AS a
    SET final_at = greatest(a.final_at, over.expires_at)
    FROM (
        SELECT expired.from_account_id AS account_id, max(expired.expires_at) AS expires_at
        FROM expired
        GROUP BY expired.from_account_id
    ) AS over
    WHERE a.id = over.account_id;

    RETURN QUERY
    SELECT cardinality(due_ids), h.expires_at, h.id
    FROM holds AS h
    WHERE h.id = due_ids[cardinality(due_ids)];
END
$$;

COMMENT ON FUNCTION expire_holds IS
'Notes the ends of expired holds, some of them at a time, so that the feed tells of it';

REVOKE EXECUTE ON FUNCTION expire_holds FROM public;
GRANT EXECUTE ON FUNCTION expire_holds TO bank_application;
-- end of expire_holds -- noqa: enable=all

CREATE TABLE feed_horizon (
    only_row boolean NOT NULL DEFAULT true,
    epoch bigint NOT NULL DEFAULT 1,
    first_position bigint NOT NULL,
    settled_position bigint NOT NULL DEFAULT 0,
    pending_position bigint NOT NULL DEFAULT 0,
    barrier xid8 NOT NULL DEFAULT '0',
    CONSTRAINT feed_horizon_pkey PRIMARY KEY (only_row),
    CONSTRAINT feed_horizon_one_row CHECK (only_row),
    CONSTRAINT feed_horizon_epoch_positive CHECK (epoch > 0),
    CONSTRAINT feed_horizon_settled_within_pending CHECK (
        settled_position BETWEEN 0 AND pending_position
    )
);

COMMENT ON TABLE feed_horizon IS 'How far the feed of events shows what has happened; one row';
COMMENT ON COLUMN feed_horizon.epoch IS
'Raised when the history is another than readers have seen; their cursors are of an epoch';
COMMENT ON COLUMN feed_horizon.first_position IS
'Holds and audit events with lower ids have them from a sequence of their own, and are not shown';
COMMENT ON COLUMN feed_horizon.settled_position IS
'No transaction can commit anything up to this position any more: the feed shows it';
COMMENT ON COLUMN feed_horizon.pending_position IS
'What will be settled once all transactions up to the barrier have ended';
COMMENT ON COLUMN feed_horizon.barrier IS 'The transaction that noted the pending position';

INSERT INTO feed_horizon (first_position)
SELECT p.last_value + p.is_called::int
FROM positions AS p;

CREATE TRIGGER feed_horizon_only_forward
AFTER UPDATE ON feed_horizon
FOR EACH ROW
WHEN (
    new.epoch < old.epoch
    OR new.settled_position < old.settled_position
    OR new.pending_position < old.pending_position
    OR new.first_position <> old.first_position
)
EXECUTE FUNCTION refuse_rewrite();

CREATE TRIGGER feed_horizon_stays
AFTER DELETE OR TRUNCATE ON feed_horizon
FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewrite();

GRANT SELECT ON feed_horizon TO bank_application;

-- from db/functions/advance_feed.sql -- noqa: disable=all
-- Moves the horizon of the feed forward: up to the settled position nobody can still commit. To be
-- called in a transaction of its own. One call settles what the call before it noted, if all who
-- were at work then have ended. The order of the three steps is why that is certain.
CREATE OR REPLACE FUNCTION advance_feed() RETURNS TABLE (
    epoch bigint,
    first_position bigint,
    settled_position bigint,
    drawn_position bigint,
    is_standby boolean
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    last_drawn bigint;
    horizon feed_horizon;
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'advance_feed has to be called in a transaction of its own'
            USING ERRCODE = 'active_sql_transaction';
    END IF;
    -- 1. Whoever has drawn a number up to this one got a transaction id before (next_position).
    SELECT p.last_value - (NOT p.is_called)::int INTO last_drawn FROM positions AS p;

    -- Without a lock where nothing is to be done, or where nothing can be.
    SELECT * INTO STRICT horizon FROM feed_horizon;
    IF horizon.settled_position < last_drawn
        AND NOT current_setting('transaction_read_only')::boolean
        AND (
            horizon.barrier < pg_snapshot_xmin(pg_current_snapshot())
            OR horizon.barrier >= pg_snapshot_xmax(pg_current_snapshot())
        )
    THEN
        -- 2. Only now do we get one, which is younger than all of theirs. Who finds another at it
        -- need not wait.
        SELECT * INTO horizon FROM feed_horizon FOR NO KEY UPDATE SKIP LOCKED;
        -- 3. If all transactions up to the barrier have ended, so have those that had drawn a
        -- number up to the pending position. A barrier from the future is of another server, whose
        -- dump this was.
        IF FOUND
            AND (
                horizon.barrier < pg_snapshot_xmin(pg_current_snapshot())
                OR horizon.barrier > pg_current_xact_id()
            )
        THEN
            UPDATE feed_horizon AS f
            SET settled_position = f.pending_position,
                pending_position = greatest(f.pending_position, last_drawn),
                barrier = pg_current_xact_id();
        END IF;
    END IF;
    RETURN QUERY
    SELECT f.epoch, f.first_position, f.settled_position, last_drawn, pg_is_in_recovery()
    FROM feed_horizon AS f;
END
$$;

COMMENT ON FUNCTION advance_feed IS
'Settles the positions that nobody can commit any more, so that the feed shows them';

REVOKE EXECUTE ON FUNCTION advance_feed FROM public;
GRANT EXECUTE ON FUNCTION advance_feed TO bank_application;
-- end of advance_feed -- noqa: enable=all

-- from db/functions/begin_feed_epoch.sql -- noqa: disable=all
-- Begins a new epoch of the feed, for a database whose history is another than readers have seen:
-- it was restored to an earlier time, or lost commits in a failover. Returns the epoch. No position
-- that was drawn in the lost part of the history is drawn again.
CREATE OR REPLACE FUNCTION begin_feed_epoch() RETURNS bigint
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
DECLARE
    new_epoch bigint;
BEGIN
    PERFORM setval('positions', nextval('positions') + 1000000);
    UPDATE feed_horizon AS f SET epoch = f.epoch + 1 RETURNING f.epoch INTO STRICT new_epoch;
    INSERT INTO audit_events (action, subject, actor)
    VALUES ('feed.epoch_begun', 'feed:' || new_epoch, NULL);
    RETURN new_epoch;
END
$$;

COMMENT ON FUNCTION begin_feed_epoch IS
'Begins a new epoch of the feed, after which readers with earlier cursors have to start over';

REVOKE EXECUTE ON FUNCTION begin_feed_epoch FROM public;
-- end of begin_feed_epoch -- noqa: enable=all

-- migrate:down
DROP FUNCTION begin_feed_epoch();

DROP FUNCTION advance_feed();

DROP TABLE feed_horizon;

COMMENT ON COLUMN transfers.id IS NULL;
COMMENT ON COLUMN holds.id IS NULL;
COMMENT ON COLUMN audit_events.id IS NULL;
COMMENT ON COLUMN holds.status IS
'Open also when it has expired: whoever counts holds looks at expires_at, nothing sweeps them';

DROP FUNCTION expire_holds(timestamptz, timestamptz, int8, int4);

-- post_transfers as in 20261130150005_skip_locked_accounts.sql -- noqa: disable=all
-- The one way money moves: a batch of postings, decided and written in one call.
CREATE OR REPLACE FUNCTION post_transfers(
    kinds posting_kind[],
    from_account_ids bigint[],
    to_account_ids bigint[],
    amounts bigint[],
    currencies text[],
    descriptions text[],
    actors text[],
    askers text[],
    reference_ids bigint[],
    lifetimes interval[],
    scopes text[],
    keys text[],
    request_hashes bytea[],
    request_ids text[],
    is_atomic boolean,
    session_ids uuid[] DEFAULT NULL,
    lock_timeout_ms integer DEFAULT NULL,
    skips_locked boolean DEFAULT false
) RETURNS TABLE (
    refusal posting_refusal,
    replayed_request_id text,
    transfer_id bigint,
    hold_id bigint,
    from_account_id bigint,
    to_account_id bigint,
    amount bigint,
    currency text,
    posted_at timestamptz,
    from_owner text,
    from_opened_at timestamptz,
    from_balance bigint,
    from_available_balance bigint,
    hold_amount bigint,
    hold_captured_amount bigint,
    hold_description text,
    hold_expires_at timestamptz,
    hold_created_at timestamptz,
    hold_closed_at timestamptz,
    hold_asked_by text,
    hold_request_id text,
    hold_voided_by text,
    busy_account_id bigint
)
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
-- Item n of the batch is element n of every array; row n of the result is its outcome.
--
-- A deposit names no paying account and a withdrawal no receiving one: there the bank's cash
-- account of the currency stands in. A reversal names the transfer it pays back in reference_ids, a
-- capture and a void the hold; their accounts and currency are those of what they name. Without an
-- amount, a reversal and a capture are of all that is left. actors[n] must own the paying account,
-- of a capture the receiving one, of a void either; NULL is the bank itself.
--
-- session_ids[n] is the session of the request, by askers[n]: if it had ended when the accounts
-- were locked, nothing is posted, nor answered again. It is NULL for requests that need no session.
--
-- lock_timeout_ms is how long a lock is waited for, here and until the transaction ends. With NULL
-- the session's own lock_timeout counts.
--
-- The time of an item is that of the clock. Where the clock has stepped back behind an account of
-- the item, it is the account's (account_time), so that no history changes. Only times differ then.
--
-- With skips_locked no account is waited for. An item with an account that another transaction has
-- locked is left undecided: its row names that account in busy_account_id. An atomic batch waits.
--
-- 1. Lock every account once, in ascending id, so that no two batches wait for each other. Whatever
--    concerns an account's holds, transfers and keys is only written under its lock.
-- 2. Walk the items in order with running balances: each finds what its predecessors left. What is
--    known of an account is in arrays, at the place of its id among all those locked.
-- 3. Write sets: transfers, entries, which carry one final balance into each account, holds, keys.
--    An account updated once per item would drag a chain of dead row versions through the batch.
--
-- Of an atomic batch all is posted, or the first refusal refuses the others, too.
#variable_conflict use_column
DECLARE
    names_accounts CONSTANT boolean := kinds <@ ARRAY['transfer', 'hold']::posting_kind[];
    item record;
    -- Of the items.
    payer_ids bigint[] := from_account_ids;
    payee_ids bigint[] := to_account_ids;
    moved_currencies text[] := currencies;
    posted_amounts bigint[] := amounts;
    -- From the start as long as the batch, for an array must begin with its first item.
    replayed_request_ids text[] := array_fill(NULL::text, ARRAY[cardinality(kinds)]);
    transfer_ids bigint[] := array_fill(NULL::bigint, ARRAY[cardinality(kinds)]);
    hold_ids bigint[] := transfer_ids;
    item_captured_amounts bigint[] := transfer_ids;
    -- Longer by each item that is decided.
    payer_places int[];
    refusals posting_refusal[];
    payer_balances bigint[];
    payer_available_balances bigint[];
    payee_balances bigint[];
    item_times timestamptz[]; -- NULL where all are locked_at
    -- Of the accounts, in ascending id. An enum there is a text here, so that a parser needs no
    -- types of the bank.
    account_ids bigint[];
    owners text[];
    account_kinds text[];
    account_currencies text[];
    statuses text[];
    opening_times timestamptz[];
    balances bigint[];
    held_amounts bigint[];
    account_times timestamptz[]; -- NULL unless the clock is behind one of them
    busy_ids bigint[] := '{}';
    busy_account_ids bigint[] := transfer_ids;
    -- Of what an item names by reference_id, where it is named first.
    reference_places int[];
    amounts_left bigint[];
    captured_amounts bigint[];
    open_holds boolean[];
    hold_expiries timestamptz[];
    reversed_kinds text[];
    payer_place int;
    payee_place int;
    reference_place int;
    locked_at timestamptz;
    final_at timestamptz;
    held_at timestamptz;
    payer_time timestamptz;
    key_count bigint := 0;
    written_count bigint;
BEGIN
    IF lock_timeout_ms IS NOT NULL THEN
        PERFORM set_config('lock_timeout', lock_timeout_ms::text, true);
    END IF;

    IF NOT names_accounts THEN
        SELECT
            array_agg(
                CASE u.kind
                    WHEN 'deposit' THEN cash.id
                    WHEN 'reversal' THEN reversed.to_account_id
                    WHEN 'capture' THEN settled.from_account_id
                    WHEN 'void' THEN settled.from_account_id
                    ELSE u.from_account_id
                END ORDER BY u.n
            ),
            array_agg(
                CASE u.kind
                    WHEN 'withdrawal' THEN cash.id
                    WHEN 'reversal' THEN reversed.from_account_id
                    WHEN 'capture' THEN settled.to_account_id
                    WHEN 'void' THEN settled.to_account_id
                    ELSE u.to_account_id
                END ORDER BY u.n
            ),
            array_agg(coalesce(u.currency, reversed.currency, settled.currency) ORDER BY u.n)
        INTO payer_ids, payee_ids, moved_currencies
        FROM unnest(kinds, from_account_ids, to_account_ids, currencies, reference_ids)
            WITH ORDINALITY AS u (kind, from_account_id, to_account_id, currency, reference_id, n)
        LEFT JOIN accounts AS cash
            ON u.kind IN ('deposit', 'withdrawal')
                AND cash.owner IS NULL AND cash.currency = u.currency
        LEFT JOIN LATERAL (
            SELECT t.from_account_id, t.to_account_id, t.currency
            FROM transfers AS t
            WHERE t.id = u.reference_id
            LIMIT 1 -- so that the planner never reads them all
        ) AS reversed ON u.kind = 'reversal'
        LEFT JOIN LATERAL (
            SELECT h.from_account_id, h.to_account_id, h.currency
            FROM holds AS h
            WHERE h.id = u.reference_id
            LIMIT 1
        ) AS settled ON u.kind IN ('capture', 'void');
    END IF;

    -- In the order of the subquery; the places are found by it.
    IF skips_locked AND NOT is_atomic THEN
        SELECT array_agg(locked.id), array_agg(locked.owner), array_agg(locked.kind::text),
            array_agg(locked.currency), array_agg(locked.status::text),
            array_agg(locked.created_at), array_agg(locked.balance),
            max(locked.final_at) FILTER (WHERE locked.kind = 'customer')
        INTO account_ids, owners, account_kinds, account_currencies, statuses, opening_times,
            balances, final_at
        FROM (
            SELECT a.id, a.owner, a.kind, a.currency, a.status, a.created_at, a.balance, a.final_at
            FROM accounts AS a
            WHERE a.id = ANY (payer_ids || payee_ids)
            ORDER BY a.id
            FOR NO KEY UPDATE SKIP LOCKED
        ) AS locked;
        SELECT coalesce(array_agg(a.id), '{}')
        INTO busy_ids
        FROM unnest(payer_ids || payee_ids) AS u (id)
        INNER JOIN accounts AS a ON a.id = u.id
        WHERE account_ids[width_bucket(u.id, account_ids)] IS DISTINCT FROM u.id;
    ELSE
        SELECT array_agg(locked.id), array_agg(locked.owner), array_agg(locked.kind::text),
            array_agg(locked.currency), array_agg(locked.status::text),
            array_agg(locked.created_at), array_agg(locked.balance),
            max(locked.final_at) FILTER (WHERE locked.kind = 'customer')
        INTO account_ids, owners, account_kinds, account_currencies, statuses, opening_times,
            balances, final_at
        FROM (
            SELECT a.id, a.owner, a.kind, a.currency, a.status, a.created_at, a.balance, a.final_at
            FROM accounts AS a
            WHERE a.id = ANY (payer_ids || payee_ids)
            ORDER BY a.id
            FOR NO KEY UPDATE
        ) AS locked;
    END IF;
    locked_at := clock_timestamp();

    SELECT array_agg(coalesce(held.amount, 0) ORDER BY u.n), max(held.newest_at)
    INTO held_amounts, held_at
    FROM unnest(account_ids) WITH ORDINALITY AS u (id, n)
    LEFT JOIN (
        SELECT h.from_account_id, sum(h.amount - h.captured_amount)::bigint AS amount,
            max(h.created_at) AS newest_at
        FROM holds AS h -- as held_amount says, for all of them at once
        WHERE h.from_account_id = ANY (account_ids)
            AND h.status = 'open'
            AND h.expires_at > locked_at
        GROUP BY h.from_account_id
    ) AS held ON held.from_account_id = u.id;

    IF greatest(final_at, held_at) > locked_at THEN
        SELECT array_agg(present.moment ORDER BY a.id),
            array_agg(
                (
                    SELECT coalesce(sum(h.amount - h.captured_amount), 0)::bigint
                    FROM holds AS h
                    WHERE h.from_account_id = a.id AND h.status = 'open'
                        AND h.expires_at > coalesce(present.moment, locked_at)
                ) ORDER BY a.id
            )
        INTO account_times, held_amounts
        FROM accounts AS a
        CROSS JOIN LATERAL (
            -- As account_time says. The bank's own accounts have no time: see carry_balances.
            SELECT
                CASE a.kind
                    WHEN 'customer' THEN greatest(locked_at, a.final_at, max(h.created_at))
                END AS moment
            FROM holds AS h
            WHERE h.from_account_id = a.id AND h.status = 'open' AND h.expires_at > locked_at
        ) AS present
        WHERE a.id = ANY (account_ids);
    END IF;

    IF NOT names_accounts THEN
        SELECT array_agg(named.place ORDER BY named.n),
            array_agg(coalesce(reversed.amount_left, settled.amount_left) ORDER BY named.n),
            array_agg(settled.captured_amount ORDER BY named.n),
            array_agg(settled.is_open ORDER BY named.n),
            array_agg(settled.expires_at ORDER BY named.n),
            array_agg(reversed.kind::text ORDER BY named.n)
        INTO reference_places, amounts_left, captured_amounts, open_holds, hold_expiries,
            reversed_kinds
        FROM (
            SELECT u.n, u.kind, u.reference_id,
                min(u.n) OVER (PARTITION BY u.kind = 'reversal', u.reference_id) AS place
            FROM unnest(kinds, reference_ids) WITH ORDINALITY AS u (kind, reference_id, n)
        ) AS named
        LEFT JOIN LATERAL (
            SELECT t.kind,
                t.amount - (
                    SELECT coalesce(sum(r.amount), 0)
                    FROM transfers AS r
                    WHERE r.reverses_transfer_id = t.id
                ) AS amount_left
            FROM transfers AS t
            WHERE t.id = named.reference_id
            LIMIT 1
        ) AS reversed ON named.kind = 'reversal'
        LEFT JOIN LATERAL (
            SELECT h.captured_amount,
                h.amount - h.captured_amount AS amount_left,
                h.status = 'open' AND h.expires_at > locked_at AS is_open,
                h.expires_at
            FROM holds AS h
            WHERE h.id = named.reference_id
            LIMIT 1
        ) AS settled ON named.kind IN ('capture', 'void');
    END IF;

    FOR item IN
        SELECT u.n, u.kind, u.payer_id, u.payee_id, u.amount, u.currency, u.actor,
            -- By binary search: where the id is, or would be.
            width_bucket(u.payer_id, account_ids) AS payer_place,
            width_bucket(u.payee_id, account_ids) AS payee_place,
            u.session_id IS NOT NULL AND NOT coalesce(session.is_open, false) AS is_session_over,
            coalesce(known.request_hash <> u.request_hash, false)
            OR u.key IS NOT NULL
            AND row_number() OVER (PARTITION BY u.scope, u.key ORDER BY u.n) > 1 AS reuses_key,
            known.request_id AS known_request_id,
            known.refusal AS known_refusal,
            known.transfer_id AS known_transfer_id,
            known.hold_id AS known_hold_id,
            known.balance AS known_balance,
            known.available_balance AS known_available_balance,
            known.captured_amount AS known_captured_amount,
            NULL::posting_refusal AS refusal,
            u.kind IS NOT NULL
            AND (u.kind IN ('transfer', 'withdrawal', 'hold')) = (u.from_account_id IS NOT NULL)
            AND (u.kind IN ('transfer', 'deposit', 'hold')) = (u.to_account_id IS NOT NULL)
            AND (u.kind IN ('reversal', 'capture', 'void')) = (u.reference_id IS NOT NULL)
            AND (u.kind IN ('reversal', 'capture', 'void')) = (u.given_currency IS NULL)
            AND (u.kind IN ('reversal', 'capture', 'void') OR u.amount IS NOT NULL)
            AND (u.kind NOT IN ('transfer', 'hold') OR u.actor IS NOT NULL)
            AND (u.kind NOT IN ('deposit', 'withdrawal') OR u.actor IS NULL)
            AND (u.kind = 'hold') = (u.lifetime IS NOT NULL)
            AND (u.key IS NULL) = (u.scope IS NULL) AS is_well_formed
        FROM unnest(
            kinds, from_account_ids, to_account_ids, payer_ids, payee_ids, amounts, currencies,
            moved_currencies, actors, askers, reference_ids, lifetimes, scopes, keys,
            request_hashes, session_ids
        ) WITH ORDINALITY AS u (
            kind, from_account_id, to_account_id, payer_id, payee_id, amount, given_currency,
            currency, actor, asker, reference_id, lifetime, scope, key, request_hash, session_id, n
        )
        LEFT JOIN LATERAL (
            SELECT s.username = u.asker AND s.ended_at IS NULL AND s.expires_at > locked_at
                AND (SELECT us.blocked_at FROM users AS us WHERE us.username = s.username) IS NULL
                AS is_open
            FROM sessions AS s
            WHERE s.id = u.session_id
            LIMIT 1
        ) AS session ON u.session_id IS NOT NULL
        LEFT JOIN LATERAL (
            SELECT k.*
            FROM idempotency_keys AS k
            WHERE k.scope = u.scope AND k.key = u.key
            LIMIT 1
        ) AS known ON true
        ORDER BY u.n
    LOOP
        IF NOT item.is_well_formed THEN
            RAISE EXCEPTION 'an item has a part too many or too few for its kind'
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        payer_place := CASE
            WHEN account_ids[item.payer_place] = item.payer_id THEN item.payer_place
        END;
        payee_place := CASE
            WHEN account_ids[item.payee_place] = item.payee_id THEN item.payee_place
        END;
        payer_places[item.n] := payer_place;
        IF account_times IS NOT NULL THEN
            payer_time := coalesce(account_times[payer_place], locked_at);
            item_times[item.n] := CASE
                WHEN item.kind IN ('hold', 'void') THEN payer_time
                ELSE greatest(payer_time, account_times[payee_place])
            END;
        END IF;
        IF busy_ids <> '{}' AND ARRAY[item.payer_id, item.payee_id] && busy_ids THEN
            busy_account_ids[item.n] := CASE
                WHEN item.payer_id = ANY (busy_ids) THEN item.payer_id
                ELSE item.payee_id
            END;
            refusals[item.n] := NULL;
            payer_balances[item.n] := NULL;
            payer_available_balances[item.n] := NULL;
            payee_balances[item.n] := NULL;
            CONTINUE;
        END IF;
        IF item.known_request_id IS NOT NULL
            AND NOT (item.reuses_key OR item.is_session_over)
        THEN
            refusals[item.n] := item.known_refusal::posting_refusal;
            replayed_request_ids[item.n] := item.known_request_id;
            transfer_ids[item.n] := item.known_transfer_id;
            hold_ids[item.n] := item.known_hold_id;
            payer_balances[item.n] := item.known_balance;
            payer_available_balances[item.n] := item.known_available_balance;
            payee_balances[item.n] := NULL;
            item_captured_amounts[item.n] := item.known_captured_amount;
            EXIT WHEN is_atomic AND refusals[item.n] IS NOT NULL;
            CONTINUE;
        END IF;

        IF item.kind IN ('reversal', 'capture', 'void') THEN
            reference_place := reference_places[item.n];
            item.amount := coalesce(item.amount, amounts_left[reference_place]);
            posted_amounts[item.n] := item.amount;
        END IF;

        item.refusal := CASE
            WHEN item.is_session_over THEN 'unauthenticated'
            WHEN item.reuses_key THEN 'idempotency_key_reused'
            WHEN payer_place IS NULL AND item.kind <> 'deposit' THEN 'not_found'
            WHEN payee_place IS NULL AND item.kind <> 'withdrawal' THEN 'not_found'
            WHEN item.actor IS NOT NULL AND NOT CASE item.kind
                WHEN 'capture' THEN coalesce(owners[payee_place] = item.actor, false)
                WHEN 'void'
                    THEN coalesce(item.actor IN (owners[payer_place], owners[payee_place]), false)
                ELSE coalesce(owners[payer_place] = item.actor, false)
            END THEN 'not_found'
            WHEN account_kinds[payer_place] = 'cash' AND item.kind NOT IN ('deposit', 'reversal')
                THEN 'not_found'
            WHEN account_kinds[payee_place] = 'cash' AND item.kind NOT IN ('withdrawal', 'reversal')
                THEN 'not_found'
            WHEN payer_place = payee_place THEN 'same_account'
            WHEN account_currencies[payer_place] IS DISTINCT FROM item.currency
                THEN 'currency_mismatch'
            WHEN account_currencies[payee_place] IS DISTINCT FROM item.currency
                THEN 'currency_mismatch'
            WHEN item.kind = 'reversal' AND reversed_kinds[item.n] = 'reversal'
                THEN 'not_reversible'
            -- To void lets go of money: no account forbids that.
            WHEN item.kind <> 'void' AND 'frozen' IN (statuses[payer_place], statuses[payee_place])
                THEN 'account_frozen'
            WHEN item.kind <> 'void' AND 'closed' IN (statuses[payer_place], statuses[payee_place])
                THEN 'account_closed'
            WHEN item.kind IN ('capture', 'void') AND NOT open_holds[reference_place]
                THEN 'hold_not_open'
            WHEN item.kind IN ('capture', 'void') AND hold_expiries[reference_place] <= payer_time
                THEN 'hold_not_open'
            WHEN item.kind = 'capture' AND item.amount > amounts_left[reference_place]
                THEN 'capture_exceeds_hold'
            WHEN item.kind = 'reversal' AND amounts_left[reference_place] = 0
                THEN 'already_reversed'
            WHEN item.kind = 'reversal' AND item.amount > amounts_left[reference_place]
                THEN 'reversal_exceeds_transfer'
            WHEN item.kind NOT IN ('capture', 'void') AND account_kinds[payer_place] <> 'cash'
                AND balances[payer_place] - held_amounts[payer_place] < item.amount
                THEN 'insufficient_funds'
            WHEN item.kind NOT IN ('hold', 'void')
                AND (
                    balances[payee_place] > balance_max() - item.amount
                    -- The bank's cash, for the funds of others are checked: it is what they have in
                    -- all, and must not end before their own limits do.
                    OR balances[payer_place] < item.amount - 9223372036854775807
                ) THEN 'balance_limit_exceeded'
        END;

        IF item.refusal IS NULL THEN
            IF item.kind = 'hold' THEN
                hold_ids[item.n] := nextval('holds_id_seq');
                held_amounts[payer_place] := held_amounts[payer_place] + item.amount;
                item_captured_amounts[item.n] := 0;
            ELSIF item.kind IN ('capture', 'void') THEN
                held_amounts[payer_place] := held_amounts[payer_place] - item.amount;
                amounts_left[reference_place] := amounts_left[reference_place] - item.amount;
                open_holds[reference_place] :=
                    item.kind = 'capture' AND amounts_left[reference_place] > 0;
                IF item.kind = 'capture' THEN
                    captured_amounts[reference_place] :=
                        captured_amounts[reference_place] + item.amount;
                END IF;
                item_captured_amounts[item.n] := captured_amounts[reference_place];
                hold_ids[item.n] := reference_ids[item.n];
            ELSIF item.kind = 'reversal' THEN
                amounts_left[reference_place] := amounts_left[reference_place] - item.amount;
            END IF;
            IF item.kind NOT IN ('hold', 'void') THEN
                balances[payer_place] := balances[payer_place] - item.amount;
                balances[payee_place] := balances[payee_place] + item.amount;
                transfer_ids[item.n] := nextval('transfers_id_seq');
            END IF;
            IF account_times IS NOT NULL AND item.kind <> 'void' THEN
                IF account_kinds[payer_place] = 'customer' THEN
                    account_times[payer_place] := item_times[item.n];
                END IF;
                IF account_kinds[payee_place] = 'customer' AND item.kind <> 'hold' THEN
                    account_times[payee_place] := item_times[item.n];
                END IF;
            END IF;
        END IF;
        refusals[item.n] := item.refusal;
        payer_balances[item.n] := balances[payer_place];
        payer_available_balances[item.n] := balances[payer_place] - held_amounts[payer_place];
        payee_balances[item.n] := balances[payee_place];
        key_count := key_count + (
            keys[item.n] IS NOT NULL
            AND coalesce(item.refusal NOT IN ('unauthenticated', 'idempotency_key_reused'), true)
        )::int;
        EXIT WHEN is_atomic AND item.refusal IS NOT NULL;
    END LOOP;

    IF is_atomic AND refusals[cardinality(refusals)] IS NOT NULL THEN
        -- The refusal answers its item; the others are refused with it, and nothing is written.
        RETURN QUERY
        SELECT
            CASE WHEN u.n = cardinality(refusals) THEN refusals[u.n] ELSE 'batch_refused' END,
            NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
            NULL::text, NULL::timestamptz, NULL::text, NULL::timestamptz, NULL::bigint,
            NULL::bigint, NULL::bigint, NULL::bigint, NULL::text, NULL::timestamptz,
            NULL::timestamptz, NULL::timestamptz, NULL::text, NULL::text, NULL::text,
            NULL::bigint
        FROM generate_series(1, cardinality(kinds)) AS u (n);
        RETURN;
    END IF;

    IF 'hold' = ANY (kinds) THEN
        INSERT INTO holds (
            id, from_account_id, to_account_id, amount, currency, description, expires_at,
            created_at, asked_by, request_id
        )
        OVERRIDING SYSTEM VALUE
        SELECT u.id, u.payer_id, u.payee_id, u.amount, u.currency, u.description,
            coalesce(item_times[u.n], locked_at) + u.lifetime,
            coalesce(item_times[u.n], locked_at), u.asker, u.request_id
        FROM unnest(
            hold_ids, kinds, payer_ids, payee_ids, amounts, currencies, descriptions, lifetimes,
            askers, request_ids, replayed_request_ids
        ) WITH ORDINALITY AS u (
            id, kind, payer_id, payee_id, amount, currency, description, lifetime, asker,
            request_id, replayed_request_id, n
        )
        WHERE u.kind = 'hold' AND u.id IS NOT NULL AND u.replayed_request_id IS NULL;
    END IF;

    -- In one statement, for a transfer must have its entries when its statement ends.
    WITH moved AS (
        INSERT INTO transfers (
            id, kind, from_account_id, to_account_id, amount, currency, description,
            reverses_transfer_id, captures_hold_id, created_at, asked_by, request_id
        )
        OVERRIDING SYSTEM VALUE
        SELECT u.id, u.kind::text::transfer_kind, u.payer_id, u.payee_id, u.amount, u.currency,
            u.description,
            CASE WHEN u.kind = 'reversal' THEN u.reference_id END,
            CASE WHEN u.kind = 'capture' THEN u.reference_id END,
            coalesce(item_times[u.n], locked_at), u.asker, u.request_id
        FROM unnest(
            transfer_ids, kinds, payer_ids, payee_ids, posted_amounts, moved_currencies,
            descriptions, reference_ids, askers, request_ids, replayed_request_ids
        ) WITH ORDINALITY AS u (
            id, kind, payer_id, payee_id, amount, currency, description, reference_id, asker,
            request_id, replayed_request_id, n
        )
        WHERE u.id IS NOT NULL AND u.replayed_request_id IS NULL
    )
    INSERT INTO entries (id, transfer_id, account_id, amount, balance_after, created_at)
    SELECT 2 * u.id + side.is_credit, u.id, side.account_id, side.amount, side.balance,
        coalesce(item_times[u.n], locked_at)
    FROM unnest(
        transfer_ids, payer_ids, payee_ids, posted_amounts, payer_balances, payee_balances,
        replayed_request_ids
    ) WITH ORDINALITY AS u (
        id, payer_id, payee_id, amount, payer_balance, payee_balance, replayed_request_id, n
    )
    CROSS JOIN LATERAL (
        VALUES
            (0, u.payer_id, -u.amount, u.payer_balance),
            (1, u.payee_id, u.amount, u.payee_balance)
    ) AS side (is_credit, account_id, amount, balance)
    WHERE u.id IS NOT NULL AND u.replayed_request_id IS NULL;

    IF kinds && ARRAY['capture', 'void']::posting_kind[] THEN
        UPDATE holds AS h
        SET captured_amount = u.captured_amount,
            status = CASE
                WHEN u.kind = 'void' THEN 'voided'
                WHEN u.captured_amount = h.amount THEN 'captured'
                ELSE 'open'
            END::hold_status,
            closed_at = CASE
                WHEN u.kind = 'void' OR u.captured_amount = h.amount
                    THEN coalesce(item_times[u.n], locked_at)
            END,
            voided_by = CASE WHEN u.kind = 'void' THEN u.asker END
        FROM (
            SELECT DISTINCT ON (u.id) u.id, u.kind, u.captured_amount, u.asker, u.n
            FROM unnest(hold_ids, kinds, item_captured_amounts, askers, replayed_request_ids)
                WITH ORDINALITY AS u (id, kind, captured_amount, asker, replayed_request_id, n)
            WHERE u.kind IN ('capture', 'void') AND u.replayed_request_id IS NULL
            ORDER BY u.id, u.n DESC
        ) AS u
        WHERE h.id = u.id;
    END IF;

    IF key_count > 0 THEN
        INSERT INTO idempotency_keys (
            scope, key, request_hash, request_id, refusal, transfer_id, hold_id, balance,
            available_balance, captured_amount, created_at
        )
        SELECT u.scope, u.key, u.request_hash, u.request_id, u.refusal::text, u.transfer_id,
            u.hold_id, u.balance, u.available_balance, u.captured_amount, locked_at
        FROM unnest(
            scopes, keys, request_hashes, request_ids, refusals, transfer_ids, hold_ids,
            payer_balances, payer_available_balances, item_captured_amounts, replayed_request_ids,
            busy_account_ids
        ) AS u (
            scope, key, request_hash, request_id, refusal, transfer_id, hold_id, balance,
            available_balance, captured_amount, replayed_request_id, busy_account_id
        )
        WHERE u.key IS NOT NULL AND u.replayed_request_id IS NULL AND u.busy_account_id IS NULL
            AND coalesce(u.refusal NOT IN ('unauthenticated', 'idempotency_key_reused'), true)
        ORDER BY u.scope, u.key -- the order in which all take keys, after the accounts
        ON CONFLICT (scope, key) DO NOTHING;
        GET DIAGNOSTICS written_count = ROW_COUNT;
        IF written_count < key_count THEN
            RAISE EXCEPTION 'another request has taken the key just now: look again'
                USING ERRCODE = 'serialization_failure';
        END IF;
    END IF;

    RETURN QUERY
    SELECT u.refusal, u.replayed_request_id, u.transfer_id, u.hold_id, u.payer_id, u.payee_id,
        coalesce(posted.amount, u.amount), u.currency,
        coalesce(posted.created_at, item_times[u.n], locked_at),
        owners[u.payer_place], opening_times[u.payer_place], u.payer_balance,
        u.payer_available_balance, hold.amount, u.captured_amount, hold.description,
        hold.expires_at, hold.created_at, hold.closed_at, hold.asked_by, hold.request_id,
        hold.voided_by, u.busy_account_id
    FROM unnest(
        refusals, replayed_request_ids, transfer_ids, hold_ids, payer_ids, payee_ids,
        posted_amounts, moved_currencies, payer_places, payer_balances,
        payer_available_balances, item_captured_amounts, busy_account_ids
    ) WITH ORDINALITY AS u (
        refusal, replayed_request_id, transfer_id, hold_id, payer_id, payee_id, amount, currency,
        payer_place, payer_balance, payer_available_balance, captured_amount, busy_account_id, n
    )
    LEFT JOIN LATERAL (
        SELECT h.amount, h.description, h.expires_at, h.created_at, h.closed_at, h.asked_by,
            h.request_id, h.voided_by
        FROM holds AS h
        WHERE h.id = u.hold_id
        LIMIT 1
    ) AS hold ON u.hold_id IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT t.amount, t.created_at
        FROM transfers AS t
        WHERE t.id = u.transfer_id
        LIMIT 1
    ) AS posted ON u.replayed_request_id IS NOT NULL
    ORDER BY u.n;
END
$$;

REVOKE EXECUTE ON FUNCTION post_transfers FROM public;
GRANT EXECUTE ON FUNCTION post_transfers TO bank_application;
-- end of post_transfers -- noqa: enable=all

DROP TRIGGER holds_stay_closed ON holds;
CREATE TRIGGER holds_stay_closed
AFTER UPDATE ON holds
FOR EACH ROW WHEN (old.status <> 'open' OR new.captured_amount < old.captured_amount)
EXECUTE FUNCTION refuse_rewrite();

ALTER TABLE audit_events
ALTER COLUMN id DROP DEFAULT,
ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
-- squawk-ignore ban-drop-column
ALTER TABLE holds
DROP COLUMN end_position,
ALTER COLUMN id DROP DEFAULT,
ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;
ALTER TABLE transfers
ALTER COLUMN id DROP DEFAULT,
ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY;

SELECT
    setval('transfers_id_seq', p.last_value),
    setval('holds_id_seq', p.last_value),
    setval('audit_events_id_seq', p.last_value)
FROM positions AS p
WHERE p.is_called;

DROP FUNCTION next_position();
DROP SEQUENCE positions;
