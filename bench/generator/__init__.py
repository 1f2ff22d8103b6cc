"""The generated code against hand-written psycopg, the official shape and asyncpg."""
