"""Errors of the embedded server."""

from bankapp.command_errors import Failure


class EmbeddedError(Failure):
    """The embedded PostgreSQL could not be used."""
