"""What the database itself knows of the queries: exact types, and what can be NULL."""

from sqlc_gen_psycopg.database.choose import drop_databases, find_database
from sqlc_gen_psycopg.database.collect import collect_facts
from sqlc_gen_psycopg.database.grants import find_missing_grants

__all__ = ["collect_facts", "drop_databases", "find_database", "find_missing_grants"]
