-- What is held now: the available balance is the balance less this.
CREATE OR REPLACE FUNCTION held_amount(account_id bigint) RETURNS bigint
LANGUAGE sql
STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(sum(holds.amount - holds.captured_amount), 0)::bigint
    FROM holds
    WHERE holds.from_account_id = held_amount.account_id
        AND holds.status = 'open'
        AND holds.expires_at > account_time(held_amount.account_id);
END;
