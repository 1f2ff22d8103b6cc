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
