CREATE OR REPLACE FUNCTION hold_lifetime_max() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '744 hours';

COMMENT ON FUNCTION hold_lifetime_max IS
'The longest that a hold may last: 31 days';
