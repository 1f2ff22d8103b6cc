"""The embedded PostgreSQL server, used when DATABASE_URL is not set."""

from bankapp.postgres.embedded.errors import EmbeddedError
from bankapp.postgres.embedded.server import PORT, EmbeddedServer
from bankapp.postgres.embedded.setup import ensure_database, find_binaries, throwaway_server

__all__ = [
    "PORT",
    "EmbeddedError",
    "EmbeddedServer",
    "ensure_database",
    "find_binaries",
    "throwaway_server",
]
