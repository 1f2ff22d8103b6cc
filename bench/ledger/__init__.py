"""The bank over HTTP against pgbench and the usual tutorial's bank, on one PostgreSQL."""
