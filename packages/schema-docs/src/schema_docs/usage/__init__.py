"""Who reads and writes what, as PostgreSQL itself parses queries, functions and views."""
