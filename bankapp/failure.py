"""What ends a command: reported in one line, with exit code 1."""


class Failure(Exception):
    """The command cannot go on; the message says why and what to do."""


class StartError(Failure):
    """The server cannot start."""
