"""How hard a password is to guess."""

from collections.abc import Sequence

from zxcvbn import zxcvbn

from bankapp.domain import limits


def is_strong(password: str, names: Sequence[str]) -> bool:
    """Whether guessing takes long enough for somebody who knows these names of the user.

    Takes some milliseconds of pure Python. Of a long password the beginning is rated: all of it
    could be written so that the rating takes seconds.
    """
    rated = password[: limits.PASSWORD_RATED_LENGTH]
    rating = zxcvbn(rated, user_inputs=list(names))
    return int(rating["score"]) >= limits.PASSWORD_STRENGTH_MIN
