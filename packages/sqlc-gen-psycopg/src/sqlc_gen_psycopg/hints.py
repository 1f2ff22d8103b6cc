"""Suggests the known word that a misspelled one may stand for."""

from collections.abc import Iterable
from difflib import get_close_matches

# Of words like these; below it "@now" would be taken for "@notnull".
_LIKENESS = 0.7


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is most like this one; None where none is like it."""
    return next(iter(get_close_matches(word.lower(), known, 1, _LIKENESS)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question to end a message with; nothing where no known word is like it."""
    found = closest(word, known)
    return f"; did you mean {found!r}?" if found else ""
