"""The names of what is done later."""

from enum import StrEnum


class Job(StrEnum):
    """A kind of work for the worker; the queue knows it by this name."""

    SEND_MAIL = "send_mail"
    START_PASSWORD_RESET = "start_password_reset"
    PURGE = "purge"
