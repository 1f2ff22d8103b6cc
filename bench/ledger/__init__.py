"""The bank over HTTP against pgbench and a typical tutorial's bank, on one PostgreSQL."""
