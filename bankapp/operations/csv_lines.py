"""Lines of CSV in which no spreadsheet finds a formula that somebody else wrote."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

_SEPARATORS: Final = ",;|\t"  # where the comma is the decimal sign, spreadsheets separate by `;`
_FORMULA: Final = "=+@\uff1d\uff0b\uff0d\uff20-"  # the full-width ones count in East Asia
_QUOTED: Final = re.compile(f'[{_SEPARATORS}"\r\n]')
_FORMULA_FIRST: Final = re.compile(rf"(?=\s*[{_FORMULA}])")
# A formula that ends with the text ends with the closing quote as well, if the reader separates by
# another character than the comma. All other quotes are doubled, so the formula has an odd number
# of them and is none. One that ends before is whole.
_FORMULA_INSIDE: Final = re.compile(
    rf"(?<=[{_SEPARATORS}\r\n])(?=\s*[{_FORMULA}].*[{_SEPARATORS}\r\n])", re.DOTALL
)


class FreeText(str):
    """Text that somebody wrote, and that may contain anything."""

    __slots__ = ()


def render_lines(lines: Iterable[Sequence[object]]) -> str:
    """The lines as CSV of RFC 4180. Values other than FreeText need no quotes."""
    return "".join(",".join(map(_render, line)) + "\r\n" for line in lines)


def _render(value: object) -> str:
    if not isinstance(value, FreeText):
        return str(value)
    text = _FORMULA_FIRST.sub("'", value, 1) if _FORMULA_FIRST.match(value) else value
    text = _FORMULA_INSIDE.sub("'", text)
    return f'"{text.replace(chr(34), 2 * chr(34))}"' if _QUOTED.search(text) else str(text)
