-- The time at an account: that of the clock, unless the clock has stepped back behind what happened
-- to the account already. A hold that was over, and whose money another hold or a payment has used
-- since, stays over.
CREATE OR REPLACE FUNCTION account_time(account_id bigint) RETURNS timestamptz
LANGUAGE sql
STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT greatest(
        now(),
        (
            SELECT accounts.final_at
            FROM accounts
            WHERE accounts.id = account_time.account_id
        ),
        (
            SELECT max(holds.created_at)
            FROM holds
            WHERE holds.from_account_id = account_time.account_id
                AND holds.status = 'open'
                AND holds.expires_at > now()
        )
    );
END;

COMMENT ON FUNCTION account_time IS
'The time at an account, which never runs back: that of the clock, or of what happened last to it';
