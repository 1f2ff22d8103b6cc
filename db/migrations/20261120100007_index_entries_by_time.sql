-- For the balance at a time and for statements. Within an account ids and times have one order.

-- Nothing is released with which a bank could have many rows yet: they may be locked meanwhile.
-- squawk-ignore-file require-concurrent-index-creation

-- migrate:up
CREATE INDEX entries_account_created_at_idx ON entries (account_id, created_at, transfer_id);

-- migrate:down
DROP INDEX entries_account_created_at_idx;
