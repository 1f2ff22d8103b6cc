-- Money that is promised but has not moved: it stays in the account, and nobody else can have it.

-- migrate:up
CREATE TYPE hold_status AS ENUM ('open', 'captured', 'voided');

CREATE TABLE holds (
    id bigint GENERATED ALWAYS AS IDENTITY,
    from_account_id bigint NOT NULL,
    to_account_id bigint NOT NULL,
    amount bigint NOT NULL,
    captured_amount bigint NOT NULL DEFAULT 0,
    currency text NOT NULL,
    status hold_status NOT NULL DEFAULT 'open',
    description text,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    closed_at timestamptz,
    asked_by text,
    request_id text,
    voided_by text,
    CONSTRAINT holds_pkey PRIMARY KEY (id),
    CONSTRAINT holds_from_account_fkey FOREIGN KEY (from_account_id, currency)
    REFERENCES accounts (id, currency),
    CONSTRAINT holds_to_account_fkey FOREIGN KEY (to_account_id, currency)
    REFERENCES accounts (id, currency),
    CONSTRAINT holds_id_positive CHECK (id > 0),
    CONSTRAINT holds_amount_positive CHECK (amount > 0),
    CONSTRAINT holds_amount_limit CHECK (amount <= 9007199254740991),
    CONSTRAINT holds_accounts_differ CHECK (from_account_id <> to_account_id),
    CONSTRAINT holds_captured_within_amount CHECK (captured_amount BETWEEN 0 AND amount),
    CONSTRAINT holds_captured_in_full CHECK ((status = 'captured') = (captured_amount = amount)),
    CONSTRAINT holds_description_length CHECK (length(description) BETWEEN 1 AND 200),
    CONSTRAINT holds_expires_after_creation CHECK (expires_at > created_at),
    CONSTRAINT holds_lifetime_limit CHECK (expires_at - created_at <= interval '744 hours'),
    CONSTRAINT holds_open_until_closed CHECK ((status = 'open') = (closed_at IS NULL))
);

COMMENT ON TABLE holds IS
'Money of an account promised to another until it is captured, voided or expired';
COMMENT ON COLUMN holds.captured_amount IS 'What its captures have moved so far';
COMMENT ON COLUMN holds.status IS
'Open also when it has expired: whoever counts holds looks at expires_at, nothing sweeps them';

COMMENT ON COLUMN holds.closed_at IS 'When it was captured in full or voided';
COMMENT ON COLUMN holds.asked_by IS 'The user who asked for it; NULL for the bank itself';
COMMENT ON COLUMN holds.request_id IS 'The request that asked for it, as the logs name it';
COMMENT ON COLUMN holds.voided_by IS 'The user who let go of it; captures are transfers and say so';

CREATE INDEX holds_from_account_idx ON holds (from_account_id, id);
CREATE INDEX holds_to_account_idx ON holds (to_account_id, id);
CREATE INDEX holds_open_idx ON holds (from_account_id, expires_at) WHERE status = 'open';

CREATE INDEX holds_expiry_idx ON holds (from_account_id, expires_at);

-- What is held now: available is the balance less this.
CREATE FUNCTION held_amount(account_id bigint) RETURNS bigint
LANGUAGE sql
STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(sum(holds.amount - holds.captured_amount), 0)::bigint
    FROM holds
    WHERE holds.from_account_id = held_amount.account_id
        AND holds.status = 'open'
        AND holds.expires_at > now();
END;

GRANT SELECT ON holds TO bank_application;

-- migrate:down
DROP FUNCTION held_amount(bigint);
DROP TABLE holds;
DROP TYPE hold_status;
