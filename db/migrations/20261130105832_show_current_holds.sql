-- An open hold is expired once its time is over, though no statement changes its row. Each query of
-- holds told the caller so beside the row, to be put together there.

-- migrate:up
CREATE TYPE current_hold_status AS ENUM ('open', 'captured', 'voided', 'expired');

CREATE VIEW current_holds WITH (security_invoker = true) AS
SELECT
    id,
    from_account_id,
    to_account_id,
    amount,
    captured_amount,
    currency,
    CASE
        WHEN status = 'open' AND expires_at <= now() THEN 'expired'
        ELSE status::text::current_hold_status
    END AS status,
    description,
    expires_at,
    created_at,
    closed_at,
    asked_by,
    request_id,
    voided_by
FROM holds;

COMMENT ON VIEW current_holds IS 'A hold as it is now';
COMMENT ON COLUMN current_holds.status IS 'As stored, but expired where an open hold is over';

GRANT SELECT ON current_holds TO bank_application;

-- migrate:down
DROP VIEW current_holds;
DROP TYPE current_hold_status;
