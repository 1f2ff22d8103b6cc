"""Errors that end the monitor; each is reported in one line."""


class Failure(Exception):
    """The monitor cannot continue; the message gives the reason and the remedy."""


class SettingError(Failure):
    """A setting is wrong; the message names it."""
