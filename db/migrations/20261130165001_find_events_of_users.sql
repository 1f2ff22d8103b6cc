-- An audit event names the user whom it concerns: the user, the session's user or the account's
-- owner. So a customer's feed has what happened to them, whoever did it.

-- migrate:up
ALTER TABLE audit_events ADD COLUMN username text;

COMMENT ON COLUMN audit_events.username IS
'Whom it concerns: the user, the user of the session, the owner of the account; NULL in old rows';

GRANT INSERT (username) ON audit_events TO bank_application;

-- migrate:down
-- squawk-ignore ban-drop-column
ALTER TABLE audit_events DROP COLUMN username;
