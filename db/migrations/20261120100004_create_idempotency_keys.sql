-- A request that is sent again under its key gets its first answer, and nothing happens twice. The
-- key is written in the transaction of what it stands for.

-- migrate:up
CREATE TABLE idempotency_keys (
    scope text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    request_id text NOT NULL,
    refusal text,
    transfer_id bigint,
    hold_id bigint,
    balance bigint,
    available_balance bigint,
    captured_amount bigint,
    response text,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key),
    CONSTRAINT idempotency_keys_transfer_fkey FOREIGN KEY (transfer_id) REFERENCES transfers (id),
    CONSTRAINT idempotency_keys_hold_fkey FOREIGN KEY (hold_id) REFERENCES holds (id),
    CONSTRAINT idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 255),
    CONSTRAINT idempotency_keys_request_hash_length CHECK (length(request_hash) = 32)
);

COMMENT ON TABLE idempotency_keys IS
'What was answered to a request that named a key; counts for a day, then it may be deleted';
COMMENT ON COLUMN idempotency_keys.scope IS 'The user who asked: nobody meets another''s keys';
COMMENT ON COLUMN idempotency_keys.request_hash IS 'SHA-256 of the operation and its request';
COMMENT ON COLUMN idempotency_keys.request_id IS 'Of the first answer, which says it';
COMMENT ON COLUMN idempotency_keys.refusal IS 'The code of the refusal, if that was the answer';
COMMENT ON COLUMN idempotency_keys.balance IS
'Of the paying account when the answer was given, as available_balance';
COMMENT ON COLUMN idempotency_keys.captured_amount IS 'Of the hold when the answer was given';
COMMENT ON COLUMN idempotency_keys.response IS 'The answer itself where it is no posting';

CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at);

GRANT SELECT ON idempotency_keys TO bank_application;
GRANT INSERT, UPDATE, DELETE ON idempotency_keys TO bank_application;

-- migrate:down
DROP TABLE idempotency_keys;
