-- Every change of a user or a session leaves a row that says who asked for it and what it changed,
-- written in the same transaction and never changed or removed.

-- migrate:up
CREATE TABLE audit_events (
    id bigint GENERATED ALWAYS AS IDENTITY,
    action text NOT NULL,
    subject text NOT NULL,
    actor text,
    request_id text,
    client_address inet,
    before jsonb,
    after jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT audit_events_pkey PRIMARY KEY (id),
    CONSTRAINT audit_events_action_shape CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    CONSTRAINT audit_events_subject_shape CHECK (subject ~ '^[a-z_]+:.+$'),
    CONSTRAINT audit_events_hold_no_secrets CHECK (
        NOT (coalesce(before, '{}') || coalesce(after, '{}'))
        ?| ARRAY['password', 'hashed_password', 'refresh_token_hash', 'code_hash']
    )
);

COMMENT ON TABLE audit_events IS 'What was changed, by whom and in which request; append-only';
COMMENT ON COLUMN audit_events.action IS 'What happened to what, as user.role_changed';
COMMENT ON COLUMN audit_events.subject IS 'The kind and the key of what changed, as user:alice';
COMMENT ON COLUMN audit_events.actor IS
'Who asked for it; NULL for the bank itself and for visitors';
COMMENT ON COLUMN audit_events.before IS
'What changed, as it was, without secrets; NULL when it is new';
COMMENT ON COLUMN audit_events.after IS 'What changed, as it became, without secrets';

CREATE INDEX audit_events_subject_idx ON audit_events (subject, id);
CREATE INDEX audit_events_actor_idx ON audit_events (actor, id);

CREATE FUNCTION refuse_audit_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = public, pg_temp -- no table of a session shall pass for ours
AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: what happened stays', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME;
END
$$;

CREATE TRIGGER audit_events_append_only
BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

GRANT SELECT ON audit_events TO bank_application;
GRANT INSERT (
    action, subject, actor, request_id, client_address, before, after
) ON audit_events TO bank_application;

-- migrate:down
DROP TABLE audit_events;
DROP FUNCTION refuse_audit_change();
