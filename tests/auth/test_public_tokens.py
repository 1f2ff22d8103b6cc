"""Public access tokens: what others can verify, and that nothing else passes for one."""

import base64
import json
import string
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pyseto
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bankapp.auth.paseto import KEY_BYTES, PasetoCodec, PublicPasetoCodec
from bankapp.auth.tokens import Holder, Purpose, TokenMaker, create_codec
from bankapp.domain import errors, limits
from bankapp.domain.roles import Role
from tests.auth.test_paseto_vectors import PUBLIC_TOKENS

OLD, NEW = (bytes([number]) * KEY_BYTES for number in (1, 2))
SESSION = uuid.UUID("5f1c2c1e-0000-4000-8000-000000000001")
ALICE = Holder("alice", Role.BANKER)
ALPHABET = string.ascii_letters + string.digits + "-_"


def maker(*keys: bytes, minutes: int = 15) -> TokenMaker:
    codec = create_codec("paseto-public", Purpose.ACCESS, keys)
    return TokenMaker(codec, Purpose.ACCESS, timedelta(minutes=minutes))


def is_refused(tokens: TokenMaker, text: str) -> bool:
    try:
        tokens.verify(text)
    except errors.Unauthenticated:
        return True
    return False


def read_by_others(tokens: TokenMaker, text: str) -> dict[str, Any]:
    """The claims of a token, for somebody who knows the public keys alone."""
    keys = [pyseto.Key.from_paserk(key.text) for key in tokens.public_keys]
    payload = pyseto.decode(keys, text).payload
    assert isinstance(payload, bytes)
    claims: dict[str, Any] = json.loads(payload)
    return claims


def test_others_read_whose_token_it_is() -> None:
    tokens = maker(NEW)
    token = tokens.create(SESSION, holder=ALICE)
    assert token.text.startswith("v4.public.")
    assert len(token.text) < limits.TOKEN_BYTES_MAX
    claims = read_by_others(tokens, token.text)
    now = datetime.now(UTC)
    assert abs(datetime.fromisoformat(claims.pop("iat")) - now) < timedelta(minutes=1)
    assert claims == {
        "sub": "alice",
        "role": "banker",
        "sid": str(SESSION),
        "use": "access",
        "jti": str(token.claims.token_id),
        "exp": token.expires_at.isoformat(),
    }
    assert tokens.verify(token.text) == token.claims


def test_the_footer_names_the_public_key() -> None:
    tokens = maker(NEW, OLD)
    footer = tokens.create(SESSION).text.rpartition(".")[2]
    named = json.loads(base64.urlsafe_b64decode(footer + "=" * (-len(footer) % 4)))
    first, second = tokens.public_keys
    assert named == {"kid": first.id}
    assert first.id.startswith("k4.pid.")
    assert first.text.startswith("k4.public.")
    assert pyseto.Key.from_paserk(first.text).to_paserk_id() == first.id
    assert [second] == maker(OLD).public_keys


def test_a_key_of_the_ring_signs_nothing_itself() -> None:
    """Who learns of the signing key learns nothing of the key that seals codes and secrets."""
    [key] = maker(NEW).public_keys
    itself = Ed25519PrivateKey.from_private_bytes(NEW).public_key().public_bytes_raw()
    assert key.text != f"k4.public.{base64.urlsafe_b64encode(itself).decode().rstrip('=')}"


def test_the_newest_key_makes_and_every_key_reads() -> None:
    old, ring = maker(OLD).create(SESSION).text, maker(NEW, OLD)
    assert ring.verify(old).session_id == SESSION
    assert is_refused(maker(NEW), old)
    assert is_refused(maker(OLD), ring.create(SESSION).text)


def test_an_expired_token_is_told_apart() -> None:
    with pytest.raises(errors.TokenExpired):
        maker(NEW).verify(maker(NEW, minutes=-1).create(SESSION).text)


def test_every_character_counts() -> None:
    tokens = maker(NEW)
    text = tokens.create(SESSION, holder=ALICE).text
    for place, character in enumerate(text):
        index = ALPHABET.find(character)
        for step in (1, 2, 31):
            other = ALPHABET[(index + step) % len(ALPHABET)]
            assert is_refused(tokens, text[:place] + other + text[place + 1 :]), (place, other)
        assert is_refused(tokens, text[:place] + text[place + 1 :]), place
        assert is_refused(tokens, f"{text[:place]}={text[place:]}"), place


def test_no_format_passes_for_another() -> None:
    public, local = maker(NEW), TokenMaker(PasetoCodec([NEW]), Purpose.ACCESS, timedelta(hours=1))
    assert is_refused(public, local.create(SESSION).text)
    assert is_refused(local, public.create(SESSION).text)
    for token in PUBLIC_TOKENS:
        assert is_refused(public, token)


def test_a_public_key_is_no_key_to_encrypt_with() -> None:
    """The confusion of algorithms: a token that is encrypted with what everybody knows."""
    tokens = maker(NEW)
    [key] = tokens.public_keys
    known = base64.urlsafe_b64decode(key.text.removeprefix("k4.public.") + "=")
    claims = {"sid": str(SESSION), "use": "access", "jti": str(SESSION)}
    claims["exp"] = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    secret = pyseto.Key.new(version=4, purpose="local", key=known)
    footer = json.dumps({"kid": key.id})
    forged = pyseto.encode(secret, json.dumps(claims), footer=footer).decode()
    assert is_refused(tokens, forged)
    assert is_refused(tokens, forged.replace("v4.local", "v4.public"))


def test_only_public_tokens_name_their_holder() -> None:
    """What nobody else can read carries no more than the bank needs."""
    codec = PasetoCodec([NEW])
    secret = TokenMaker(codec, Purpose.ACCESS, timedelta(hours=1))
    assert not secret.public_keys
    named = codec.decode(secret.create(SESSION, holder=ALICE).text)
    assert named.keys() == {"sid", "use", "jti", "exp"}


def test_a_refresh_token_is_never_public() -> None:
    assert isinstance(create_codec("paseto-public", Purpose.ACCESS, [NEW]), PublicPasetoCodec)
    assert isinstance(create_codec("paseto-public", Purpose.REFRESH, [NEW]), PasetoCodec)
