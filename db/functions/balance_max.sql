-- Constraints say the number themselves: they mean what their rows were checked against.
CREATE OR REPLACE FUNCTION balance_max() RETURNS bigint
LANGUAGE sql
IMMUTABLE PARALLEL SAFE
RETURN 9007199254740991;

COMMENT ON FUNCTION balance_max IS
'The largest balance and amount in minor units: 2^53 - 1, exact in every JSON reader';
