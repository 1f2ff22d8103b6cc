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
