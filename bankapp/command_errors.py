"""Errors that end a command; each is reported in one line."""


class Failure(Exception):
    """The command cannot continue; the message gives the reason and the remedy."""


class StartError(Failure):
    """The server cannot start."""


class DatabaseAwayError(StartError):
    """The database does not answer; it may answer later."""


class SettingError(Failure):
    """A setting is wrong; the message names it."""
