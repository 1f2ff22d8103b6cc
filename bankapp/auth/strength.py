"""The strength of passwords."""

from collections.abc import Sequence

from zxcvbn import zxcvbn

from bankapp.domain import limits


def is_strong(password: str, names: Sequence[str]) -> bool:
    """Whether the password withstands an attacker who knows these names of the user.

    Takes some milliseconds of pure Python. Only the beginning of a long password is rated, because
    a long one can be made so that the rating takes seconds.
    """
    rated = password[: limits.PASSWORD_RATED_LENGTH]
    rating = zxcvbn(rated, user_inputs=list(names))
    return int(rating["score"]) >= limits.PASSWORD_STRENGTH_MIN
