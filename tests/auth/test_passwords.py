"""Hashing passwords."""

import asyncio
import os
import sys
import threading
import unicodedata
from typing import Literal, TypeAlias

import bcrypt
import pytest

from bankapp import tuning
from bankapp.auth.passwords import PasswordHasher
from bankapp.domain import errors

Form: TypeAlias = Literal["NFC", "NFD"]


@pytest.fixture(scope="module")
def hasher() -> PasswordHasher:
    """The cheapest there is."""
    return PasswordHasher(4)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("12345678", id="the shortest"),
        pytest.param("1" * 72, id="the longest"),
        pytest.param("💰" * 18, id="the longest, of characters of 4 bytes"),
        pytest.param("correct horse battery staple", id="words"),
        pytest.param("pass\0word", id="a NUL does not end it"),
    ],
)
async def test_only_the_password_itself_matches(hasher: PasswordHasher, password: str) -> None:
    hashed = await hasher.hash(password)
    assert password not in hashed
    assert await hasher.verify(password, hashed)
    for wrong in (
        "",
        password[:-1],
        password + "x",
        password.upper() + "x",
        password[:4],
        "nobody",
    ):
        assert not await hasher.verify(wrong, hashed), wrong


async def test_bytes_that_bcrypt_would_ignore_do_not_match(hasher: PasswordHasher) -> None:
    hashed = await hasher.hash("1" * 72)
    for wrong in ("1" * 73, "1" * 10_000, "1" * 72 + "\0", "1" * 72 + "💰"):
        assert not await hasher.verify(wrong, hashed)
    empty = await hasher.hash("")
    assert not await hasher.verify("x" * 73, empty)


@pytest.mark.parametrize("hashed_form", ["NFC", "NFD"])
@pytest.mark.parametrize("typed_form", ["NFC", "NFD"])
async def test_a_password_typed_elsewhere_matches(
    hasher: PasswordHasher, hashed_form: Form, typed_form: Form
) -> None:
    password = "gr\u00fcne-\u00c4pfel f\u00fcr Jos\u00e9"
    hashed = await hasher.hash(unicodedata.normalize(hashed_form, password))
    typed = unicodedata.normalize(typed_form, password).replace(" ", "\u00a0")
    assert await hasher.verify(typed, hashed)
    assert not await hasher.verify(f"{typed}\u0301", hashed)


async def test_a_hash_of_a_password_as_it_was_typed_matches_as_before(
    hasher: PasswordHasher,
) -> None:
    """Goal: hashes of earlier releases. Method: bcrypt itself, on the decomposed form."""
    typed = unicodedata.normalize("NFD", "gr\u00fcne-\u00c4pfel")
    hashed = bcrypt.hashpw(typed.encode(), bcrypt.gensalt(4)).decode()
    assert await hasher.verify(typed, hashed)
    assert not await hasher.verify(typed[:-1], hashed)


async def test_the_limit_of_bytes_is_that_of_the_prepared_form(hasher: PasswordHasher) -> None:
    typed = "u\u0308" * 36  # 108 bytes as typed, 72 when it is composed
    assert await hasher.verify(typed, await hasher.hash(typed))


async def test_without_a_hash_nothing_matches(hasher: PasswordHasher) -> None:
    for password in ("nobody", "", "x" * 73):
        assert not await hasher.verify(password, None)


async def test_a_hash_has_its_own_salt(hasher: PasswordHasher) -> None:
    first, second = await hasher.hash("password"), await hasher.hash("password")
    assert first != second
    assert await hasher.verify("password", second)


async def test_the_cost_is_the_one_set(hasher: PasswordHasher) -> None:
    assert (await hasher.hash("password")).startswith("$2b$04$")
    dearer = PasswordHasher(5)
    hashed = await dearer.hash("password")
    assert hashed.startswith("$2b$05$")
    assert await hasher.verify("password", hashed)


async def test_too_many_at_once_are_refused_and_the_rest_served() -> None:
    """A flood is cut off at the queue's length; those within it get their answers."""
    hasher = PasswordHasher(4)
    results = await asyncio.gather(
        *(hasher.verify("x", None) for _ in range(200)), return_exceptions=True
    )
    refused = [result for result in results if isinstance(result, errors.Unavailable)]
    served = [result for result in results if result is False]
    assert len(refused) + len(served) == 200
    assert len(served) >= tuning.PASSWORD_QUEUE_LENGTH_MAX
    assert refused
    assert await hasher.verify("x", None) is False


class Held(str):
    """A password that is hashed for as long as somebody holds it."""

    __slots__ = ("released",)

    def __init__(self, _: str) -> None:
        self.released = threading.Event()

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """Its bytes, once it is released."""
        self.released.wait()
        return super().encode(encoding, errors)


async def test_a_cancelled_hash_counts_until_it_is_done() -> None:
    """Otherwise clients that hang up at once could have any number of passwords hashed."""
    hasher, held = PasswordHasher(4), Held("password")
    pending_count_max = (os.cpu_count() or 1) + tuning.PASSWORD_QUEUE_LENGTH_MAX
    *hasty, last = [asyncio.create_task(hasher.hash(held)) for _ in range(pending_count_max)]
    await asyncio.sleep(0)
    for task in hasty:
        task.cancel()
    await asyncio.wait(hasty)
    try:
        async with asyncio.timeout(5):
            with pytest.raises(errors.Unavailable):
                await hasher.hash("password")
    finally:
        held.released.set()
    await last
    assert await hasher.hash("password")


async def test_strangers_take_no_turn_of_those_who_are_known() -> None:
    """Goal: guesses from many networks keep nobody out who has signed in before.

    Method: fill the threads and the queue of strangers, and of those who are known in turn.
    """
    count_max = (os.cpu_count() or 1) + tuning.PASSWORD_QUEUE_LENGTH_MAX
    for is_known in (False, True):
        hasher, held = PasswordHasher(4), Held("password")
        waiting = [
            asyncio.create_task(hasher.hash(held, is_known=is_known)) for _ in range(count_max)
        ]
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(5):
                with pytest.raises(errors.Unavailable):
                    await hasher.verify("x", None, is_known=is_known)
                assert await hasher.verify("x", None, is_known=not is_known) is False
                await hasher.require_strong("correct horse", names=[], is_known=not is_known)
        finally:
            held.released.set()
        await asyncio.gather(*waiting)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no niceness of its own")
async def test_hashing_leaves_the_processors_to_others() -> None:
    """Goal: reads and payments do not wait for passwords, nor those who are known for strangers."""
    own = os.getpriority(os.PRIO_PROCESS, 0)
    found: dict[bool, int] = {}

    class Observed(str):
        __slots__ = ("is_known",)
        is_known: bool

        def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
            found[self.is_known] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
            return super().encode(encoding, errors)

    for is_known in (False, True):
        password = Observed("password")
        password.is_known = is_known
        await PasswordHasher(4).hash(password, is_known=is_known)
    assert own < found[True] < found[False]
    assert os.getpriority(os.PRIO_PROCESS, 0) == own
