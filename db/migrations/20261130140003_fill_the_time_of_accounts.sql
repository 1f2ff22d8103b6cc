-- Accounts from before final_at get it from their entries or their opening, so many at a time that
-- no payment waits for more than a moment. It may be stopped and run again.

-- migrate:up transaction:false
DO $$
DECLARE
    batch_size CONSTANT bigint := 5000;
    first_id bigint := 1;
    last_id CONSTANT bigint := coalesce((SELECT max(accounts.id) FROM accounts), 0);
BEGIN
    WHILE first_id <= last_id LOOP
        UPDATE accounts AS a
        SET final_at = newest.created_at
        FROM (
            SELECT known.id, coalesce((
                SELECT max(e.created_at) FROM entries AS e WHERE e.account_id = known.id
            ), known.created_at) AS created_at
            FROM accounts AS known
            WHERE known.id BETWEEN first_id AND first_id + batch_size - 1
        ) AS newest
        WHERE a.id = newest.id AND a.final_at IS NULL;
        COMMIT;
        first_id := first_id + batch_size;
    END LOOP;
END
$$;

-- migrate:down
SELECT;
