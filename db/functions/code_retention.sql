CREATE OR REPLACE FUNCTION code_retention() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '1 day';

COMMENT ON FUNCTION code_retention IS
'For how long a code that was mailed is kept after it has expired';
