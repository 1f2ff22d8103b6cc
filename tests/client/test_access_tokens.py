"""Access tokens of the bank, verified by others."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from bankapp.api.http.endpoint import Handler
from bankapp.api.http.server import create_app
from bankapp.auth.paseto import PublicPasetoCodec
from bankapp.auth.tokens import Holder, Purpose, TokenMaker
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from bankapp_client import AsyncClient, Client, ClientError, Retries, access_tokens
from bankapp_client.access_tokens import AsyncTokenVerifier, InvalidToken, TokenVerifier
from tests.factories import PASSWORD, Make

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))
SESSION = UUID("5f1c2c1e-0000-4000-8000-000000000001")
KEYS = "/.well-known/paseto-keys"


def maker(*keys: bytes, minutes: int = 15) -> TokenMaker:
    return TokenMaker(PublicPasetoCodec(keys), Purpose.ACCESS, timedelta(minutes=minutes))


@dataclass
class Keyed:
    """A bank whose keys a test can change, and how often it was asked for them."""

    bank: Bank
    url: str = ""
    port: int = 0
    asked_count: int = 0
    is_away: bool = False
    server: TestServer | None = field(default=None, repr=False)

    async def serve(self, *keys: bytes) -> None:
        """Serve with these keys."""
        await self.close()
        app = create_app(replace(self.bank, tokens=maker(*keys)))

        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.asked_count += request.path == KEYS
            if self.is_away:
                assert request.transport is not None
                request.transport.abort()
            return await handler(request)

        app.middlewares.append(count)
        self.server = TestServer(app, port=self.port)
        await self.server.start_server()
        self.url = str(self.server.make_url(""))
        self.port = URL(self.url).port or 0

    async def close(self) -> None:
        """Serve no more."""
        if self.server is not None:
            await self.server.close()


@pytest.fixture
async def keyed(bank: Bank) -> AsyncGenerator[Keyed]:
    """A bank that signs with one key."""
    keyed = Keyed(bank)
    await keyed.serve(OLD)
    yield keyed
    await keyed.close()


@pytest.fixture
async def client(keyed: Keyed) -> AsyncGenerator[AsyncClient]:
    """A client of the bank, which tries twice."""
    async with AsyncClient(keyed.url, retries=Retries(count_max=1)) as client:
        yield client


@pytest.fixture
def verifier(client: AsyncClient) -> AsyncTokenVerifier:
    """Verifies tokens of the bank."""
    return AsyncTokenVerifier(client)


async def refused(verifier: AsyncTokenVerifier, tokens: Iterable[str]) -> list[str]:
    reasons: list[str] = []
    for token in tokens:
        with pytest.raises(InvalidToken) as caught:
            await verifier.verify(token)
        reasons.append(str(caught.value))
    return reasons


def token_of(*keys: bytes, minutes: int = 15) -> str:
    holder = Holder("alice", Role.BANKER)
    return maker(*keys, minutes=minutes).create(SESSION, holder=holder).text


async def test_the_holder_of_a_token(
    keyed: Keyed, client: AsyncClient, verifier: AsyncTokenVerifier, make: Make
) -> None:
    await make.user("alice", Role.BANKER)
    session = await client.log_in(username="alice", password=PASSWORD)
    renewed = await client.renew_access(refresh_token=session.refresh_token)
    for token in (session.access_token, renewed.access_token):
        holder = await verifier.verify(token)
        assert (holder.username, holder.role) == ("alice", "banker")
        assert holder.session_id == session.session_id
        assert holder.expires_at - holder.issued_at == timedelta(minutes=15)
    assert keyed.asked_count == 1
    assert await refused(verifier, [session.refresh_token]) == ["no v4.public token"]


async def test_threads_share_a_verifier(keyed: Keyed) -> None:
    def verify_many() -> None:
        with Client(keyed.url) as client:
            verifier = TokenVerifier(client)
            for _ in range(3):
                assert verifier.verify(token_of(OLD)).username == "alice"
            with pytest.raises(InvalidToken, match="expired"):
                verifier.verify(token_of(OLD, minutes=-1))

    await asyncio.to_thread(verify_many)
    assert keyed.asked_count == 1


async def test_who_learns_of_what_has_ended(
    keyed: Keyed, client: AsyncClient, verifier: AsyncTokenVerifier, make: Make
) -> None:
    """What a token cannot know is told: the bank refuses what still verifies."""
    await make.user("alice")
    session = await client.log_in(username="alice", password=PASSWORD)
    stolen = client.tokens
    await client.log_out()
    async with AsyncClient(keyed.url, tokens=stolen) as thief:
        with pytest.raises(ClientError):
            await thief.get_user("alice")
    assert (await verifier.verify(session.access_token)).username == "alice"


async def test_what_is_no_token(verifier: AsyncTokenVerifier) -> None:
    good = token_of(OLD)
    version, purpose, body, footer = good.split(".")
    assert set(
        await refused(
            verifier,
            [
                token_of(OTHER),
                token_of(OLD, minutes=-1),
                f"{version}.{purpose}.{body[:-4]}AAAA.{footer}",
                f"{version}.{purpose}.{body}",
                f"{version}.{purpose}.{body}.{footer}.{footer}",
                f"v4.local.{body}.{footer}",
                f"{version}.{purpose}.{body}.e30",
                f"{version}.{purpose}.{body}.eyJraWQiOltdfQ",
                f"{version}.{purpose}.{body}." + "W1tb" * 200,
                f"{good}\ud800",
                "💰.💰.💰.💰",
                "x" * 1_000_000,
                "",
            ],
        )
    ) == {
        "not signed with a key of the bank",
        "expired",
        "not an access token of the bank",
        "it names no key",
        "no v4.public token",
    }


async def test_a_token_of_another_purpose(verifier: AsyncTokenVerifier) -> None:
    other = TokenMaker(PublicPasetoCodec([OLD]), Purpose.REFRESH, timedelta(minutes=15))
    token = other.create(SESSION, holder=Holder("alice", Role.ADMIN)).text
    assert await refused(verifier, [token]) == ["made for another purpose"]


async def test_many_at_once_ask_once(keyed: Keyed, verifier: AsyncTokenVerifier) -> None:
    token = token_of(OLD)
    await asyncio.gather(*(verifier.verify(token) for _ in range(20)))
    assert keyed.asked_count == 1


async def test_a_new_key_is_asked_for_and_a_foreign_one_not_again(
    keyed: Keyed, verifier: AsyncTokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: rotation is noticed at once, and foreign tokens do not flood the bank.

    Method: each unknown key within the interval asks nothing; without an interval it does.
    """
    await verifier.verify(token_of(OLD))
    await keyed.serve(NEW, OLD)
    await refused(verifier, [token_of(NEW), token_of(OTHER), token_of(OTHER)])
    assert keyed.asked_count == 1
    monkeypatch.setattr(access_tokens, "UNKNOWN_KEY_INTERVAL_S", 0.0)
    assert (await verifier.verify(token_of(NEW))).username == "alice"
    assert (await verifier.verify(token_of(OLD))).username == "alice"
    assert keyed.asked_count == 2


async def test_a_key_that_was_taken_away_counts_no_more(
    keyed: Keyed, verifier: AsyncTokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    await verifier.verify(token_of(OLD))
    await keyed.serve(NEW)
    assert (await verifier.verify(token_of(OLD))).username == "alice"
    monkeypatch.setattr(access_tokens, "FRESH_S", 0.0)
    assert await refused(verifier, [token_of(OLD)]) == ["not signed with a key of the bank"]


async def test_known_keys_count_for_a_while_when_the_bank_is_away(
    keyed: Keyed, verifier: AsyncTokenVerifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyed.is_away = True
    with pytest.raises(ClientError):
        await verifier.verify(token_of(OLD))
    keyed.is_away = False
    await verifier.verify(token_of(OLD))
    keyed.is_away = True
    monkeypatch.setattr(access_tokens, "FRESH_S", 0.0)
    assert (await verifier.verify(token_of(OLD))).username == "alice"
    monkeypatch.setattr(access_tokens, "KEPT_S", 0.0)
    with pytest.raises(ClientError):
        await verifier.verify(token_of(OLD))


async def test_a_bank_with_secret_tokens_lists_no_key(bank: Bank) -> None:
    async with TestServer(create_app(bank)) as server, AsyncClient(str(server.make_url(""))) as one:
        listed = await one.list_token_keys()
        assert (listed.keys, listed.token_duration_s) == ([], 900)
        assert await refused(AsyncTokenVerifier(one), [token_of(OLD)])
