"""JWT instead of PASETO: the same rules for another format, and its well-known attacks."""

import base64
import hashlib
import hmac
import json
import string
import uuid
from datetime import timedelta
from typing import Any

import pytest

from bankapp.auth.jwt import JwtCodec
from bankapp.auth.paseto import KEY_BYTES, PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker
from bankapp.domain import errors

OLD, NEW, OTHER = (bytes([number]) * KEY_BYTES for number in (1, 2, 3))
SESSION = uuid.UUID("5f1c2c1e-0000-4000-8000-000000000001")
ALPHABET = string.ascii_letters + string.digits + "-_"


def maker(*keys: bytes, minutes: int = 15, purpose: Purpose = Purpose.ACCESS) -> TokenMaker:
    return TokenMaker(JwtCodec(keys), purpose, timedelta(minutes=minutes))


def is_refused(tokens: TokenMaker, text: str) -> bool:
    try:
        tokens.verify(text)
    except errors.Unauthenticated:
        return True
    return False


def encode(data: Any) -> str:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def forge(header: Any, body: str, key: bytes = NEW, digest: str = "sha256") -> str:
    """A token that somebody who has `key` could make."""
    signed = f"{encode(header)}.{body}"
    return f"{signed}.{encode(hmac.digest(key, signed.encode(), digest))}"


def test_a_token_stands_for_its_session() -> None:
    token = maker(NEW).create(SESSION)
    assert maker(NEW).verify(token.text) == token.claims
    assert token.claims.session_id == SESSION
    header, body, _ = token.text.split(".")
    assert set(decode(header)) == {"alg", "kid", "typ"}
    assert decode(body)["exp"] == token.expires_at.timestamp()


def test_one_purpose_serves_no_other() -> None:
    access, refresh = maker(NEW), maker(NEW, purpose=Purpose.REFRESH)
    assert is_refused(access, refresh.create(SESSION).text)
    assert is_refused(refresh, access.create(SESSION).text)


def test_the_newest_key_signs_and_every_key_verifies() -> None:
    old = maker(OLD).create(SESSION).text
    ring = maker(NEW, OLD)
    assert ring.verify(old).session_id == SESSION
    assert maker(NEW).verify(ring.create(SESSION).text).session_id == SESSION
    assert is_refused(maker(NEW), old)
    assert is_refused(maker(OTHER, NEW), old)


def test_an_expired_token_is_told_apart() -> None:
    token = maker(NEW, minutes=-1).create(SESSION)
    with pytest.raises(errors.TokenExpired):
        maker(NEW).verify(token.text)
    assert is_refused(maker(OTHER), token.text)


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", "", None])
def test_no_algorithm_is_none(algorithm: str | None) -> None:
    header, body, signature = maker(NEW).create(SESSION).text.split(".")
    changed = encode({**decode(header), "alg": algorithm})
    for end in ("", signature, "."):
        assert is_refused(maker(NEW), f"{changed}.{body}.{end}")


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        pytest.param("HS384", "sha384", id="another strength"),
        pytest.param("HS512", "sha512", id="yet another"),
        pytest.param("RS256", "sha256", id="a key pair, signed with what would be its public key"),
        pytest.param("EdDSA", "sha256", id="a curve"),
    ],
)
def test_a_token_does_not_choose_its_algorithm(algorithm: str, digest: str) -> None:
    header, body, _ = maker(NEW).create(SESSION).text.split(".")
    assert is_refused(maker(NEW), forge({**decode(header), "alg": algorithm}, body, NEW, digest))


def test_a_token_does_not_bring_its_key() -> None:
    header, body, _ = maker(NEW).create(SESSION).text.split(".")
    own = {"kty": "oct", "k": encode(OTHER)}
    for more in ({"jwk": own}, {"jku": "http://127.0.0.1:1/keys"}, {"x5u": "http://127.0.0.1:1/"}):
        assert is_refused(maker(NEW), forge({**decode(header), **more}, body, OTHER))
    for kid in ("../../dev/null", "", None, ["x"], hashlib.sha256(OTHER).hexdigest()):
        assert is_refused(maker(NEW), forge({**decode(header), "kid": kid}, body, OTHER))
    assert is_refused(maker(NEW), forge({**decode(header), "crit": ["b64"], "b64": False}, body))


def test_every_character_counts() -> None:
    tokens = maker(NEW)
    text = tokens.create(SESSION).text
    for place, character in enumerate(text):
        other = ALPHABET[(ALPHABET.find(character) + 1) % len(ALPHABET)]
        assert is_refused(tokens, text[:place] + other + text[place + 1 :]), place
        assert is_refused(tokens, text[:place] + text[place + 1 :]), place


def test_a_token_has_one_spelling() -> None:
    tokens = maker(NEW)
    text = tokens.create(SESSION).text
    for more in ("=", "==", "\n", " ", "\0", "%3D", ".", "!", "é"):
        for place in (text.index("."), text.rindex("."), len(text)):
            assert is_refused(tokens, text[:place] + more + text[place:]), more
    for other in set(ALPHABET) - {text[-1]}:
        assert is_refused(tokens, text[:-1] + other)


def test_a_paseto_is_none_and_neither_the_other_way_round() -> None:
    paseto = TokenMaker(PasetoCodec([NEW]), Purpose.ACCESS, timedelta(minutes=15))
    assert is_refused(maker(NEW), paseto.create(SESSION).text)
    assert is_refused(paseto, maker(NEW).create(SESSION).text)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"exp": 1e400}, id="until infinity"),
        pytest.param({"exp": 10**400}, id="until a number no clock has"),
        pytest.param({"exp": "2999-01-01"}, id="until a text"),
        pytest.param({"exp": None}, id="until null"),
        pytest.param({"use": ["access"]}, id="for a list"),
        pytest.param({"sid": 1}, id="for a number"),
    ],
)
def test_a_key_is_not_all_it_takes(claims: dict[str, Any]) -> None:
    header, body, _ = maker(NEW).create(SESSION).text.split(".")
    assert maker(NEW).verify(forge_same(header, decode(body))).session_id == SESSION
    assert is_refused(maker(NEW), forge_same(header, {**decode(body), **claims}))


def forge_same(header: str, claims: dict[str, Any]) -> str:
    signed = f"{header}.{encode(claims)}"
    return f"{signed}.{encode(hmac.digest(NEW, signed.encode(), 'sha256'))}"


def test_text_is_none() -> None:
    for text in ("", ".", "..", "...", "a.b.c", "💰.💰.💰", "\ud800.x.y", "x" * 1_000_000):
        assert is_refused(maker(NEW), text)
