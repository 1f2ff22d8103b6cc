"""Which PostgreSQL holds the bank: the configured one or an embedded one, and its migrations."""
