-- name: ListCurrencies :many
-- Not paged: the bank deals in a handful.
SELECT *
FROM currencies
ORDER BY code;
