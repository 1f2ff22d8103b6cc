CREATE TABLE payments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text,
    created_at timestamptz NOT NULL
);

-- What is inserted goes where no index grows while it is timed.
CREATE TABLE drafts (
    account_id bigint NOT NULL,
    amount bigint NOT NULL,
    currency text NOT NULL,
    description text,
    created_at timestamptz NOT NULL
);
