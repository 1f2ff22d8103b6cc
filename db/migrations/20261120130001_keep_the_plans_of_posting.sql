-- A plan that was made while a table was empty reads it from end to end, and is kept while it
-- grows: 64 items with keys cost three times as much until the first ANALYZE.

-- migrate:up
ALTER FUNCTION post_transfers(
    posting_kind[], bigint[], bigint[], bigint[], text[], text[], text[], text[], bigint[],
    interval[], text[], text[], bytea[], text[], boolean
) SET enable_seqscan = off; -- noqa: PRS

-- migrate:down
ALTER FUNCTION post_transfers(
    posting_kind[], bigint[], bigint[], bigint[], text[], text[], text[], text[], bigint[],
    interval[], text[], text[], bytea[], text[], boolean
) RESET enable_seqscan; -- noqa: PRS
