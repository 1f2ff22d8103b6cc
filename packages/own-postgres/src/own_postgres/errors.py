"""Errors, whose messages are single sentences for the user of a program."""


class PostgresError(Exception):
    """The PostgreSQL of a program cannot be used; the message gives the reason and the remedy."""


class EmbeddedError(PostgresError):
    """The embedded PostgreSQL could not be used."""


class InvalidUrlError(PostgresError):
    """The URL of a database is wrong; the message quotes none of it."""


class MigrationError(PostgresError):
    """The schema could not be brought up to date; the message says why."""


class NewerSchemaError(MigrationError):
    """The schema has migrations that this program does not know."""


class ReadOnlyError(MigrationError):
    """The database can only be read."""
