-- The limits of the bank are said once in SQL: as functions that the planner takes for constants,
-- in custom and in generic plans. Constraints and defaults keep their numbers: they mean what their
-- rows were checked against, dbml/bank.dbml draws them, and a function in a CHECK would be folded
-- anew by every statement, in 3 microseconds each. A test compares them.

-- migrate:up
-- from db/functions/balance_max.sql -- noqa: disable=all
-- Constraints say the number themselves: they mean what their rows were checked against.
CREATE OR REPLACE FUNCTION balance_max() RETURNS bigint
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN 9007199254740991;

COMMENT ON FUNCTION balance_max IS
'The largest balance and amount in minor units: 2^53 - 1, exact in every JSON reader';
-- end of balance_max -- noqa: enable=all

-- from db/functions/key_lifetime.sql -- noqa: disable=all
CREATE OR REPLACE FUNCTION key_lifetime() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '24 hours';

COMMENT ON FUNCTION key_lifetime IS
'For how long the answer to an idempotency key stands; an older key stands for nothing';
-- end of key_lifetime -- noqa: enable=all

-- from db/functions/hold_lifetime_max.sql -- noqa: disable=all
CREATE OR REPLACE FUNCTION hold_lifetime_max() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '744 hours';

COMMENT ON FUNCTION hold_lifetime_max IS
'The longest that a hold may last: 31 days';
-- end of hold_lifetime_max -- noqa: enable=all

-- from db/functions/session_duration_max.sql -- noqa: disable=all
CREATE OR REPLACE FUNCTION session_duration_max() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '720 hours';

COMMENT ON FUNCTION session_duration_max IS
'The longest that a session may last, however often it is renewed: 30 days';
-- end of session_duration_max -- noqa: enable=all

-- from db/functions/code_retention.sql -- noqa: disable=all
CREATE OR REPLACE FUNCTION code_retention() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '1 day';

COMMENT ON FUNCTION code_retention IS
'For how long a code that was mailed is kept after it has expired';
-- end of code_retention -- noqa: enable=all

-- migrate:down
DROP FUNCTION code_retention();

DROP FUNCTION session_duration_max();

DROP FUNCTION hold_lifetime_max();

DROP FUNCTION key_lifetime();

DROP FUNCTION balance_max();
