-- Clients show amounts: they need the decimals of each currency, and its name.

-- migrate:up
ALTER TABLE currencies ADD COLUMN name text;

COMMENT ON COLUMN currencies.name IS 'In English, as ISO 4217 has it; NULL: the code is shown';

UPDATE currencies
SET name = named.name
FROM (
    VALUES
    ('USD', 'US Dollar'),
    ('EUR', 'Euro'),
    ('ARS', 'Argentine Peso'),
    ('CAD', 'Canadian Dollar'),
    ('GBP', 'Pound Sterling'),
    ('JPY', 'Yen'),
    ('CHF', 'Swiss Franc'),
    ('MXN', 'Mexican Peso'),
    ('BRL', 'Brazilian Real'),
    ('CLP', 'Chilean Peso'),
    ('UYU', 'Peso Uruguayo')
) AS named (code, name)
WHERE currencies.code = named.code;

-- migrate:down
ALTER TABLE currencies DROP COLUMN name;
