-- An audit event names the user whom it concerns: the user, the session's user or the account's
-- owner. So a customer's feed has what happened to them, whoever did it. A server of the release
-- before, which runs on meanwhile, does not say it: there the database does.

-- migrate:up
ALTER TABLE audit_events ADD COLUMN username text;

COMMENT ON COLUMN audit_events.username IS
'Whom it concerns: the user, the user of the session, the owner of the account; NULL in old rows';

GRANT INSERT (username) ON audit_events TO bank_application;

-- from db/functions/name_user_of_event.sql -- noqa: disable=all
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
-- end of name_user_of_event -- noqa: enable=all

CREATE TRIGGER audit_events_name_their_user
BEFORE INSERT ON audit_events
FOR EACH ROW
WHEN (new.username IS NULL)
EXECUTE FUNCTION name_user_of_event();

-- migrate:down
DROP TRIGGER audit_events_name_their_user ON audit_events;
DROP FUNCTION name_user_of_event();
-- squawk-ignore ban-drop-column
ALTER TABLE audit_events DROP COLUMN username;
