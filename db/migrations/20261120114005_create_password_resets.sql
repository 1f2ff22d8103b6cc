-- Who forgot the password gets a code by mail that allows to set another one, once.

-- migrate:up
CREATE TABLE password_resets (
    id bigint GENERATED ALWAYS AS IDENTITY,
    username text NOT NULL,
    email text NOT NULL,
    code_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '15 minutes',
    used_at timestamptz,
    CONSTRAINT password_resets_pkey PRIMARY KEY (id),
    CONSTRAINT password_resets_username_fkey FOREIGN KEY (username) REFERENCES users (username),
    CONSTRAINT password_resets_code_hash_key UNIQUE (code_hash),
    CONSTRAINT password_resets_code_hash_sha256 CHECK (length(code_hash) = 32)
);

COMMENT ON TABLE password_resets IS 'A code mailed to a user who may set a new password with it';
COMMENT ON COLUMN password_resets.email IS
'Where the code was sent; it resets nothing once the user has another address';
COMMENT ON COLUMN password_resets.code_hash IS 'SHA-256';
COMMENT ON COLUMN password_resets.used_at IS 'A code works once';

CREATE INDEX password_resets_username_idx ON password_resets (username);
CREATE INDEX password_resets_expires_at_idx ON password_resets (expires_at);

GRANT SELECT, DELETE ON password_resets TO bank_application;
GRANT INSERT (username, email, code_hash) ON password_resets TO bank_application;
GRANT UPDATE (used_at) ON password_resets TO bank_application;

-- migrate:down
DROP TABLE password_resets;
