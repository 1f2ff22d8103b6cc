"""What ends a command: reported in one line."""


class Failure(Exception):
    """The command cannot go on; the message says why and what to do."""


class StartError(Failure):
    """The server cannot start."""


class DatabaseAwayError(StartError):
    """The database does not answer; later it may."""


class SettingError(Failure):
    """A setting is wrong; the message names it."""
