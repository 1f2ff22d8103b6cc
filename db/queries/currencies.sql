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
