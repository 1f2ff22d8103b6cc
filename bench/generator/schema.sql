CREATE TABLE payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text,
    created_at timestamptz NOT NULL
);

-- Inserts go to a table without an index, because its growth would be timed too.
CREATE TABLE drafts (
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text,
    created_at timestamptz NOT NULL
);
