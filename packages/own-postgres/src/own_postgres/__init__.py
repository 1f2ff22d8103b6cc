"""The PostgreSQL of a program: an embedded server or one that a URL names, and its migrations."""

from own_postgres.errors import (
    EmbeddedError,
    InvalidUrlError,
    MigrationError,
    NewerSchemaError,
    PostgresError,
    ReadOnlyError,
)
from own_postgres.migrations import SERVER_VERSION_MIN, Migrations
from own_postgres.server import PORT, EmbeddedServer
from own_postgres.setup import ensure_database, find_binaries, throwaway_server
from own_postgres.urls import require_valid_url

__all__ = [
    "PORT",
    "SERVER_VERSION_MIN",
    "EmbeddedError",
    "EmbeddedServer",
    "InvalidUrlError",
    "MigrationError",
    "Migrations",
    "NewerSchemaError",
    "PostgresError",
    "ReadOnlyError",
    "ensure_database",
    "find_binaries",
    "require_valid_url",
    "throwaway_server",
]
