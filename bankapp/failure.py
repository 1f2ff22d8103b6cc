"""What ends a command: reported in one line."""


class Failure(Exception):
    """The command cannot go on; the message says why and what to do."""


class StartError(Failure):
    """The server cannot start."""


class SettingError(Failure):
    """A setting is wrong; the message names it."""
