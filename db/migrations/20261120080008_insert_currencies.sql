-- The currencies the bank opens with. Any other code of ISO 4217 is one INSERT away.

-- migrate:up
INSERT INTO currencies (code, exponent)
VALUES ('USD', 2), ('EUR', 2), ('ARS', 2), ('CAD', 2), ('GBP', 2), ('JPY', 0),
('CHF', 2), ('MXN', 2), ('BRL', 2), ('CLP', 0), ('UYU', 2);

-- migrate:down
DELETE FROM accounts
WHERE kind = 'cash';
DELETE FROM currencies;
