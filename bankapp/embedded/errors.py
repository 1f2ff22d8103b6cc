"""What goes wrong with the embedded server."""

from bankapp.failure import Failure


class EmbeddedError(Failure):
    """The embedded PostgreSQL could not be used."""
