"""The bank over HTTP against pgbench running the usual transaction, on one PostgreSQL."""
