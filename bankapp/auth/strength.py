"""How hard a password is to guess."""

from collections.abc import Sequence

from zxcvbn import zxcvbn

from bankapp.domain import limits


def is_strong(password: str, names: Sequence[str]) -> bool:
    """Whether guessing takes long enough for somebody who knows these names of the user.

    Takes some milliseconds of pure Python.
    """
    rating = zxcvbn(password, user_inputs=list(names), max_length=limits.PASSWORD_BYTES_MAX)
    return int(rating["score"]) >= limits.PASSWORD_STRENGTH_MIN
