"""Text that people write: which of it can be seen, and the one form of a password."""

import re
import unicodedata
from typing import Final

# Joiners and the spaces of all scripts are text. Controls, half characters, line separators and
# marks that turn the direction of the text around them are not.
_NOT_TEXT: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters, digits, punctuation and symbols have a shape of their own, and so has a character that
# is newer than the tables of this Python (Cn) or private (Co). A mark needs one before it.
_SHAPES: Final = frozenset({"L", "N", "P", "S"})
_PERHAPS_SHAPES: Final = frozenset({"Cn", "Co"})
# Letters and symbols whose shape is empty: Hangul fillers, blank Braille, a null note head, and
# blanks among hieroglyphs.
_BLANKS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\U0001d159\U00013441\U00013442")
# Default_Ignorable_Code_Point of Unicode, as far as it is unassigned; and noncharacters.
_NEVER_SHAPES: Final = re.compile(
    "[\u2065\ufff0-\ufff8\ufdd0-\ufdef\U000e0000-\U000e0fff"
    + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(17))
    + "]"
)


def has_controls(text: str) -> bool:
    """Whether the text has characters that control how it is shown instead of being shown."""
    return any(unicodedata.category(c) in _NOT_TEXT or c in _BIDI_CONTROLS for c in text)


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen."""
    return not any(_has_shape(c) for c in text)


def _has_shape(c: str) -> bool:
    if c in _BLANKS:
        return False
    category = unicodedata.category(c)
    if category in _PERHAPS_SHAPES:
        return _NEVER_SHAPES.match(c) is None
    return category[0] in _SHAPES


def without_invisible(text: str) -> str:
    """The text without the characters that have neither a shape nor a width."""
    return "".join(c for c in text if c.isspace() or unicodedata.category(c) != "Cf")


def prepare_password(password: str) -> str:
    """The form in which a password is hashed: the OpaqueString profile of RFC 8265.

    The same password may be typed composed on one computer and decomposed on another, and with
    another kind of space.
    """
    if password.isascii():
        return password
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in password)
    return unicodedata.normalize("NFC", spaced)
