"""Codes that are mailed."""

import pytest

from bankapp.auth.codes import CodeMaker, hash_code
from bankapp.auth.paseto import KEY_BYTES, PasetoCodec

OLD, NEW = (bytes([number]) * KEY_BYTES for number in (1, 2))


def test_a_code_is_hashed_and_sealed() -> None:
    codes = CodeMaker([NEW])
    code = codes.create()
    text = codes.open(code.sealed)
    assert hash_code(text) == code.hash
    assert len(text) >= 43  # 256 bits in base64
    assert text not in code.sealed
    assert codes.open(codes.create().sealed) != text


def test_a_code_is_opened_with_the_key_that_sealed_it() -> None:
    old = CodeMaker([OLD]).create()
    assert hash_code(CodeMaker([NEW, OLD]).open(old.sealed)) == old.hash
    with pytest.raises(ValueError, match="not a token"):
        CodeMaker([NEW]).open(old.sealed)


def test_a_token_is_no_sealed_code() -> None:
    token = PasetoCodec([NEW]).encode({"use": "access", "code": "x"})
    with pytest.raises(ValueError, match="not a sealed code"):
        CodeMaker([NEW]).open(token)
