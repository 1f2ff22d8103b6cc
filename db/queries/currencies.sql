-- name: ListCurrencies :many
-- By code; one without a name is shown by its code.
SELECT
    code,
    exponent,
    coalesce(name, code) AS name
FROM currencies
WHERE code > sqlc.arg(after_code)
ORDER BY code
LIMIT sqlc.arg(row_count_max);

-- name: HasCurrency :one
-- @required
SELECT (EXISTS (
    SELECT
    FROM currencies
    WHERE code = sqlc.arg(code)
)) AS has_currency;

-- name: HasAnyCurrency :one
-- @required
SELECT (EXISTS (
    SELECT
    FROM currencies
    WHERE code = ANY(sqlc.arg(codes)::text[])
)) AS has_any_currency;
