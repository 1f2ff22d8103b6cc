-- Money is kept in minor units, so every currency must say how many decimals they stand for.

-- migrate:up
CREATE TABLE currencies (
    code text NOT NULL,
    exponent smallint NOT NULL,
    CONSTRAINT currencies_pkey PRIMARY KEY (code),
    CONSTRAINT currencies_code_iso_4217 CHECK (code ~ '^[A-Z]{3}$'),
    CONSTRAINT currencies_exponent_range CHECK (exponent BETWEEN 0 AND 4)
);

COMMENT ON TABLE currencies IS
'A currency of ISO 4217 the bank deals in; a new row opens its cash account';
COMMENT ON COLUMN currencies.code IS 'ISO 4217';
COMMENT ON COLUMN currencies.exponent IS
'Decimals of the minor unit: 2 for USD (1050 is 10.50), 0 for JPY';

-- migrate:down
DROP TABLE currencies;
