-- A token names a session, so that ending the session ends the token.

-- migrate:up
CREATE TABLE sessions (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    username text NOT NULL,
    user_agent text NOT NULL,
    client_address inet,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_username_fkey FOREIGN KEY (username) REFERENCES users (username),
    CONSTRAINT sessions_expire_later CHECK (expires_at > created_at),
    CONSTRAINT sessions_user_agent_length CHECK (length(user_agent) <= 500)
);

COMMENT ON TABLE sessions IS 'A sign-in; its access tokens work until it expires or is ended';

-- migrate:down
DROP TABLE sessions;
