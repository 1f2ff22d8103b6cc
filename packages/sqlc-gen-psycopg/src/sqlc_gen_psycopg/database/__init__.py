"""What the database itself knows of the queries: exact types, and what can be NULL."""

from sqlc_gen_psycopg.database.collect import collect_facts, find_database

__all__ = ["collect_facts", "find_database"]
