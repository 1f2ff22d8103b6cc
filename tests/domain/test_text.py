"""Text that people write: what can be seen of it, and the one form of a password."""

import sys
import unicodedata

import pytest

from bankapp.domain.text import is_blank, prepare_password, without_invisible


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\u00a0", "\u200b", "\u3164", "\u2800", "\u2060", "\ufeff", "\u00ad", "\u061c"),
        *("\u200e\u200f", "\U000e0041", "\u034f", "\ufe0f", "\uffa0 \u115f\u1160", "\u180e"),
        *("\u17b4", "\U0001d159", "\U00013441", "\ufff0", "\U000e0fff", "\uffff", "\u0301"),
    ],
    ids=ascii,
)
def test_blank(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(f"{text}x")


@pytest.mark.parametrize(
    "text",
    ["a", "_", "é", "e\u0301", "李", "ก็", "❤\ufe0f", "👨\u200d👩", "한", "\U0001fae8", "\ue000"],
    ids=ascii,
)
def test_visible(text: str) -> None:
    assert not is_blank(text)


def test_every_separator_and_format_character_is_blank() -> None:
    """Goal: no invisible character is forgotten. Method: all that Unicode puts into a category."""
    every = map(chr, range(sys.maxunicode + 1))
    invisible = [
        c for c in every if unicodedata.category(c) in {"Zs", "Zl", "Zp", "Cc", "Cf", "Mn"}
    ]
    assert len(invisible) > 1000
    assert is_blank("".join(invisible))


def test_invisible_characters_are_taken_out() -> None:
    assert without_invisible("evil\u200b.\u00adexample\ufeff\nx") == "evil.example\nx"


@pytest.mark.parametrize(
    ("typed", "prepared"),
    [
        pytest.param("gru\u0308ne A\u0308pfel", "gr\u00fcne \u00c4pfel", id="decomposed"),
        pytest.param("gr\u00fcne \u00c4pfel", "gr\u00fcne \u00c4pfel", id="composed"),
        pytest.param("a\u00a0b\u3000c", "a b c", id="other spaces"),
        pytest.param(
            "\ufb01\u00df Aa\u2460", "\ufb01\u00df Aa\u2460", id="no compatibility, no case"
        ),
        pytest.param("\u212b", "\u00c5", id="another sign for the same letter"),
    ],
)
def test_prepared_password(typed: str, prepared: str) -> None:
    """The examples of RFC 8265 are among them."""
    assert prepare_password(typed) == prepared
    assert prepare_password(prepared) == prepared
