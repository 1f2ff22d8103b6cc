"""Access tokens: the accepted and the refused."""

import base64
import json
import string
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pyseto
import pytest

from bankapp.auth.paseto import KEY_BYTES, PasetoCodec
from bankapp.auth.tokens import Claims, Purpose, TokenMaker
from bankapp.domain import errors, limits

OLD, NEW, OTHER = (bytes([number]) * KEY_BYTES for number in (1, 2, 3))
SESSION = uuid.UUID("5f1c2c1e-0000-4000-8000-000000000001")
NEVER = datetime.max.replace(tzinfo=UTC).isoformat()
ALPHABET = string.ascii_letters + string.digits + "-_"


def maker(*keys: bytes, minutes: int = 15, purpose: Purpose = Purpose.ACCESS) -> TokenMaker:
    return TokenMaker(PasetoCodec(keys), purpose, timedelta(minutes=minutes))


def is_refused(tokens: TokenMaker, text: str) -> bool:
    """Whether the text is no token at all; an expired one is not among them."""
    try:
        tokens.verify(text)
    except errors.Unauthenticated:
        return True
    return False


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def seal(claims: Any, *, key: bytes = NEW, footer: object = None, version: int = 4) -> str:
    """A token that is sealed with the bank's key, but not by the bank."""
    secret = pyseto.Key.new(version=version, purpose="local", key=key)
    own_footer = {"kid": pyseto.Key.new(version=4, purpose="local", key=key).to_paserk_id()}
    text = own_footer if footer is None else footer
    return pyseto.encode(secret, json.dumps(claims), footer=json.dumps(text)).decode()


TOKEN = uuid.UUID("5f1c2c1e-0000-4000-8000-000000000002")
CLAIMS = {"sid": str(SESSION), "use": "access", "jti": str(TOKEN), "exp": NEVER}


def test_a_token_that_was_read_before_still_expires() -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.3)
    tokens = maker(NEW)
    text = seal({**CLAIMS, "exp": soon.isoformat()})
    while datetime.now(UTC) < soon:
        try:
            assert tokens.verify(text).session_id == SESSION
        except errors.TokenExpired:
            break
    with pytest.raises(errors.TokenExpired):
        tokens.verify(text)


def test_a_token_stands_for_its_session() -> None:
    tokens = maker(NEW)
    token = tokens.create(SESSION)
    assert tokens.verify(token.text) == token.claims
    assert token.text.startswith("v4.local.")
    assert len(token.text) < limits.TOKEN_BYTES_MAX
    assert token.expires_at.tzinfo is UTC
    assert str(SESSION) not in token.text


def test_no_two_tokens_are_the_same() -> None:
    tokens = maker(NEW)
    assert tokens.create(SESSION).text != tokens.create(SESSION).text


def test_the_newest_key_makes_and_every_key_reads() -> None:
    old = maker(OLD).create(SESSION).text
    ring = maker(NEW, OLD)
    new = ring.create(SESSION).text
    assert ring.verify(old).session_id == ring.verify(new).session_id == SESSION
    assert maker(NEW).verify(new).session_id == SESSION
    assert is_refused(maker(OLD), new)


def test_a_key_taken_from_the_ring_reads_no_more() -> None:
    old = maker(OLD).create(SESSION).text
    assert is_refused(maker(NEW), old)
    assert is_refused(maker(OTHER, NEW), old)


def test_an_expired_token_is_told_apart() -> None:
    token = maker(NEW, minutes=-1).create(SESSION)
    with pytest.raises(errors.TokenExpired):
        maker(NEW).verify(token.text)
    assert is_refused(maker(OTHER), token.text)


def test_every_character_counts() -> None:
    """Put another character in each place, three others in turn, and take each away."""
    tokens = maker(NEW)
    text = tokens.create(SESSION).text
    for place, character in enumerate(text):
        index = ALPHABET.find(character)
        for step in (1, 2, 31):
            other = ALPHABET[(index + step) % len(ALPHABET)]
            assert is_refused(tokens, text[:place] + other + text[place + 1 :]), (place, other)
        assert is_refused(tokens, text[:place] + text[place + 1 :]), place


def test_every_bit_counts() -> None:
    tokens = maker(NEW)
    header, purpose, body, footer = tokens.create(SESSION).text.split(".")
    data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    for bit in range(8 * len(data)):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        assert is_refused(tokens, f"{header}.{purpose}.{encode(bytes(flipped))}.{footer}"), bit


def test_a_part_of_a_token_is_none() -> None:
    tokens = maker(NEW)
    text = tokens.create(SESSION).text
    assert all(is_refused(tokens, text[:size]) for size in range(len(text)))
    assert all(is_refused(tokens, text[start:]) for start in range(1, len(text)))


def test_a_token_has_one_spelling() -> None:
    """Other base64 of the very same bytes is refused, at the end of the body and of the footer."""
    tokens = maker(NEW)
    text = tokens.create(SESSION).text
    body_end = text.rindex(".")
    for end in (body_end, len(text)):
        part = text[:end].rpartition(".")[2]
        size = len(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        for more in ("=", "==", "===", "\n", " ", "\r\n", "\0", "%3D", "A", ".", "!", "é"):
            assert is_refused(tokens, text[:end] + more + text[end:]), more
        for other in set(ALPHABET) - {text[end - 1]}:
            spelling = part[:-1] + other
            same = base64.urlsafe_b64decode(spelling + "=" * (-len(part) % 4))
            assert len(same) == size
            assert is_refused(tokens, text[: end - 1] + other + text[end:]), other
    for place in range(text.index(".") + 1, len(text), 7):
        assert is_refused(tokens, text[:place] + "\n" + text[place:])
    assert is_refused(tokens, f" {text}")
    assert is_refused(tokens, text.upper())
    while "-" not in text and "_" not in text:
        text = tokens.create(SESSION).text
    assert is_refused(tokens, text.replace("-", "+").replace("_", "/"))


def test_another_kind_of_token_is_none() -> None:
    tokens = maker(NEW)
    _, _, body, footer = tokens.create(SESSION).text.split(".")
    for kind in (
        *("v4.public", "v3.local", "v3.public", "v2.local", "v2.public", "v1.local", "v5.local"),
        *("V4.local", "v4.LOCAL", "v4.", ".local", "v4.secret", "k4.local", "v04.local"),
    ):
        assert is_refused(tokens, f"{kind}.{body}.{footer}"), kind
    assert is_refused(tokens, f"v4.local.{body}")
    assert is_refused(tokens, f"v4.local.{body}.{footer}.{footer}")


def test_a_v3_token_of_the_same_key_is_none() -> None:
    sealed = seal(CLAIMS, version=3)
    assert is_refused(maker(NEW), sealed)
    assert is_refused(maker(NEW), sealed.replace("v3.local", "v4.local"))


def test_a_jwt_is_none() -> None:
    for header in (
        {"alg": "none", "typ": "JWT"},
        {"alg": "None"},
        {"alg": "HS256", "typ": "JWT", "kid": "x"},
    ):
        parts = [encode(json.dumps(part).encode()) for part in (header, CLAIMS)]
        for signature in ("", "x", encode(bytes(32))):
            assert is_refused(maker(NEW), ".".join([*parts, signature]))


def test_text_is_none() -> None:
    tokens = maker(NEW)
    for text in ("", ".", "...", "v4.local..", "v4.local.A.A", "💰.💰.💰.💰", "\0", "\ud800.x.y.z"):
        assert is_refused(tokens, text), text
    assert is_refused(tokens, "v4.local." + "A" * limits.TOKEN_BYTES_MAX + ".e30")
    assert is_refused(tokens, "x" * 1_000_000)


@pytest.mark.parametrize(
    "footer",
    [
        pytest.param({}, id="no key named"),
        pytest.param({"kid": None}, id="null"),
        pytest.param({"kid": "k4.lid.x"}, id="a key we do not have"),
        pytest.param({"kid": ["x"]}, id="a list"),
        pytest.param({"kid": {}}, id="an object"),
        pytest.param([], id="the footer a list"),
        pytest.param("kid", id="the footer a string"),
        pytest.param(1, id="the footer a number"),
    ],
)
def test_the_footer_names_the_key(footer: object) -> None:
    assert is_refused(maker(NEW), seal(CLAIMS, footer=footer))


def test_a_footer_that_names_another_key_of_the_ring_is_wrong() -> None:
    kid = pyseto.Key.new(version=4, purpose="local", key=OLD).to_paserk_id()
    assert is_refused(maker(NEW, OLD), seal(CLAIMS, footer={"kid": kid}))


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({**CLAIMS, "use": "refresh"}, id="for another purpose"),
        pytest.param({**CLAIMS, "use": None}, id="for no purpose"),
        pytest.param({**CLAIMS, "sid": "x"}, id="for no session"),
        pytest.param({**CLAIMS, "exp": "tomorrow"}, id="until no time"),
        pytest.param({**CLAIMS, "exp": 2**40}, id="until a number"),
        pytest.param({name: CLAIMS[name] for name in ("sid", "use", "jti")}, id="without an end"),
        pytest.param(
            {name: CLAIMS[name] for name in ("use", "jti", "exp")}, id="without a session"
        ),
        pytest.param(
            {name: CLAIMS[name] for name in ("sid", "jti", "exp")}, id="without a purpose"
        ),
        pytest.param({**CLAIMS, "jti": "x"}, id="with no id"),
        pytest.param({name: CLAIMS[name] for name in ("sid", "use", "exp")}, id="without an id"),
        pytest.param([], id="a list"),
        pytest.param("access", id="a string"),
        pytest.param(None, id="null"),
    ],
)
def test_a_key_is_not_all_it_takes(claims: object) -> None:
    assert maker(NEW).verify(seal(CLAIMS)) == Claims(SESSION, TOKEN)
    assert is_refused(maker(NEW), seal(claims))


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([], id="no key"),
        pytest.param([bytes(KEY_BYTES - 1)], id="a key too short"),
        pytest.param([bytes(KEY_BYTES + 1)], id="a key too long"),
        pytest.param([NEW, b""], id="an empty key in the ring"),
    ],
)
def test_a_ring_is_of_whole_keys(keys: list[bytes]) -> None:
    with pytest.raises(AssertionError):
        maker(*keys)


def test_one_purpose_serves_no_other() -> None:
    access, refresh = maker(NEW), maker(NEW, purpose=Purpose.REFRESH)
    assert is_refused(access, refresh.create(SESSION).text)
    assert is_refused(refresh, access.create(SESSION).text)
