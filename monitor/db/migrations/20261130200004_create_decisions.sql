-- A rule that finds something leaves a row, whose command is then sent until the bank has replied.

-- migrate:up
CREATE TYPE decision_status AS ENUM ('noted', 'due', 'done', 'refused');

CREATE TABLE decisions (
    id bigint GENERATED ALWAYS AS IDENTITY,
    rule text NOT NULL,
    subject text NOT NULL,
    account_id bigint,
    generation bigint NOT NULL,
    position bigint NOT NULL,
    event_count bigint NOT NULL,
    within interval NOT NULL,
    happened_at timestamptz NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    command_key uuid NOT NULL DEFAULT gen_random_uuid(),
    status decision_status NOT NULL,
    try_count bigint NOT NULL DEFAULT 0,
    tried_at timestamptz,
    next_try_at timestamptz NOT NULL DEFAULT now(),
    last_problem text,
    replied_at timestamptz,
    reply jsonb,
    CONSTRAINT decisions_pkey PRIMARY KEY (id),
    CONSTRAINT decisions_occasion_key UNIQUE (rule, subject, position, happened_at),
    CONSTRAINT decisions_command_key_key UNIQUE (command_key),
    CONSTRAINT decisions_noted_without_account
    CHECK ((status = 'noted') = (account_id IS NULL)),
    CONSTRAINT decisions_replied_at_the_end
    CHECK ((replied_at IS NOT NULL) = (status IN ('done', 'refused'))),
    CONSTRAINT decisions_reply_with_time CHECK ((replied_at IS NULL) = (reply IS NULL))
);

-- The time tells occasions apart whose position the bank has used twice, after it was set back.
COMMENT ON CONSTRAINT decisions_occasion_key ON decisions IS 'One decision for one occasion';
COMMENT ON TABLE decisions IS 'What rules have found, and what the bank replied to the command';
COMMENT ON COLUMN decisions.position IS
'The event that completed the occasion; the events up to it count for no other of this rule';
COMMENT ON COLUMN decisions.account_id IS 'The account to freeze; NULL: the rule only takes note';
COMMENT ON COLUMN decisions.command_key IS 'The idempotency key of the command, for every try';

CREATE INDEX decisions_due_idx ON decisions (next_try_at) WHERE status = 'due';

-- migrate:down
DROP TABLE decisions;
DROP TYPE decision_status;
