-- An address is proved by a code that was mailed to it.

-- migrate:up
CREATE TABLE email_verifications (
    id bigint GENERATED ALWAYS AS IDENTITY,
    username text NOT NULL,
    email text NOT NULL,
    code_hash bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL DEFAULT now() + interval '15 minutes',
    used_at timestamptz,
    CONSTRAINT email_verifications_pkey PRIMARY KEY (id),
    CONSTRAINT email_verifications_username_fkey FOREIGN KEY (username) REFERENCES users (username),
    CONSTRAINT email_verifications_code_hash_sha256 CHECK (length(code_hash) = 32)
);

COMMENT ON TABLE email_verifications IS
'A code mailed to an address; whoever has it can read there';
COMMENT ON COLUMN email_verifications.email IS
'Where the code was sent; it proves nothing once the user has another address';
COMMENT ON COLUMN email_verifications.code_hash IS 'SHA-256';
COMMENT ON COLUMN email_verifications.used_at IS 'A code works once';

CREATE INDEX email_verifications_username_idx ON email_verifications (username);
CREATE INDEX email_verifications_expires_at_idx ON email_verifications (expires_at);

GRANT SELECT, DELETE ON email_verifications TO bank_application;
GRANT INSERT (username, email, code_hash) ON email_verifications TO bank_application;
GRANT UPDATE (used_at) ON email_verifications TO bank_application;

-- migrate:down
DROP TABLE email_verifications;
