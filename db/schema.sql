\restrict dbmate

-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: account_kind; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.account_kind AS ENUM (
    'customer',
    'cash'
);


--
-- Name: account_status; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.account_status AS ENUM (
    'open',
    'frozen',
    'closed'
);


--
-- Name: posting_refusal; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.posting_refusal AS ENUM (
    'not_found',
    'same_account',
    'currency_mismatch',
    'account_frozen',
    'account_closed',
    'insufficient_funds',
    'balance_limit_exceeded'
);


--
-- Name: TYPE posting_refusal; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TYPE public.posting_refusal IS 'Why a transfer was not posted, in order of precedence';


--
-- Name: transfer_kind; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.transfer_kind AS ENUM (
    'transfer',
    'deposit',
    'withdrawal'
);


--
-- Name: user_role; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.user_role AS ENUM (
    'depositor',
    'banker',
    'admin'
);


--
-- Name: open_cash_account(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.open_cash_account() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO accounts (kind, currency) VALUES ('cash', NEW.code);
    RETURN NULL;
END
$$;


--
-- Name: post_transfers(public.transfer_kind[], bigint[], bigint[], bigint[], text[], text[], text[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.post_transfers(kinds public.transfer_kind[], from_account_ids bigint[], to_account_ids bigint[], amounts bigint[], currencies text[], descriptions text[], payers text[]) RETURNS TABLE(refusal public.posting_refusal, transfer_id bigint, from_account_id bigint, to_account_id bigint, from_balance bigint, to_balance bigint, from_owner text, from_opened_at timestamp with time zone, posted_at timestamp with time zone)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
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


--
-- Name: refuse_change(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: correct a transfer by posting another', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;


--
-- Name: require_balance_of_last_entry(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_balance_of_last_entry() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
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


--
-- Name: require_both_entries(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_both_entries() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
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


--
-- Name: require_running_balance(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_running_balance() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
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


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: accounts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts (
    id bigint NOT NULL,
    kind public.account_kind DEFAULT 'customer'::public.account_kind NOT NULL,
    owner text,
    currency text NOT NULL,
    balance bigint DEFAULT 0 NOT NULL,
    status public.account_status DEFAULT 'open'::public.account_status NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT accounts_balance_limit CHECK (((balance >= '-9007199254740991'::bigint) AND (balance <= '9007199254740991'::bigint))),
    CONSTRAINT accounts_balance_not_negative CHECK (((balance >= 0) OR (kind = 'cash'::public.account_kind))),
    CONSTRAINT accounts_cash_has_no_owner CHECK (((kind = 'cash'::public.account_kind) = (owner IS NULL))),
    CONSTRAINT accounts_cash_stays_open CHECK (((kind <> 'cash'::public.account_kind) OR (status = 'open'::public.account_status))),
    CONSTRAINT accounts_id_positive CHECK ((id > 0))
);


--
-- Name: TABLE accounts; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.accounts IS 'Where money is: one account per customer and currency, one cash account per currency';


--
-- Name: COLUMN accounts.owner; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.accounts.owner IS 'NULL for the bank''s own cash account';


--
-- Name: COLUMN accounts.balance; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.accounts.balance IS 'Minor units; the sum of its entries. Within 2^53 - 1, exact in every JSON reader';


--
-- Name: accounts_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.accounts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: currencies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.currencies (
    code text NOT NULL,
    exponent smallint NOT NULL,
    CONSTRAINT currencies_code_iso_4217 CHECK ((code ~ '^[A-Z]{3}$'::text)),
    CONSTRAINT currencies_exponent_range CHECK (((exponent >= 0) AND (exponent <= 4)))
);


--
-- Name: TABLE currencies; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.currencies IS 'A currency of ISO 4217 the bank deals in; a new row opens its cash account';


--
-- Name: COLUMN currencies.code; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.currencies.code IS 'ISO 4217';


--
-- Name: COLUMN currencies.exponent; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.currencies.exponent IS 'Decimals of the minor unit: 2 for USD (1050 is 10.50), 0 for JPY';


--
-- Name: entries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.entries (
    id bigint NOT NULL,
    transfer_id bigint NOT NULL,
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    balance_after bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT entries_amount_not_zero CHECK ((amount <> 0)),
    CONSTRAINT entries_one_debit_one_credit CHECK ((id = ((2 * transfer_id) + ((amount > 0))::integer)))
);


--
-- Name: TABLE entries; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.entries IS 'One side of a transfer, as its account sees it; append-only';


--
-- Name: COLUMN entries.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.entries.id IS 'Twice the transfer''s id, plus one for the credit: a third side has no id to take';


--
-- Name: COLUMN entries.amount; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.entries.amount IS 'Minor units: negative for the payer, positive for the payee';


--
-- Name: COLUMN entries.balance_after; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.entries.balance_after IS 'The account''s balance once this entry counted';


--
-- Name: schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schema_migrations (
    version character varying NOT NULL
);


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    username text NOT NULL,
    user_agent text NOT NULL,
    client_address inet,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT sessions_expire_later CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_user_agent_length CHECK ((length(user_agent) <= 500))
);


--
-- Name: TABLE sessions; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.sessions IS 'A sign-in; its access tokens work until it expires or is ended';


--
-- Name: transfers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfers (
    id bigint NOT NULL,
    kind public.transfer_kind NOT NULL,
    from_account_id bigint NOT NULL,
    to_account_id bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT transfers_accounts_differ CHECK ((from_account_id <> to_account_id)),
    CONSTRAINT transfers_amount_limit CHECK ((amount <= '9007199254740991'::bigint)),
    CONSTRAINT transfers_amount_positive CHECK ((amount > 0)),
    CONSTRAINT transfers_description_length CHECK (((length(description) >= 1) AND (length(description) <= 200))),
    CONSTRAINT transfers_id_positive CHECK ((id > 0))
);


--
-- Name: TABLE transfers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.transfers IS 'Money moved from one account to another of the same currency; append-only';


--
-- Name: COLUMN transfers.created_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.transfers.created_at IS 'Taken under the accounts'' locks: never earlier than an older transfer of the same account';


--
-- Name: transfers_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.transfers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.transfers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: users; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.users (
    username text NOT NULL,
    hashed_password text NOT NULL,
    full_name text NOT NULL,
    email text NOT NULL,
    is_email_verified boolean DEFAULT false NOT NULL,
    role public.user_role DEFAULT 'depositor'::public.user_role NOT NULL,
    password_changed_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT users_email_length CHECK (((length(email) >= 3) AND (length(email) <= 254))),
    CONSTRAINT users_full_name_length CHECK (((length(full_name) >= 1) AND (length(full_name) <= 100))),
    CONSTRAINT users_username_shape CHECK ((username ~ '^[a-z0-9_]{3,100}$'::text))
);


--
-- Name: TABLE users; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.users IS 'A person who can sign in';


--
-- Name: COLUMN users.hashed_password; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.users.hashed_password IS 'bcrypt';


--
-- Name: accounts accounts_id_currency_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_id_currency_key UNIQUE (id, currency);


--
-- Name: accounts accounts_owner_currency_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_owner_currency_key UNIQUE NULLS NOT DISTINCT (owner, currency);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);


--
-- Name: currencies currencies_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.currencies
    ADD CONSTRAINT currencies_pkey PRIMARY KEY (code);


--
-- Name: entries entries_account_transfer_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_account_transfer_key UNIQUE (account_id, transfer_id);


--
-- Name: entries entries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (id);


--
-- Name: schema_migrations schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);


--
-- Name: transfers transfers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_pkey PRIMARY KEY (id);


--
-- Name: users users_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (username);


--
-- Name: users_email_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX users_email_key ON public.users USING btree (lower(email));


--
-- Name: accounts accounts_balance_of_last_entry; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER accounts_balance_of_last_entry AFTER INSERT OR UPDATE OF balance ON public.accounts DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.require_balance_of_last_entry();


--
-- Name: currencies currencies_open_cash_account; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER currencies_open_cash_account AFTER INSERT ON public.currencies FOR EACH ROW EXECUTE FUNCTION public.open_cash_account();


--
-- Name: entries entries_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER entries_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.entries FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: entries entries_running_balance; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER entries_running_balance AFTER INSERT ON public.entries REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.require_running_balance();


--
-- Name: transfers transfers_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER transfers_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.transfers FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: transfers transfers_have_both_entries; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER transfers_have_both_entries AFTER INSERT ON public.transfers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.require_both_entries();


--
-- Name: accounts accounts_currency_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_currency_fkey FOREIGN KEY (currency) REFERENCES public.currencies(code);


--
-- Name: accounts accounts_owner_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_owner_fkey FOREIGN KEY (owner) REFERENCES public.users(username);


--
-- Name: entries entries_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_account_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: entries entries_transfer_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_transfer_fkey FOREIGN KEY (transfer_id) REFERENCES public.transfers(id);


--
-- Name: sessions sessions_username_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_username_fkey FOREIGN KEY (username) REFERENCES public.users(username);


--
-- Name: transfers transfers_from_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_from_account_fkey FOREIGN KEY (from_account_id, currency) REFERENCES public.accounts(id, currency);


--
-- Name: transfers transfers_to_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_to_account_fkey FOREIGN KEY (to_account_id, currency) REFERENCES public.accounts(id, currency);


--
-- PostgreSQL database dump complete
--

\unrestrict dbmate


--
-- Dbmate schema migrations
--

INSERT INTO public.schema_migrations (version) VALUES
    ('20261120080001'),
    ('20261120080002'),
    ('20261120080003'),
    ('20261120080004'),
    ('20261120080005'),
    ('20261120080006'),
    ('20261120080007'),
    ('20261120080008');
