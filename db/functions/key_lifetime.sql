CREATE OR REPLACE FUNCTION key_lifetime() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '24 hours';

COMMENT ON FUNCTION key_lifetime IS
'For how long the answer to an idempotency key stands at least; an older key may be deleted';
