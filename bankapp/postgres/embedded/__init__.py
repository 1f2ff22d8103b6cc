"""A PostgreSQL server of our own, for when nobody gives us one."""

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
