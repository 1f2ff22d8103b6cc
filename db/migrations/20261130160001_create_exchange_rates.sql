-- Customers see what they have in one currency, at rates that the bank fetched.

-- migrate:up
CREATE TYPE exchange_rate_status AS ENUM ('accepted', 'held', 'refused');

CREATE TABLE exchange_rates (
    base text NOT NULL,
    quote text NOT NULL,
    as_of date NOT NULL,
    source text NOT NULL,
    rate numeric(18, 9) NOT NULL,
    status exchange_rate_status NOT NULL,
    fetched_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT exchange_rates_pkey PRIMARY KEY (base, quote, as_of, source),
    CONSTRAINT exchange_rates_base_fkey FOREIGN KEY (base) REFERENCES currencies (code),
    CONSTRAINT exchange_rates_quote_fkey FOREIGN KEY (quote) REFERENCES currencies (code),
    CONSTRAINT exchange_rates_currencies_differ CHECK (base <> quote),
    CONSTRAINT exchange_rates_rate_positive CHECK (rate > 0 AND rate <> 'NaN'),
    CONSTRAINT exchange_rates_source_shape CHECK (source ~ '^[a-z][a-z0-9_]{0,29}$'),
    CONSTRAINT exchange_rates_as_of_not_in_future
    CHECK (as_of <= (fetched_at AT TIME ZONE 'UTC')::date)
);

COMMENT ON TABLE exchange_rates IS
'What one unit of a currency was worth in another on a day, as a source said; moves no money';
COMMENT ON COLUMN exchange_rates.base IS 'The currency of which the rate is the price of one unit';
COMMENT ON COLUMN exchange_rates.quote IS 'The currency in which the price is';
COMMENT ON COLUMN exchange_rates.as_of IS 'The day for which the source gave the rate';
COMMENT ON COLUMN exchange_rates.status IS
'Held: too far off the last accepted one, until a banker accepts or refuses it';
COMMENT ON COLUMN exchange_rates.fetched_at IS 'When the bank fetched it';

CREATE INDEX exchange_rates_source_idx ON exchange_rates (source, as_of);
CREATE INDEX exchange_rates_status_idx ON exchange_rates (status, as_of, quote, source);

CREATE VIEW aged_exchange_rates WITH (security_invoker = true) AS
SELECT
    base,
    quote,
    as_of,
    source,
    rate,
    status,
    greatest((now() AT TIME ZONE 'UTC')::date - as_of, 0) AS age_days
FROM exchange_rates;

COMMENT ON VIEW aged_exchange_rates IS
'Exchange rates with their age: days in UTC since the day they are of, 0 if a clock is behind it';

GRANT SELECT ON exchange_rates, aged_exchange_rates TO bank_application;
GRANT INSERT (base, quote, as_of, source, rate, status) ON exchange_rates TO bank_application;
GRANT UPDATE (status) ON exchange_rates TO bank_application;

-- migrate:down
DROP VIEW aged_exchange_rates;
DROP TABLE exchange_rates;
DROP TYPE exchange_rate_status;
