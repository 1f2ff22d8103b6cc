"""The monitor, on a PostgreSQL of its own kind and against the bank itself."""
