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
-- Name: procrastinate; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA procrastinate;


--
-- Name: procrastinate_job_event_type; Type: TYPE; Schema: procrastinate; Owner: -
--

CREATE TYPE procrastinate.procrastinate_job_event_type AS ENUM (
    'deferred',
    'started',
    'deferred_for_retry',
    'failed',
    'succeeded',
    'cancelled',
    'abort_requested',
    'aborted',
    'scheduled',
    'retried'
);


--
-- Name: procrastinate_job_status; Type: TYPE; Schema: procrastinate; Owner: -
--

CREATE TYPE procrastinate.procrastinate_job_status AS ENUM (
    'todo',
    'doing',
    'succeeded',
    'failed',
    'cancelled',
    'aborting',
    'aborted'
);


--
-- Name: procrastinate_job_to_defer_v1; Type: TYPE; Schema: procrastinate; Owner: -
--

CREATE TYPE procrastinate.procrastinate_job_to_defer_v1 AS (
	queue_name character varying,
	task_name character varying,
	priority integer,
	lock text,
	queueing_lock text,
	args jsonb,
	scheduled_at timestamp with time zone
);


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
-- Name: current_hold_status; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.current_hold_status AS ENUM (
    'open',
    'captured',
    'voided',
    'expired'
);


--
-- Name: exchange_rate_status; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.exchange_rate_status AS ENUM (
    'accepted',
    'held',
    'refused'
);


--
-- Name: hold_status; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.hold_status AS ENUM (
    'open',
    'captured',
    'voided'
);


--
-- Name: posting_kind; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.posting_kind AS ENUM (
    'transfer',
    'deposit',
    'withdrawal',
    'reversal',
    'hold',
    'capture',
    'void'
);


--
-- Name: TYPE posting_kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TYPE public.posting_kind IS 'What can be posted: movements of money, and holds and their ends';


--
-- Name: posting_refusal; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.posting_refusal AS ENUM (
    'unauthenticated',
    'idempotency_key_reused',
    'not_found',
    'same_account',
    'currency_mismatch',
    'not_reversible',
    'account_frozen',
    'account_closed',
    'hold_not_open',
    'capture_exceeds_hold',
    'already_reversed',
    'reversal_exceeds_transfer',
    'insufficient_funds',
    'balance_limit_exceeded',
    'batch_refused'
);


--
-- Name: TYPE posting_refusal; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TYPE public.posting_refusal IS 'Why nothing was posted, in order of precedence';


--
-- Name: transfer_kind; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.transfer_kind AS ENUM (
    'transfer',
    'deposit',
    'withdrawal',
    'capture',
    'reversal'
);


--
-- Name: TYPE transfer_kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TYPE public.transfer_kind IS 'Why money moved';


--
-- Name: user_role; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.user_role AS ENUM (
    'depositor',
    'banker',
    'admin'
);


--
-- Name: TYPE user_role; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TYPE public.user_role IS 'What a user may do; each role may do all that those before it may';


--
-- Name: webhook_status; Type: TYPE; Schema: public; Owner: -
--

CREATE TYPE public.webhook_status AS ENUM (
    'active',
    'failing',
    'paused',
    'disabled'
);


--
-- Name: TYPE webhook_status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TYPE public.webhook_status IS 'Whether events are sent to an endpoint: all, a probe now and then, or none until it is resumed';


--
-- Name: procrastinate_cancel_job_v1(bigint, boolean, boolean); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;


--
-- Name: procrastinate_defer_jobs_v1(procrastinate.procrastinate_job_to_defer_v1[]); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_defer_jobs_v1(jobs procrastinate.procrastinate_job_to_defer_v1[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;


--
-- Name: procrastinate_defer_periodic_job_v2(character varying, character varying, character varying, character varying, integer, character varying, bigint, jsonb); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_defer_periodic_job_v2(_queue_name character varying, _lock character varying, _queueing_lock character varying, _task_name character varying, _priority integer, _periodic_id character varying, _defer_timestamp bigint, _args jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: procrastinate_jobs; Type: TABLE; Schema: procrastinate; Owner: -
--

CREATE TABLE procrastinate.procrastinate_jobs (
    id bigint NOT NULL,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    priority integer DEFAULT 0 NOT NULL,
    lock text,
    queueing_lock text,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    status procrastinate.procrastinate_job_status DEFAULT 'todo'::procrastinate.procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint,
    CONSTRAINT check_not_todo_abort_requested CHECK ((NOT ((status = 'todo'::procrastinate.procrastinate_job_status) AND (abort_requested = true))))
);


--
-- Name: procrastinate_fetch_job_v2(character varying[], bigint); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_fetch_job_v2(target_queue_names character varying[], p_worker_id bigint) RETURNS procrastinate.procrastinate_jobs
    LANGUAGE plpgsql
    AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;


--
-- Name: procrastinate_finish_job_v1(bigint, procrastinate.procrastinate_job_status, boolean); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_finish_job_v1(job_id bigint, end_status procrastinate.procrastinate_job_status, delete_job boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;


--
-- Name: procrastinate_notify_queue_abort_job_v1(); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_notify_queue_abort_job_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;


--
-- Name: procrastinate_notify_queue_job_inserted_v1(); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_notify_queue_job_inserted_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;


--
-- Name: procrastinate_prune_stalled_workers_v1(double precision); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat double precision) RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;


--
-- Name: procrastinate_register_worker_v1(); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_register_worker_v1() RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;


--
-- Name: procrastinate_retry_job_v1(bigint, timestamp with time zone, integer, character varying, character varying); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_retry_job_v1(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;


--
-- Name: procrastinate_retry_job_v2(bigint, timestamp with time zone, integer, character varying, character varying); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_retry_job_v2(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;


--
-- Name: procrastinate_trigger_abort_requested_events_procedure_v1(); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_trigger_abort_requested_events_procedure_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;


--
-- Name: procrastinate_trigger_function_scheduled_events_v1(); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_trigger_function_scheduled_events_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;


--
-- Name: procrastinate_trigger_function_status_events_insert_v1(); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_trigger_function_status_events_insert_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;


--
-- Name: procrastinate_trigger_function_status_events_update_v1(); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_trigger_function_status_events_update_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;


--
-- Name: procrastinate_unlink_periodic_defers_v1(); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_unlink_periodic_defers_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;


--
-- Name: procrastinate_unregister_worker_v1(bigint); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_unregister_worker_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;


--
-- Name: procrastinate_update_heartbeat_v1(bigint); Type: FUNCTION; Schema: procrastinate; Owner: -
--

CREATE FUNCTION procrastinate.procrastinate_update_heartbeat_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;


--
-- Name: next_position(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.next_position() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    -- The feed waits for transactions by their ids, so one that draws a number has an id before.
    PERFORM pg_current_xact_id();
    RETURN nextval('positions');
END
$$;


--
-- Name: FUNCTION next_position(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.next_position() IS 'The next number of what happens; whoever draws it has a transaction id that the feed can wait for';


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
    final_at timestamp with time zone DEFAULT now(),
    CONSTRAINT accounts_balance_limit CHECK ((balance <= '9007199254740991'::bigint)),
    CONSTRAINT accounts_balance_not_negative CHECK (((balance >= 0) OR (kind = 'cash'::public.account_kind))),
    CONSTRAINT accounts_cash_has_no_owner CHECK (((kind = 'cash'::public.account_kind) = (owner IS NULL))),
    CONSTRAINT accounts_cash_stays_open CHECK (((kind <> 'cash'::public.account_kind) OR (status = 'open'::public.account_status))),
    CONSTRAINT accounts_closed_is_empty CHECK (((status <> 'closed'::public.account_status) OR (balance = 0))),
    CONSTRAINT accounts_id_positive CHECK ((id > 0))
);


--
-- Name: TABLE accounts; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.accounts IS 'Where money is: one account per customer and currency until it is closed, one cash account each';


--
-- Name: COLUMN accounts.owner; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.accounts.owner IS 'NULL for the bank''s own cash account';


--
-- Name: COLUMN accounts.balance; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.accounts.balance IS 'Minor units; the sum of its entries. Within 2^53 - 1, exact in every JSON reader';


--
-- Name: holds; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.holds (
    id bigint DEFAULT public.next_position() NOT NULL,
    from_account_id bigint NOT NULL,
    to_account_id bigint NOT NULL,
    amount bigint NOT NULL,
    captured_amount bigint DEFAULT 0 NOT NULL,
    currency text NOT NULL,
    status public.hold_status DEFAULT 'open'::public.hold_status NOT NULL,
    description text,
    expires_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    asked_by text,
    request_id text,
    voided_by text,
    end_position bigint,
    CONSTRAINT holds_accounts_differ CHECK ((from_account_id <> to_account_id)),
    CONSTRAINT holds_amount_limit CHECK ((amount <= '9007199254740991'::bigint)),
    CONSTRAINT holds_amount_positive CHECK ((amount > 0)),
    CONSTRAINT holds_captured_in_full CHECK (((status = 'captured'::public.hold_status) = (captured_amount = amount))),
    CONSTRAINT holds_captured_within_amount CHECK (((captured_amount >= 0) AND (captured_amount <= amount))),
    CONSTRAINT holds_description_length CHECK (((length(description) >= 1) AND (length(description) <= 200))),
    CONSTRAINT holds_end_after_placing CHECK ((end_position > id)),
    CONSTRAINT holds_expires_after_creation CHECK ((expires_at > created_at)),
    CONSTRAINT holds_id_positive CHECK ((id > 0)),
    CONSTRAINT holds_lifetime_limit CHECK (((expires_at - created_at) <= '744:00:00'::interval)),
    CONSTRAINT holds_open_until_closed CHECK (((status = 'open'::public.hold_status) = (closed_at IS NULL)))
);


--
-- Name: TABLE holds; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.holds IS 'Money of an account promised to another until it is captured, voided or expired';


--
-- Name: COLUMN holds.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.holds.id IS 'Also its position in the feed, if it is not before the first';


--
-- Name: COLUMN holds.captured_amount; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.holds.captured_amount IS 'What its captures have moved so far';


--
-- Name: COLUMN holds.status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.holds.status IS 'Open also when it has expired: whoever counts holds looks at expires_at';


--
-- Name: COLUMN holds.closed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.holds.closed_at IS 'When it was captured in full or voided';


--
-- Name: COLUMN holds.asked_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.holds.asked_by IS 'The user who asked for it; NULL for the bank itself';


--
-- Name: COLUMN holds.request_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.holds.request_id IS 'The request that asked for it, as the logs name it';


--
-- Name: COLUMN holds.voided_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.holds.voided_by IS 'The user who let go of it; captures are transfers and say so';


--
-- Name: COLUMN holds.end_position; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.holds.end_position IS 'The position of its last capture, its void, or of the notice that it has expired';


--
-- Name: account_time(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.account_time(account_id bigint) RETURNS timestamp with time zone
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT GREATEST(now(), ( SELECT accounts.final_at
            FROM public.accounts
           WHERE (accounts.id = account_time.account_id)), ( SELECT max(holds.created_at) AS max
            FROM public.holds
           WHERE ((holds.from_account_id = account_time.account_id) AND (holds.status = 'open'::public.hold_status) AND (holds.expires_at > now())))) AS "greatest";
END;


--
-- Name: FUNCTION account_time(account_id bigint); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.account_time(account_id bigint) IS 'The time at an account, which never runs back: that of the clock, or of what happened last to it';


--
-- Name: advance_feed(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.advance_feed() RETURNS TABLE(epoch bigint, first_position bigint, settled_position bigint, drawn_position bigint, is_standby boolean)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
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


--
-- Name: FUNCTION advance_feed(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.advance_feed() IS 'Settles the positions that nobody can commit any more, so that the feed shows them';


--
-- Name: balance_max(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.balance_max() RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '9007199254740991'::bigint;


--
-- Name: FUNCTION balance_max(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.balance_max() IS 'The largest balance and amount in minor units: 2^53 - 1, exact in every JSON reader';


--
-- Name: begin_feed_epoch(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.begin_feed_epoch() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
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


--
-- Name: FUNCTION begin_feed_epoch(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.begin_feed_epoch() IS 'Begins a new epoch of the feed, after which readers with earlier cursors have to start over';


--
-- Name: carry_balances(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.carry_balances() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    account_ids bigint[];
    first_ids bigint[]; -- of the transfers
    entry_counts bigint[];
    carried_count bigint;
    added_count bigint;
    wrong_account_id bigint;
BEGIN
    -- An account whose balance is not what the first of its entries continues is not matched.
    WITH carried AS (
        UPDATE accounts AS a
        SET balance = added_to.balance_after,
            final_at = greatest(a.final_at, added_to.last_at)
        FROM (
            SELECT added.account_id,
                (array_agg(added.balance_after ORDER BY added.transfer_id DESC))[1]
                AS balance_after,
                sum(added.amount)::bigint AS change,
                min(added.created_at) AS first_at,
                max(added.created_at) AS last_at,
                min(added.transfer_id) AS first_id,
                count(*) AS entry_count
            FROM added
            GROUP BY added.account_id
        ) AS added_to
        WHERE a.id = added_to.account_id AND a.balance = added_to.balance_after - added_to.change
            AND ((a.final_at <= added_to.first_at) IS NOT FALSE OR a.kind = 'cash')
        RETURNING a.id, added_to.first_id, added_to.entry_count
    )
    SELECT array_agg(carried.id), array_agg(carried.first_id), array_agg(carried.entry_count),
        coalesce(sum(carried.entry_count), 0), (SELECT count(*) FROM added)
    INTO account_ids, first_ids, entry_counts, carried_count, added_count
    FROM carried;
    IF carried_count < added_count THEN
        SELECT added.account_id
        INTO wrong_account_id
        FROM added
        WHERE added.account_id <> ALL (coalesce(account_ids, '{}'))
        LIMIT 1;
    ELSE
        -- Only now, under the locks of their accounts, is it certain that no other entry comes
        -- between or after them.
        SELECT u.account_id
        INTO wrong_account_id
        FROM unnest(account_ids, first_ids, entry_counts) AS u (account_id, first_id, entry_count)
        WHERE u.entry_count <> (
            SELECT count(*)
            FROM entries AS e
            WHERE e.account_id = u.account_id AND e.transfer_id >= u.first_id
        )
        LIMIT 1;
    END IF;
    -- Where an account has more than one of them, each continues the one before.
    IF wrong_account_id IS NULL AND added_count > cardinality(account_ids) THEN
        SELECT continued.account_id
        INTO wrong_account_id
        FROM (
            SELECT added.account_id,
                lag(added.balance_after) OVER earlier + added.amount <> added.balance_after
                AS breaks,
                lag(added.created_at) OVER earlier > added.created_at AS runs_back
            FROM added
            WINDOW earlier AS (PARTITION BY added.account_id ORDER BY added.transfer_id)
        ) AS continued
        WHERE continued.breaks
            OR continued.runs_back
            AND (SELECT a.kind FROM accounts AS a WHERE a.id = continued.account_id) = 'customer'
        LIMIT 1;
    END IF;
    IF wrong_account_id IS NOT NULL THEN
        RAISE EXCEPTION 'an entry does not continue the balance and time of account %',
            wrong_account_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;


--
-- Name: code_retention(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.code_retention() RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '1 day'::interval;


--
-- Name: FUNCTION code_retention(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.code_retention() IS 'For how long a code that was mailed is kept after it has expired';


--
-- Name: enqueue_job(text, jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.enqueue_job(task_name text, arguments jsonb) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path TO 'procrastinate', 'pg_temp'
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    job_ids := procrastinate_defer_jobs_v1(
        ARRAY[
            ROW('default', task_name, 0, NULL, NULL, arguments, NULL)
        ]::procrastinate_job_to_defer_v1[]
    );
    RETURN job_ids[1];
END
$$;


--
-- Name: FUNCTION enqueue_job(task_name text, arguments jsonb); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.enqueue_job(task_name text, arguments jsonb) IS 'Puts a job into the queue that a worker does once the transaction has committed';


--
-- Name: expire_holds(timestamp with time zone, timestamp with time zone, bigint, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.expire_holds(moment timestamp with time zone, after_expiry timestamp with time zone, after_id bigint, row_count_max integer) RETURNS TABLE(due_count integer, last_expiry timestamp with time zone, last_id bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
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


--
-- Name: FUNCTION expire_holds(moment timestamp with time zone, after_expiry timestamp with time zone, after_id bigint, row_count_max integer); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.expire_holds(moment timestamp with time zone, after_expiry timestamp with time zone, after_id bigint, row_count_max integer) IS 'Notes the ends of expired holds, some of them at a time, so that the feed tells of it';


--
-- Name: held_amount(bigint); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.held_amount(account_id bigint) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT (COALESCE(sum((holds.amount - holds.captured_amount)), (0)::numeric))::bigint AS "coalesce"
    FROM public.holds
   WHERE ((holds.from_account_id = held_amount.account_id) AND (holds.status = 'open'::public.hold_status) AND (holds.expires_at > public.account_time(held_amount.account_id)));
END;


--
-- Name: hold_lifetime_max(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.hold_lifetime_max() RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '744:00:00'::interval;


--
-- Name: FUNCTION hold_lifetime_max(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.hold_lifetime_max() IS 'The longest that a hold may last: 31 days';


--
-- Name: key_lifetime(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.key_lifetime() RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '24:00:00'::interval;


--
-- Name: FUNCTION key_lifetime(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.key_lifetime() IS 'For how long the answer to an idempotency key stands at least; an older key may be deleted';


--
-- Name: name_user_of_event(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.name_user_of_event() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    kind CONSTANT text := split_part(NEW.subject, ':', 1);
    subject_key CONSTANT text := substr(NEW.subject, length(kind) + 2);
BEGIN
    NEW.username := CASE kind
        WHEN 'user' THEN subject_key
        WHEN 'account' THEN (SELECT a.owner FROM accounts AS a WHERE a.id = subject_key::bigint)
        WHEN 'session' THEN (SELECT s.username FROM sessions AS s WHERE s.id = subject_key::uuid)
    END;
    RETURN NEW;
END
$$;


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
-- Name: post_transfers(public.posting_kind[], bigint[], bigint[], bigint[], text[], text[], text[], text[], bigint[], interval[], text[], text[], bytea[], text[], boolean, uuid[], integer, boolean); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.post_transfers(kinds public.posting_kind[], from_account_ids bigint[], to_account_ids bigint[], amounts bigint[], currencies text[], descriptions text[], actors text[], askers text[], reference_ids bigint[], lifetimes interval[], scopes text[], keys text[], request_hashes bytea[], request_ids text[], is_atomic boolean, session_ids uuid[] DEFAULT NULL::uuid[], lock_timeout_ms integer DEFAULT NULL::integer, skips_locked boolean DEFAULT false) RETURNS TABLE(refusal public.posting_refusal, replayed_request_id text, transfer_id bigint, hold_id bigint, from_account_id bigint, to_account_id bigint, amount bigint, currency text, posted_at timestamp with time zone, from_owner text, from_opened_at timestamp with time zone, from_balance bigint, from_available_balance bigint, hold_amount bigint, hold_captured_amount bigint, hold_description text, hold_expires_at timestamp with time zone, hold_created_at timestamp with time zone, hold_closed_at timestamp with time zone, hold_asked_by text, hold_request_id text, hold_voided_by text, busy_account_id bigint)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET plan_cache_mode TO 'force_generic_plan'
    SET enable_seqscan TO 'off'
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


--
-- Name: refuse_audit_change(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: what happened stays', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
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
-- Name: refuse_rewrite(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_rewrite() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    RAISE EXCEPTION '% says this for good: correct it by a posting', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;


--
-- Name: require_amount_left(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_amount_left() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
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


--
-- Name: require_an_admin(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_an_admin() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    -- Locked, so that of two admins who take each other's role one waits and finds nobody left.
    PERFORM FROM users AS u
    WHERE u.role = 'admin' AND u.blocked_at IS NULL AND u.username <> OLD.username
    ORDER BY u.username
    LIMIT 1
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'user % is the last admin who can log in', OLD.username
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;


--
-- Name: require_available_balance(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_available_balance() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
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


--
-- Name: require_balances_of_last_entries(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_balances_of_last_entries() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    AS $$
DECLARE
    wrong_id bigint;
BEGIN
    SELECT changed.id
    INTO wrong_id
    FROM changed
    WHERE changed.balance <> coalesce((
        SELECT e.balance_after
        FROM entries AS e
        WHERE e.account_id = changed.id
        ORDER BY e.transfer_id DESC
        LIMIT 1
    ), 0)
        OR coalesce(changed.final_at, '-infinity') < (
            SELECT e.created_at
            FROM entries AS e
            WHERE e.account_id = changed.id
            ORDER BY e.created_at DESC
            LIMIT 1
        )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the balance or final_at of account % is not what its entries say', wrong_id
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
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    wrong_id bigint;
BEGIN
    SELECT added.id
    INTO wrong_id
    FROM added
    WHERE (
        SELECT count(*)
        FROM entries AS e
        WHERE e.id IN (2 * added.id, 2 * added.id + 1)
            AND CASE
                WHEN e.amount < 0
                    THEN e.account_id = added.from_account_id AND e.amount = -added.amount
                ELSE e.account_id = added.to_account_id AND e.amount = added.amount
            END
    ) <> 2
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % lacks its two entries', wrong_id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;


--
-- Name: require_no_open_hold(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_no_open_hold() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
    SET enable_seqscan TO 'off'
    AS $$
BEGIN
    -- Whoever makes a hold has locked both accounts, and so has the UPDATE that is being looked at.
    IF EXISTS (
        SELECT FROM holds AS h
        WHERE h.to_account_id = NEW.id AND h.status = 'open' AND h.end_position IS NULL
            AND h.expires_at > clock_timestamp()
    ) OR EXISTS (
        SELECT FROM holds AS h
        WHERE h.from_account_id = NEW.id AND h.status = 'open' AND h.end_position IS NULL
            AND h.expires_at > clock_timestamp()
    ) THEN
        RAISE EXCEPTION 'an open hold names account %', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$$;


--
-- Name: require_opened_accounts(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_opened_accounts() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'public', 'pg_temp'
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


--
-- Name: session_duration_max(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.session_duration_max() RETURNS interval
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN '720:00:00'::interval;


--
-- Name: FUNCTION session_duration_max(); Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON FUNCTION public.session_duration_max() IS 'The longest that a session may last, however often it is renewed: 30 days';


--
-- Name: procrastinate_events; Type: TABLE; Schema: procrastinate; Owner: -
--

CREATE TABLE procrastinate.procrastinate_events (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    type procrastinate.procrastinate_job_event_type,
    at timestamp with time zone DEFAULT now()
);


--
-- Name: procrastinate_events_id_seq; Type: SEQUENCE; Schema: procrastinate; Owner: -
--

CREATE SEQUENCE procrastinate.procrastinate_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: procrastinate_events_id_seq; Type: SEQUENCE OWNED BY; Schema: procrastinate; Owner: -
--

ALTER SEQUENCE procrastinate.procrastinate_events_id_seq OWNED BY procrastinate.procrastinate_events.id;


--
-- Name: procrastinate_jobs_id_seq; Type: SEQUENCE; Schema: procrastinate; Owner: -
--

CREATE SEQUENCE procrastinate.procrastinate_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: procrastinate_jobs_id_seq; Type: SEQUENCE OWNED BY; Schema: procrastinate; Owner: -
--

ALTER SEQUENCE procrastinate.procrastinate_jobs_id_seq OWNED BY procrastinate.procrastinate_jobs.id;


--
-- Name: procrastinate_periodic_defers; Type: TABLE; Schema: procrastinate; Owner: -
--

CREATE TABLE procrastinate.procrastinate_periodic_defers (
    id bigint NOT NULL,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint,
    periodic_id character varying(128) DEFAULT ''::character varying NOT NULL
);


--
-- Name: procrastinate_periodic_defers_id_seq; Type: SEQUENCE; Schema: procrastinate; Owner: -
--

CREATE SEQUENCE procrastinate.procrastinate_periodic_defers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: procrastinate_periodic_defers_id_seq; Type: SEQUENCE OWNED BY; Schema: procrastinate; Owner: -
--

ALTER SEQUENCE procrastinate.procrastinate_periodic_defers_id_seq OWNED BY procrastinate.procrastinate_periodic_defers.id;


--
-- Name: procrastinate_workers; Type: TABLE; Schema: procrastinate; Owner: -
--

CREATE TABLE procrastinate.procrastinate_workers (
    id bigint NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: procrastinate_workers_id_seq; Type: SEQUENCE; Schema: procrastinate; Owner: -
--

ALTER TABLE procrastinate.procrastinate_workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME procrastinate.procrastinate_workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


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
-- Name: exchange_rates; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.exchange_rates (
    base text NOT NULL,
    quote text NOT NULL,
    as_of date NOT NULL,
    source text NOT NULL,
    rate numeric(18,9) NOT NULL,
    status public.exchange_rate_status NOT NULL,
    fetched_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT exchange_rates_as_of_not_in_future CHECK ((as_of <= ((fetched_at AT TIME ZONE 'UTC'::text))::date)),
    CONSTRAINT exchange_rates_currencies_differ CHECK ((base <> quote)),
    CONSTRAINT exchange_rates_rate_positive CHECK (((rate > (0)::numeric) AND (rate <> 'NaN'::numeric))),
    CONSTRAINT exchange_rates_source_shape CHECK ((source ~ '^[a-z][a-z0-9_]{0,29}$'::text))
);


--
-- Name: TABLE exchange_rates; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.exchange_rates IS 'What one unit of a currency was worth in another on a day, as a source said; moves no money';


--
-- Name: COLUMN exchange_rates.base; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.exchange_rates.base IS 'The currency of which the rate is the price of one unit';


--
-- Name: COLUMN exchange_rates.quote; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.exchange_rates.quote IS 'The currency in which the price is';


--
-- Name: COLUMN exchange_rates.as_of; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.exchange_rates.as_of IS 'The day for which the source gave the rate';


--
-- Name: COLUMN exchange_rates.status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.exchange_rates.status IS 'Held: too far off the last accepted one, until a banker accepts or refuses it';


--
-- Name: COLUMN exchange_rates.fetched_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.exchange_rates.fetched_at IS 'When the bank fetched it';


--
-- Name: aged_exchange_rates; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.aged_exchange_rates WITH (security_invoker='true') AS
 SELECT base,
    quote,
    as_of,
    source,
    rate,
    status,
    GREATEST((((now() AT TIME ZONE 'UTC'::text))::date - as_of), 0) AS age_days
   FROM public.exchange_rates;


--
-- Name: VIEW aged_exchange_rates; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.aged_exchange_rates IS 'Exchange rates with their age: days in UTC since the day they are of, 0 if a clock is behind it';


--
-- Name: audit_events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_events (
    id bigint DEFAULT public.next_position() NOT NULL,
    action text NOT NULL,
    subject text NOT NULL,
    actor text,
    request_id text,
    client_address inet,
    before jsonb,
    after jsonb,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    username text,
    CONSTRAINT audit_events_action_shape CHECK ((action ~ '^[a-z_]+\.[a-z_]+$'::text)),
    CONSTRAINT audit_events_hold_no_secrets CHECK ((NOT ((COALESCE(before, '{}'::jsonb) || COALESCE(after, '{}'::jsonb)) ?| ARRAY['password'::text, 'hashed_password'::text, 'refresh_token_hash'::text, 'code_hash'::text]))),
    CONSTRAINT audit_events_subject_shape CHECK ((subject ~ '^[a-z_]+:.+$'::text))
);


--
-- Name: TABLE audit_events; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.audit_events IS 'What was changed, by whom and in which request; append-only';


--
-- Name: COLUMN audit_events.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_events.id IS 'Also its position in the feed, if it is not before the first';


--
-- Name: COLUMN audit_events.action; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_events.action IS 'What happened to what, as user.role_changed';


--
-- Name: COLUMN audit_events.subject; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_events.subject IS 'The kind and the key of what changed, as user:alice';


--
-- Name: COLUMN audit_events.actor; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_events.actor IS 'Who asked for it; NULL for the bank itself and for visitors';


--
-- Name: COLUMN audit_events.before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_events.before IS 'What changed, as it was, without secrets; NULL when it is new';


--
-- Name: COLUMN audit_events.after; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_events.after IS 'What changed, as it became, without secrets';


--
-- Name: COLUMN audit_events.username; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_events.username IS 'Whom it concerns: the user, the user of the session, the owner of the account; NULL in old rows';


--
-- Name: currencies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.currencies (
    code text NOT NULL,
    exponent smallint NOT NULL,
    name text,
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
-- Name: COLUMN currencies.name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.currencies.name IS 'In English, as ISO 4217 has it; NULL: the code is shown';


--
-- Name: current_holds; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.current_holds WITH (security_invoker='true') AS
 SELECT id,
    from_account_id,
    to_account_id,
    amount,
    captured_amount,
    currency,
        CASE
            WHEN ((status = 'open'::public.hold_status) AND (expires_at <= public.account_time(from_account_id))) THEN 'expired'::public.current_hold_status
            ELSE ((status)::text)::public.current_hold_status
        END AS status,
    description,
    expires_at,
    created_at,
    closed_at,
    asked_by,
    request_id,
    voided_by
   FROM public.holds;


--
-- Name: VIEW current_holds; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.current_holds IS 'A hold as it is now';


--
-- Name: COLUMN current_holds.status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.current_holds.status IS 'As stored, but expired where an open hold is over';


--
-- Name: customer_accounts; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.customer_accounts WITH (security_invoker='true') AS
 SELECT id,
    owner,
    currency,
    balance,
    (balance - public.held_amount(id)) AS available_balance,
    status,
    created_at
   FROM public.accounts
  WHERE (owner IS NOT NULL);


--
-- Name: VIEW customer_accounts; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON VIEW public.customer_accounts IS 'An account of a customer, as its owner sees it';


--
-- Name: COLUMN customer_accounts.available_balance; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.customer_accounts.available_balance IS 'Minor units; the balance less the amount held of it now';


--
-- Name: email_verifications; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.email_verifications (
    id bigint NOT NULL,
    username text NOT NULL,
    email text NOT NULL,
    code_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '00:15:00'::interval) NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT email_verifications_code_hash_sha256 CHECK ((length(code_hash) = 32))
);


--
-- Name: TABLE email_verifications; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.email_verifications IS 'A code mailed to an address; whoever has it can read there';


--
-- Name: COLUMN email_verifications.email; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.email_verifications.email IS 'Where the code was sent; it proves nothing once the user has another address';


--
-- Name: COLUMN email_verifications.code_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.email_verifications.code_hash IS 'SHA-256';


--
-- Name: COLUMN email_verifications.used_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.email_verifications.used_at IS 'A code works once';


--
-- Name: email_verifications_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.email_verifications ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.email_verifications_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


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
-- Name: feed_consumers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.feed_consumers (
    name text NOT NULL,
    epoch bigint NOT NULL,
    "position" bigint NOT NULL,
    lease_token uuid,
    leased_until timestamp with time zone,
    set_back_count bigint DEFAULT 0 NOT NULL,
    resumed_count bigint DEFAULT 0 NOT NULL,
    last_error text,
    CONSTRAINT feed_consumers_epoch_positive CHECK ((epoch > 0)),
    CONSTRAINT feed_consumers_last_error_length CHECK ((char_length(last_error) <= 500)),
    CONSTRAINT feed_consumers_lease_ends CHECK (((lease_token IS NULL) = (leased_until IS NULL))),
    CONSTRAINT feed_consumers_name_shape CHECK ((name ~ '^[a-z][a-z0-9_]{0,29}(:[1-9][0-9]{0,18})?$'::text)),
    CONSTRAINT feed_consumers_position_not_negative CHECK (("position" >= 0)),
    CONSTRAINT feed_consumers_resumed_within_set_back CHECK (((resumed_count >= 0) AND (resumed_count <= set_back_count)))
);


--
-- Name: TABLE feed_consumers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.feed_consumers IS 'Who takes the feed of events elsewhere, and how far each is; one process at a time has its lease';


--
-- Name: COLUMN feed_consumers.name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_consumers.name IS 'Its kind, and a number where there are several';


--
-- Name: COLUMN feed_consumers."position"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_consumers."position" IS 'All up to this position was taken';


--
-- Name: COLUMN feed_consumers.lease_token; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_consumers.lease_token IS 'Known to the process that has the lease';


--
-- Name: COLUMN feed_consumers.set_back_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_consumers.set_back_count IS 'How often an operator has set it back, so that it takes events again';


--
-- Name: COLUMN feed_consumers.resumed_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_consumers.resumed_count IS 'How many of these it has followed; until it has followed all, the position is where it goes on';


--
-- Name: COLUMN feed_consumers.last_error; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_consumers.last_error IS 'Why it does not get on; NULL once it does';


--
-- Name: feed_horizon; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.feed_horizon (
    only_row boolean DEFAULT true NOT NULL,
    epoch bigint DEFAULT 1 NOT NULL,
    first_position bigint NOT NULL,
    settled_position bigint DEFAULT 0 NOT NULL,
    pending_position bigint DEFAULT 0 NOT NULL,
    barrier xid8 DEFAULT '0'::xid8 NOT NULL,
    CONSTRAINT feed_horizon_epoch_positive CHECK ((epoch > 0)),
    CONSTRAINT feed_horizon_one_row CHECK (only_row),
    CONSTRAINT feed_horizon_settled_within_pending CHECK (((settled_position >= 0) AND (settled_position <= pending_position)))
);


--
-- Name: TABLE feed_horizon; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.feed_horizon IS 'How far the feed of events shows what has happened; one row';


--
-- Name: COLUMN feed_horizon.epoch; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_horizon.epoch IS 'Raised when the history is another than readers have seen; their cursors are of an epoch';


--
-- Name: COLUMN feed_horizon.first_position; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_horizon.first_position IS 'Holds and audit events with lower ids have them from a sequence of their own, and are not shown';


--
-- Name: COLUMN feed_horizon.settled_position; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_horizon.settled_position IS 'No transaction can commit anything up to this position any more: the feed shows it';


--
-- Name: COLUMN feed_horizon.pending_position; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_horizon.pending_position IS 'What will be settled once all transactions up to the barrier have ended';


--
-- Name: COLUMN feed_horizon.barrier; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.feed_horizon.barrier IS 'The transaction that noted the pending position';


--
-- Name: idempotency_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.idempotency_keys (
    scope text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    request_id text NOT NULL,
    refusal text,
    transfer_id bigint,
    hold_id bigint,
    balance bigint,
    available_balance bigint,
    captured_amount bigint,
    response text,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_keys_key_length CHECK (((length(key) >= 1) AND (length(key) <= 255))),
    CONSTRAINT idempotency_keys_request_hash_length CHECK ((length(request_hash) = 32))
);


--
-- Name: TABLE idempotency_keys; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.idempotency_keys IS 'What was answered to a request that named a key; counts for a day, then it may be deleted';


--
-- Name: COLUMN idempotency_keys.scope; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_keys.scope IS 'The user who asked: nobody meets another''s keys';


--
-- Name: COLUMN idempotency_keys.request_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_keys.request_hash IS 'SHA-256 of the operation and its request';


--
-- Name: COLUMN idempotency_keys.request_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_keys.request_id IS 'Of the first answer, which says it';


--
-- Name: COLUMN idempotency_keys.refusal; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_keys.refusal IS 'The code of the refusal, if that was the answer';


--
-- Name: COLUMN idempotency_keys.balance; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_keys.balance IS 'Of the paying account when the answer was given, as available_balance';


--
-- Name: COLUMN idempotency_keys.captured_amount; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_keys.captured_amount IS 'Of the hold when the answer was given';


--
-- Name: COLUMN idempotency_keys.response; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.idempotency_keys.response IS 'The answer itself where it is no posting';


--
-- Name: password_resets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.password_resets (
    id bigint NOT NULL,
    username text NOT NULL,
    email text NOT NULL,
    code_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '00:15:00'::interval) NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT password_resets_code_hash_sha256 CHECK ((length(code_hash) = 32))
);


--
-- Name: TABLE password_resets; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.password_resets IS 'A code mailed to a user who may set a new password with it';


--
-- Name: COLUMN password_resets.email; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.password_resets.email IS 'Where the code was sent; it resets nothing once the user has another address';


--
-- Name: COLUMN password_resets.code_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.password_resets.code_hash IS 'SHA-256';


--
-- Name: COLUMN password_resets.used_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.password_resets.used_at IS 'A code works once';


--
-- Name: password_resets_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.password_resets ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.password_resets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: positions; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.positions
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: SEQUENCE positions; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON SEQUENCE public.positions IS 'The positions of the feed: one for each thing that happens';


--
-- Name: rate_limits; Type: TABLE; Schema: public; Owner: -
--

CREATE UNLOGGED TABLE public.rate_limits (
    key text NOT NULL,
    free_at timestamp with time zone NOT NULL,
    is_allowed boolean DEFAULT true NOT NULL
);


--
-- Name: TABLE rate_limits; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.rate_limits IS 'Who tried what, and when that is forgotten (GCRA)';


--
-- Name: COLUMN rate_limits.key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.rate_limits.key IS 'The limit''s name, and a hash of whom it counts';


--
-- Name: COLUMN rate_limits.free_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.rate_limits.free_at IS 'When nothing counts any more: each attempt puts it off by the time that one takes to regain';


--
-- Name: COLUMN rate_limits.is_allowed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.rate_limits.is_allowed IS 'Whether the last attempt was within the limit';


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
    number bigint NOT NULL,
    refresh_token_hash bytea,
    last_used_at timestamp with time zone DEFAULT now() NOT NULL,
    renewal_hash bytea,
    renewed_at timestamp with time zone,
    CONSTRAINT sessions_end_in_time CHECK ((expires_at <= (created_at + '720:00:00'::interval))),
    CONSTRAINT sessions_expire_later CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_refresh_token_hash_sha256 CHECK ((length(refresh_token_hash) = 32)),
    CONSTRAINT sessions_renewal_hash_sha256 CHECK ((length(renewal_hash) = 32)),
    CONSTRAINT sessions_user_agent_length CHECK ((length(user_agent) <= 500))
);


--
-- Name: TABLE sessions; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.sessions IS 'A sign-in; its access tokens work until it expires or is ended';


--
-- Name: COLUMN sessions.refresh_token_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sessions.refresh_token_hash IS 'SHA-256 of the id of the one refresh token that still works; NULL: the session cannot be renewed';


--
-- Name: COLUMN sessions.last_used_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sessions.last_used_at IS 'To the minute';


--
-- Name: COLUMN sessions.renewal_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sessions.renewal_hash IS 'SHA-256 of the refresh token that was renewed last and of the user agent that sent it';


--
-- Name: sessions_number_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.sessions ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sessions_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: transfers; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.transfers (
    id bigint DEFAULT public.next_position() NOT NULL,
    kind public.transfer_kind NOT NULL,
    from_account_id bigint NOT NULL,
    to_account_id bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text,
    created_at timestamp with time zone NOT NULL,
    reverses_transfer_id bigint,
    captures_hold_id bigint,
    asked_by text,
    request_id text,
    CONSTRAINT transfers_accounts_differ CHECK ((from_account_id <> to_account_id)),
    CONSTRAINT transfers_amount_limit CHECK ((amount <= '9007199254740991'::bigint)),
    CONSTRAINT transfers_amount_positive CHECK ((amount > 0)),
    CONSTRAINT transfers_capture_names_hold CHECK (((kind = 'capture'::public.transfer_kind) = (captures_hold_id IS NOT NULL))),
    CONSTRAINT transfers_description_length CHECK (((length(description) >= 1) AND (length(description) <= 200))),
    CONSTRAINT transfers_id_positive CHECK ((id > 0)),
    CONSTRAINT transfers_reversal_comes_later CHECK ((reverses_transfer_id < id)),
    CONSTRAINT transfers_reversal_names_transfer CHECK (((kind = 'reversal'::public.transfer_kind) = (reverses_transfer_id IS NOT NULL)))
);


--
-- Name: TABLE transfers; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.transfers IS 'Money moved from one account to another of the same currency; append-only';


--
-- Name: COLUMN transfers.id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.transfers.id IS 'Also its position in the feed';


--
-- Name: COLUMN transfers.created_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.transfers.created_at IS 'Taken under the accounts'' locks: never earlier than an older transfer of the same account';


--
-- Name: COLUMN transfers.reverses_transfer_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.transfers.reverses_transfer_id IS 'The transfer of which this one pays back';


--
-- Name: COLUMN transfers.captures_hold_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.transfers.captures_hold_id IS 'The hold whose money this transfer moves';


--
-- Name: COLUMN transfers.asked_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.transfers.asked_by IS 'The user who asked for it; NULL for the bank itself';


--
-- Name: COLUMN transfers.request_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.transfers.request_id IS 'The request that asked for it, as the logs name it';


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
    blocked_at timestamp with time zone,
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
-- Name: COLUMN users.blocked_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.users.blocked_at IS 'Since when the user may neither log in nor use a session';


--
-- Name: webhook_deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhook_deliveries (
    endpoint_id bigint NOT NULL,
    "position" bigint NOT NULL,
    try_count bigint NOT NULL,
    next_try_at timestamp with time zone,
    last_status bigint,
    failed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT webhook_deliveries_last_status_http CHECK (((last_status >= 100) AND (last_status <= 999))),
    CONSTRAINT webhook_deliveries_position_positive CHECK (("position" > 0)),
    CONSTRAINT webhook_deliveries_try_count_limit CHECK (((try_count >= 0) AND (try_count <= 10)))
);


--
-- Name: TABLE webhook_deliveries; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.webhook_deliveries IS 'An event that an endpoint has not taken; deleted when it has, or 30 days after the last try';


--
-- Name: COLUMN webhook_deliveries."position"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_deliveries."position" IS 'Of the event in the feed';


--
-- Name: COLUMN webhook_deliveries.try_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_deliveries.try_count IS 'How often it was sent in vain; not counted when the server asked to wait';


--
-- Name: COLUMN webhook_deliveries.next_try_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_deliveries.next_try_at IS 'NULL after the last try';


--
-- Name: COLUMN webhook_deliveries.last_status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_deliveries.last_status IS 'The HTTP status of the last try; NULL if there was no answer';


--
-- Name: webhook_endpoints; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhook_endpoints (
    id bigint NOT NULL,
    owner text,
    url text NOT NULL,
    types text[],
    sealed_secret text NOT NULL,
    sealed_previous_secret text,
    previous_until timestamp with time zone,
    status public.webhook_status DEFAULT 'active'::public.webhook_status NOT NULL,
    "position" bigint NOT NULL,
    replay_position bigint,
    replay_until_position bigint,
    failure_count bigint DEFAULT 0 NOT NULL,
    probe_count bigint DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    retry_at timestamp with time zone,
    recovered_at timestamp with time zone,
    last_tried_at timestamp with time zone,
    last_status bigint,
    lease_token uuid,
    leased_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT webhook_endpoints_counts_not_negative CHECK (((failure_count >= 0) AND (probe_count >= 0))),
    CONSTRAINT webhook_endpoints_failing_since_when CHECK (((status <> 'failing'::public.webhook_status) OR ((failing_since IS NOT NULL) AND (retry_at IS NOT NULL)))),
    CONSTRAINT webhook_endpoints_last_status_http CHECK (((last_status >= 100) AND (last_status <= 999))),
    CONSTRAINT webhook_endpoints_lease_ends CHECK (((lease_token IS NULL) = (leased_until IS NULL))),
    CONSTRAINT webhook_endpoints_position_not_negative CHECK (("position" >= 0)),
    CONSTRAINT webhook_endpoints_previous_needs_until CHECK (((sealed_previous_secret IS NULL) = (previous_until IS NULL))),
    CONSTRAINT webhook_endpoints_replay_ends CHECK ((((replay_position IS NULL) = (replay_until_position IS NULL)) AND COALESCE(((replay_position >= 0) AND (replay_position <= (replay_until_position - 1))), true))),
    CONSTRAINT webhook_endpoints_types_count CHECK (((cardinality(types) >= 1) AND (cardinality(types) <= 100))),
    CONSTRAINT webhook_endpoints_url_http CHECK ((url ~ '^https?://[^/@?#]+'::text)),
    CONSTRAINT webhook_endpoints_url_length CHECK ((length(url) <= 2000))
);


--
-- Name: TABLE webhook_endpoints; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.webhook_endpoints IS 'A server to which events are sent, and how far it has got them';


--
-- Name: COLUMN webhook_endpoints.owner; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.owner IS 'The customer who is told of what concerns them; NULL for the bank''s own, which is told of all';


--
-- Name: COLUMN webhook_endpoints.types; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.types IS 'The events that are sent; NULL for all';


--
-- Name: COLUMN webhook_endpoints.sealed_secret; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.sealed_secret IS 'The secret that signs, encrypted with the bank''s keys';


--
-- Name: COLUMN webhook_endpoints.sealed_previous_secret; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.sealed_previous_secret IS 'The secret before it, which signs along until previous_until';


--
-- Name: COLUMN webhook_endpoints."position"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints."position" IS 'All events up to this position were taken by the server, or are parked in webhook_deliveries';


--
-- Name: COLUMN webhook_endpoints.replay_position; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.replay_position IS 'The same of events that are sent once more, up to replay_until_position';


--
-- Name: COLUMN webhook_endpoints.failure_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.failure_count IS 'First tries that failed in a row';


--
-- Name: COLUMN webhook_endpoints.probe_count; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.probe_count IS 'Probes that failed since the endpoint is failing';


--
-- Name: COLUMN webhook_endpoints.failing_since; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.failing_since IS 'Since when no try has succeeded';


--
-- Name: COLUMN webhook_endpoints.retry_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.retry_at IS 'Nothing is sent earlier';


--
-- Name: COLUMN webhook_endpoints.recovered_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.recovered_at IS 'When a failing endpoint answered again; it is sent less at first, until it has caught up';


--
-- Name: COLUMN webhook_endpoints.last_status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.last_status IS 'The HTTP status of the last try; NULL if there was no answer';


--
-- Name: COLUMN webhook_endpoints.lease_token; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_endpoints.lease_token IS 'The one worker that may send now';


--
-- Name: webhook_endpoints_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.webhook_endpoints ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_endpoints_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: procrastinate_events id; Type: DEFAULT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_events ALTER COLUMN id SET DEFAULT nextval('procrastinate.procrastinate_events_id_seq'::regclass);


--
-- Name: procrastinate_jobs id; Type: DEFAULT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_jobs ALTER COLUMN id SET DEFAULT nextval('procrastinate.procrastinate_jobs_id_seq'::regclass);


--
-- Name: procrastinate_periodic_defers id; Type: DEFAULT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_periodic_defers ALTER COLUMN id SET DEFAULT nextval('procrastinate.procrastinate_periodic_defers_id_seq'::regclass);


--
-- Name: procrastinate_events procrastinate_events_pkey; Type: CONSTRAINT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_events
    ADD CONSTRAINT procrastinate_events_pkey PRIMARY KEY (id);


--
-- Name: procrastinate_jobs procrastinate_jobs_pkey; Type: CONSTRAINT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_pkey PRIMARY KEY (id);


--
-- Name: procrastinate_periodic_defers procrastinate_periodic_defers_pkey; Type: CONSTRAINT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_pkey PRIMARY KEY (id);


--
-- Name: procrastinate_periodic_defers procrastinate_periodic_defers_unique; Type: CONSTRAINT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp);


--
-- Name: procrastinate_workers procrastinate_workers_pkey; Type: CONSTRAINT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_workers
    ADD CONSTRAINT procrastinate_workers_pkey PRIMARY KEY (id);


--
-- Name: accounts accounts_id_currency_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_id_currency_key UNIQUE (id, currency);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);


--
-- Name: audit_events audit_events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_events
    ADD CONSTRAINT audit_events_pkey PRIMARY KEY (id);


--
-- Name: currencies currencies_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.currencies
    ADD CONSTRAINT currencies_pkey PRIMARY KEY (code);


--
-- Name: email_verifications email_verifications_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.email_verifications
    ADD CONSTRAINT email_verifications_pkey PRIMARY KEY (id);


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
-- Name: exchange_rates exchange_rates_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.exchange_rates
    ADD CONSTRAINT exchange_rates_pkey PRIMARY KEY (base, quote, as_of, source);


--
-- Name: feed_consumers feed_consumers_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.feed_consumers
    ADD CONSTRAINT feed_consumers_pkey PRIMARY KEY (name);


--
-- Name: feed_horizon feed_horizon_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.feed_horizon
    ADD CONSTRAINT feed_horizon_pkey PRIMARY KEY (only_row);


--
-- Name: holds holds_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_pkey PRIMARY KEY (id);


--
-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key);


--
-- Name: password_resets password_resets_code_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.password_resets
    ADD CONSTRAINT password_resets_code_hash_key UNIQUE (code_hash);


--
-- Name: password_resets password_resets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.password_resets
    ADD CONSTRAINT password_resets_pkey PRIMARY KEY (id);


--
-- Name: rate_limits rate_limits_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.rate_limits
    ADD CONSTRAINT rate_limits_pkey PRIMARY KEY (key);


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
-- Name: webhook_deliveries webhook_deliveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (endpoint_id, "position");


--
-- Name: webhook_endpoints webhook_endpoints_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id);


--
-- Name: idx_procrastinate_jobs_worker_not_null; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE INDEX idx_procrastinate_jobs_worker_not_null ON procrastinate.procrastinate_jobs USING btree (worker_id) WHERE ((worker_id IS NOT NULL) AND (status = 'doing'::procrastinate.procrastinate_job_status));


--
-- Name: idx_procrastinate_workers_last_heartbeat; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON procrastinate.procrastinate_workers USING btree (last_heartbeat);


--
-- Name: procrastinate_events_job_id_fkey_v1; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON procrastinate.procrastinate_events USING btree (job_id);


--
-- Name: procrastinate_jobs_id_lock_idx_v1; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON procrastinate.procrastinate_jobs USING btree (id, lock) WHERE (status = ANY (ARRAY['todo'::procrastinate.procrastinate_job_status, 'doing'::procrastinate.procrastinate_job_status]));


--
-- Name: procrastinate_jobs_lock_idx_v1; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON procrastinate.procrastinate_jobs USING btree (lock) WHERE (status = 'doing'::procrastinate.procrastinate_job_status);


--
-- Name: procrastinate_jobs_priority_idx_v1; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE INDEX procrastinate_jobs_priority_idx_v1 ON procrastinate.procrastinate_jobs USING btree (priority DESC, id) WHERE (status = 'todo'::procrastinate.procrastinate_job_status);


--
-- Name: procrastinate_jobs_queue_name_idx_v1; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON procrastinate.procrastinate_jobs USING btree (queue_name);


--
-- Name: procrastinate_jobs_queueing_lock_idx_v1; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON procrastinate.procrastinate_jobs USING btree (queueing_lock) WHERE (status = 'todo'::procrastinate.procrastinate_job_status);


--
-- Name: procrastinate_periodic_defers_job_id_fkey_v1; Type: INDEX; Schema: procrastinate; Owner: -
--

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON procrastinate.procrastinate_periodic_defers USING btree (job_id);


--
-- Name: accounts_owner_currency_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX accounts_owner_currency_key ON public.accounts USING btree (owner, currency, ((id * ((status = 'closed'::public.account_status))::integer))) NULLS NOT DISTINCT;


--
-- Name: audit_events_action_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_events_action_idx ON public.audit_events USING btree (action, id);


--
-- Name: audit_events_actor_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_events_actor_idx ON public.audit_events USING btree (actor, id);


--
-- Name: audit_events_subject_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_events_subject_idx ON public.audit_events USING btree (subject, id);


--
-- Name: audit_events_username_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX audit_events_username_idx ON public.audit_events USING btree (username, id);


--
-- Name: email_verifications_expires_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX email_verifications_expires_at_idx ON public.email_verifications USING btree (expires_at);


--
-- Name: email_verifications_username_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX email_verifications_username_idx ON public.email_verifications USING btree (username);


--
-- Name: entries_account_created_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entries_account_created_at_idx ON public.entries USING btree (account_id, created_at, transfer_id);


--
-- Name: exchange_rates_source_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX exchange_rates_source_idx ON public.exchange_rates USING btree (source, as_of);


--
-- Name: exchange_rates_status_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX exchange_rates_status_idx ON public.exchange_rates USING btree (status, as_of, quote, source);


--
-- Name: holds_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX holds_due_idx ON public.holds USING btree (expires_at, id) WHERE ((status = 'open'::public.hold_status) AND (end_position IS NULL));


--
-- Name: holds_end_position_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX holds_end_position_key ON public.holds USING btree (end_position);


--
-- Name: holds_expiry_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX holds_expiry_idx ON public.holds USING btree (from_account_id, expires_at);


--
-- Name: holds_from_account_end_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX holds_from_account_end_idx ON public.holds USING btree (from_account_id, end_position) WHERE (end_position IS NOT NULL);


--
-- Name: holds_from_account_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX holds_from_account_idx ON public.holds USING btree (from_account_id, id);


--
-- Name: holds_open_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX holds_open_idx ON public.holds USING btree (from_account_id, expires_at) WHERE (status = 'open'::public.hold_status);


--
-- Name: holds_open_to_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX holds_open_to_idx ON public.holds USING btree (to_account_id, expires_at) WHERE (status = 'open'::public.hold_status);


--
-- Name: holds_to_account_end_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX holds_to_account_end_idx ON public.holds USING btree (to_account_id, end_position) WHERE (end_position IS NOT NULL);


--
-- Name: holds_to_account_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX holds_to_account_idx ON public.holds USING btree (to_account_id, id);


--
-- Name: idempotency_keys_created_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idempotency_keys_created_at_idx ON public.idempotency_keys USING btree (created_at);


--
-- Name: password_resets_expires_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX password_resets_expires_at_idx ON public.password_resets USING btree (expires_at);


--
-- Name: password_resets_username_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX password_resets_username_idx ON public.password_resets USING btree (username);


--
-- Name: rate_limits_free_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX rate_limits_free_at_idx ON public.rate_limits USING btree (free_at);


--
-- Name: sessions_expires_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_expires_at_idx ON public.sessions USING btree (expires_at);


--
-- Name: sessions_open_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_open_idx ON public.sessions USING btree (username, number) WHERE (ended_at IS NULL);


--
-- Name: sessions_username_client_address_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_username_client_address_idx ON public.sessions USING btree (username, client_address);


--
-- Name: sessions_username_number_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX sessions_username_number_key ON public.sessions USING btree (username, number);


--
-- Name: transfers_captures_hold_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfers_captures_hold_idx ON public.transfers USING btree (captures_hold_id) WHERE (captures_hold_id IS NOT NULL);


--
-- Name: transfers_reverses_transfer_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX transfers_reverses_transfer_idx ON public.transfers USING btree (reverses_transfer_id) WHERE (reverses_transfer_id IS NOT NULL);


--
-- Name: users_admins_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX users_admins_idx ON public.users USING btree (username) WHERE ((role = 'admin'::public.user_role) AND (blocked_at IS NULL));


--
-- Name: users_email_key; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX users_email_key ON public.users USING btree (lower(email));


--
-- Name: webhook_deliveries_due_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_deliveries_due_idx ON public.webhook_deliveries USING btree (endpoint_id, next_try_at) WHERE (next_try_at IS NOT NULL);


--
-- Name: webhook_deliveries_failed_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_deliveries_failed_at_idx ON public.webhook_deliveries USING btree (failed_at);


--
-- Name: webhook_deliveries_next_try_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_deliveries_next_try_at_idx ON public.webhook_deliveries USING btree (next_try_at) WHERE (next_try_at IS NOT NULL);


--
-- Name: webhook_endpoints_owner_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_endpoints_owner_idx ON public.webhook_endpoints USING btree (owner, id);


--
-- Name: webhook_endpoints_retry_at_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_endpoints_retry_at_idx ON public.webhook_endpoints USING btree (retry_at) WHERE ((status = ANY (ARRAY['active'::public.webhook_status, 'failing'::public.webhook_status])) AND (retry_at IS NOT NULL));


--
-- Name: webhook_endpoints_running_idx; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_endpoints_running_idx ON public.webhook_endpoints USING btree (id) WHERE (status = ANY (ARRAY['active'::public.webhook_status, 'failing'::public.webhook_status]));


--
-- Name: procrastinate_jobs procrastinate_jobs_notify_queue_job_aborted_v1; Type: TRIGGER; Schema: procrastinate; Owner: -
--

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1 AFTER UPDATE OF abort_requested ON procrastinate.procrastinate_jobs FOR EACH ROW WHEN (((old.abort_requested = false) AND (new.abort_requested = true) AND (new.status = 'doing'::procrastinate.procrastinate_job_status))) EXECUTE FUNCTION procrastinate.procrastinate_notify_queue_abort_job_v1();


--
-- Name: procrastinate_jobs procrastinate_jobs_notify_queue_job_inserted_v1; Type: TRIGGER; Schema: procrastinate; Owner: -
--

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 AFTER INSERT ON procrastinate.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate.procrastinate_job_status)) EXECUTE FUNCTION procrastinate.procrastinate_notify_queue_job_inserted_v1();


--
-- Name: procrastinate_jobs procrastinate_trigger_abort_requested_events_v1; Type: TRIGGER; Schema: procrastinate; Owner: -
--

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1 AFTER UPDATE OF abort_requested ON procrastinate.procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true)) EXECUTE FUNCTION procrastinate.procrastinate_trigger_abort_requested_events_procedure_v1();


--
-- Name: procrastinate_jobs procrastinate_trigger_delete_jobs_v1; Type: TRIGGER; Schema: procrastinate; Owner: -
--

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1 BEFORE DELETE ON procrastinate.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION procrastinate.procrastinate_unlink_periodic_defers_v1();


--
-- Name: procrastinate_jobs procrastinate_trigger_scheduled_events_v1; Type: TRIGGER; Schema: procrastinate; Owner: -
--

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1 AFTER INSERT OR UPDATE ON procrastinate.procrastinate_jobs FOR EACH ROW WHEN (((new.scheduled_at IS NOT NULL) AND (new.status = 'todo'::procrastinate.procrastinate_job_status))) EXECUTE FUNCTION procrastinate.procrastinate_trigger_function_scheduled_events_v1();


--
-- Name: procrastinate_jobs procrastinate_trigger_status_events_insert_v1; Type: TRIGGER; Schema: procrastinate; Owner: -
--

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1 AFTER INSERT ON procrastinate.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate.procrastinate_job_status)) EXECUTE FUNCTION procrastinate.procrastinate_trigger_function_status_events_insert_v1();


--
-- Name: procrastinate_jobs procrastinate_trigger_status_events_update_v1; Type: TRIGGER; Schema: procrastinate; Owner: -
--

CREATE TRIGGER procrastinate_trigger_status_events_update_v1 AFTER UPDATE OF status ON procrastinate.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION procrastinate.procrastinate_trigger_function_status_events_update_v1();


--
-- Name: accounts accounts_balance_of_last_entry; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER accounts_balance_of_last_entry AFTER UPDATE ON public.accounts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT WHEN ((pg_trigger_depth() = 0)) EXECUTE FUNCTION public.require_balances_of_last_entries();


--
-- Name: accounts accounts_close_without_holds; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER accounts_close_without_holds AFTER UPDATE OF status ON public.accounts FOR EACH ROW WHEN (((new.status = 'closed'::public.account_status) AND (old.status <> 'closed'::public.account_status))) EXECUTE FUNCTION public.require_no_open_hold();


--
-- Name: accounts accounts_keep_their_owner; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER accounts_keep_their_owner AFTER UPDATE OF id, kind, owner, currency, created_at ON public.accounts FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: accounts accounts_open_with_nothing; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER accounts_open_with_nothing AFTER INSERT ON public.accounts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.require_balances_of_last_entries();


--
-- Name: accounts accounts_stay; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER accounts_stay AFTER DELETE ON public.accounts FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: audit_events audit_events_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_events FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();


--
-- Name: audit_events audit_events_name_their_user; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_events_name_their_user BEFORE INSERT ON public.audit_events FOR EACH ROW WHEN ((new.username IS NULL)) EXECUTE FUNCTION public.name_user_of_event();


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

CREATE TRIGGER entries_running_balance AFTER INSERT ON public.entries REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.carry_balances();


--
-- Name: feed_consumers feed_consumers_only_forward; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER feed_consumers_only_forward AFTER UPDATE ON public.feed_consumers FOR EACH ROW WHEN (((new.set_back_count < old.set_back_count) OR (new.resumed_count < old.resumed_count) OR ((ROW(new.epoch, new."position") < ROW(old.epoch, old."position")) AND (new.set_back_count = old.set_back_count)))) EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: feed_horizon feed_horizon_only_forward; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER feed_horizon_only_forward AFTER UPDATE ON public.feed_horizon FOR EACH ROW WHEN (((new.epoch < old.epoch) OR (new.settled_position < old.settled_position) OR (new.pending_position < old.pending_position) OR (new.first_position <> old.first_position))) EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: feed_horizon feed_horizon_stays; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER feed_horizon_stays AFTER DELETE OR TRUNCATE ON public.feed_horizon FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: holds holds_after_opening; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER holds_after_opening AFTER INSERT ON public.holds DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((current_setting('role'::text) <> 'bank_application'::text)) EXECUTE FUNCTION public.require_opened_accounts();


--
-- Name: holds holds_keep_their_terms; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER holds_keep_their_terms AFTER UPDATE OF id, from_account_id, to_account_id, amount, currency, created_at, expires_at ON public.holds FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: holds holds_stay; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER holds_stay AFTER DELETE OR TRUNCATE ON public.holds FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: holds holds_stay_closed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER holds_stay_closed AFTER UPDATE ON public.holds FOR EACH ROW WHEN (((old.status <> 'open'::public.hold_status) OR (old.end_position IS NOT NULL) OR (new.captured_amount < old.captured_amount))) EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: holds holds_within_balance; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER holds_within_balance AFTER INSERT ON public.holds DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((current_setting('role'::text) <> 'bank_application'::text)) EXECUTE FUNCTION public.require_available_balance();


--
-- Name: transfers transfers_after_opening; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER transfers_after_opening AFTER INSERT ON public.transfers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((current_setting('role'::text) <> 'bank_application'::text)) EXECUTE FUNCTION public.require_opened_accounts();


--
-- Name: transfers transfers_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER transfers_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.transfers FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: transfers transfers_have_both_entries; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER transfers_have_both_entries AFTER INSERT ON public.transfers REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION public.require_both_entries();


--
-- Name: transfers transfers_reversed_within_amount; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER transfers_reversed_within_amount AFTER INSERT ON public.transfers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.kind = 'reversal'::public.transfer_kind) AND (current_setting('role'::text) <> 'bank_application'::text))) EXECUTE FUNCTION public.require_amount_left();


--
-- Name: transfers transfers_within_balance; Type: TRIGGER; Schema: public; Owner: -
--

CREATE CONSTRAINT TRIGGER transfers_within_balance AFTER INSERT ON public.transfers DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((current_setting('role'::text) <> 'bank_application'::text)) EXECUTE FUNCTION public.require_available_balance();


--
-- Name: users users_delete_no_last_admin; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER users_delete_no_last_admin AFTER DELETE ON public.users FOR EACH ROW WHEN (((old.role = 'admin'::public.user_role) AND (old.blocked_at IS NULL))) EXECUTE FUNCTION public.require_an_admin();


--
-- Name: users users_keep_an_admin; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER users_keep_an_admin AFTER UPDATE OF role, blocked_at ON public.users FOR EACH ROW WHEN (((old.role = 'admin'::public.user_role) AND (old.blocked_at IS NULL) AND ((new.role <> 'admin'::public.user_role) OR (new.blocked_at IS NOT NULL)))) EXECUTE FUNCTION public.require_an_admin();


--
-- Name: webhook_endpoints webhook_endpoints_only_forward; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER webhook_endpoints_only_forward AFTER UPDATE ON public.webhook_endpoints FOR EACH ROW WHEN (((new."position" < old."position") OR (new.owner IS DISTINCT FROM old.owner))) EXECUTE FUNCTION public.refuse_rewrite();


--
-- Name: procrastinate_events procrastinate_events_job_id_fkey; Type: FK CONSTRAINT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_events
    ADD CONSTRAINT procrastinate_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES procrastinate.procrastinate_jobs(id) ON DELETE CASCADE;


--
-- Name: procrastinate_jobs procrastinate_jobs_worker_id_fkey; Type: FK CONSTRAINT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES procrastinate.procrastinate_workers(id) ON DELETE SET NULL;


--
-- Name: procrastinate_periodic_defers procrastinate_periodic_defers_job_id_fkey; Type: FK CONSTRAINT; Schema: procrastinate; Owner: -
--

ALTER TABLE ONLY procrastinate.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_job_id_fkey FOREIGN KEY (job_id) REFERENCES procrastinate.procrastinate_jobs(id);


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
-- Name: email_verifications email_verifications_username_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.email_verifications
    ADD CONSTRAINT email_verifications_username_fkey FOREIGN KEY (username) REFERENCES public.users(username);


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
-- Name: exchange_rates exchange_rates_base_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.exchange_rates
    ADD CONSTRAINT exchange_rates_base_fkey FOREIGN KEY (base) REFERENCES public.currencies(code);


--
-- Name: exchange_rates exchange_rates_quote_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.exchange_rates
    ADD CONSTRAINT exchange_rates_quote_fkey FOREIGN KEY (quote) REFERENCES public.currencies(code);


--
-- Name: holds holds_from_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_from_account_fkey FOREIGN KEY (from_account_id, currency) REFERENCES public.accounts(id, currency);


--
-- Name: holds holds_to_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.holds
    ADD CONSTRAINT holds_to_account_fkey FOREIGN KEY (to_account_id, currency) REFERENCES public.accounts(id, currency);


--
-- Name: idempotency_keys idempotency_keys_hold_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_hold_fkey FOREIGN KEY (hold_id) REFERENCES public.holds(id);


--
-- Name: idempotency_keys idempotency_keys_transfer_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_transfer_fkey FOREIGN KEY (transfer_id) REFERENCES public.transfers(id);


--
-- Name: password_resets password_resets_username_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.password_resets
    ADD CONSTRAINT password_resets_username_fkey FOREIGN KEY (username) REFERENCES public.users(username);


--
-- Name: sessions sessions_username_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_username_fkey FOREIGN KEY (username) REFERENCES public.users(username);


--
-- Name: transfers transfers_captures_hold_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_captures_hold_fkey FOREIGN KEY (captures_hold_id) REFERENCES public.holds(id);


--
-- Name: transfers transfers_from_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_from_account_fkey FOREIGN KEY (from_account_id, currency) REFERENCES public.accounts(id, currency);


--
-- Name: transfers transfers_reverses_transfer_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_reverses_transfer_fkey FOREIGN KEY (reverses_transfer_id) REFERENCES public.transfers(id);


--
-- Name: transfers transfers_to_account_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_to_account_fkey FOREIGN KEY (to_account_id, currency) REFERENCES public.accounts(id, currency);


--
-- Name: webhook_deliveries webhook_deliveries_endpoint_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_endpoint_fkey FOREIGN KEY (endpoint_id) REFERENCES public.webhook_endpoints(id) ON DELETE CASCADE;


--
-- Name: webhook_endpoints webhook_endpoints_owner_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_owner_fkey FOREIGN KEY (owner) REFERENCES public.users(username);


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
    ('20261120080008'),
    ('20261120090001'),
    ('20261120100001'),
    ('20261120100002'),
    ('20261120100003'),
    ('20261120100004'),
    ('20261120100005'),
    ('20261120100006'),
    ('20261120100007'),
    ('20261120114001'),
    ('20261120114002'),
    ('20261120114003'),
    ('20261120114004'),
    ('20261120114005'),
    ('20261120114006'),
    ('20261120114007'),
    ('20261120114008'),
    ('20261120120001'),
    ('20261120130001'),
    ('20261120140001'),
    ('20261120150001'),
    ('20261121000001'),
    ('20261130105831'),
    ('20261130105832'),
    ('20261130111943'),
    ('20261130121307'),
    ('20261130122807'),
    ('20261130123700'),
    ('20261130140001'),
    ('20261130140002'),
    ('20261130140003'),
    ('20261130140004'),
    ('20261130150002'),
    ('20261130150003'),
    ('20261130150004'),
    ('20261130150005'),
    ('20261130151001'),
    ('20261130151002'),
    ('20261130151003'),
    ('20261130151004'),
    ('20261130151005'),
    ('20261130152001'),
    ('20261130153001'),
    ('20261130160001'),
    ('20261130164915'),
    ('20261130164916'),
    ('20261130165002'),
    ('20261130165003'),
    ('20261130165004'),
    ('20261130165005'),
    ('20261130165006'),
    ('20261130165007'),
    ('20261130165008'),
    ('20261130180001'),
    ('20261130180002'),
    ('20261130183418'),
    ('20261130190001'),
    ('20261130235743');
