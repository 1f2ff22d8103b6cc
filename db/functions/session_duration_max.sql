CREATE OR REPLACE FUNCTION session_duration_max() RETURNS interval
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN interval '720 hours';

COMMENT ON FUNCTION session_duration_max IS
'The longest that a session may last, however often it is renewed: 30 days';
