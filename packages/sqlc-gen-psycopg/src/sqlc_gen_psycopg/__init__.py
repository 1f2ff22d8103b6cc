"""A plugin of sqlc that compiles SQL queries to typed Python for psycopg 3."""
