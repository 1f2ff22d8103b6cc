-- An event names the user whom it concerns, also one that a server of an earlier release records.
CREATE OR REPLACE FUNCTION name_user_of_event() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for one of the bank's
SET enable_seqscan = off -- a plan made while the table was empty would be kept while it grows
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
