"""Passwords, hashed with bcrypt off the event loop."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from bankapp import tuning
from bankapp.auth.strength import is_strong
from bankapp.domain import errors, limits
from bankapp.domain.text import prepare_password
from bankapp.telemetry import metrics

Result = TypeVar("Result")


class _Threads:
    """Threads for slow work: one for each processor, and a short queue.

    Work that finds the queue full is refused, so that a flood cannot block all others for minutes.
    The threads leave the processors to whatever has a lower niceness.
    """

    def __init__(self, niceness: int) -> None:
        count = os.cpu_count() or 1
        self._pending_count_max = count + tuning.PASSWORD_QUEUE_LENGTH_MAX
        self._threads = ThreadPoolExecutor(
            count, thread_name_prefix="bcrypt", initializer=_be_nice, initargs=(niceness,)
        )
        self._pending_count = 0

    async def run(self, work: Callable[..., Result], *args: object) -> Result:
        """The result of the work. Raises Unavailable when too many wait."""
        if self._pending_count >= self._pending_count_max:
            raise errors.Unavailable("Too many passwords are being checked.")
        future = asyncio.wrap_future(self._threads.submit(work, *args))
        self._pending_count += 1
        metrics.PASSWORDS_PENDING.inc()
        future.add_done_callback(self._note_done)
        # Shielded, because bcrypt continues, and counts, even if the caller was cancelled.
        return await asyncio.shield(future)

    def _note_done(self, _: object) -> None:
        self._pending_count -= 1
        metrics.PASSWORDS_PENDING.dec()


class PasswordHasher:
    """Hashes and checks passwords at one cost; a cost higher by one takes twice the time.

    The passwords of known senders have threads and a queue of their own, and precedence: strangers
    who guess passwords from many networks delay strangers only.
    """

    def __init__(self, cost: int) -> None:
        self._cost = cost
        # Checked when the user does not exist, so that the answer takes the same time.
        self._nobody = bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost)).decode()
        self._of_strangers = _Threads(tuning.STRANGERS_NICENESS)
        self._of_known = _Threads(tuning.HASHING_NICENESS)

    async def hash(self, password: str, *, is_known: bool = False) -> str:
        """The bcrypt hash of a password, which has at most 72 bytes in its prepared form.

        Raises Unavailable when too many wait.
        """
        return await self._threads(is_known=is_known).run(self._hash, password)

    async def verify(
        self, password: str, hashed_password: str | None, *, is_known: bool = False
    ) -> bool:
        """Whether the password is the hashed one; without a hash always False, in the same time.

        A password is tried as it is prepared, and as it was typed if that differs: old hashes are
        those of passwords as they were typed.

        Raises Unavailable when too many wait.
        """
        return await self._threads(is_known=is_known).run(self._verify, password, hashed_password)

    async def require_strong(
        self, password: str, *, names: Sequence[str], is_known: bool = False
    ) -> None:
        """Raise WeakPassword for an easy password, Unavailable when too many wait.

        `names` are the user's names, which an attacker would try first.
        """
        if not await self._threads(is_known=is_known).run(is_strong, password, names):
            raise errors.WeakPassword

    def is_cheap(self, hashed_password: str) -> bool:
        """Whether the password was hashed at a lower cost than is set now."""
        return int(hashed_password.split("$")[2]) < self._cost

    def _threads(self, *, is_known: bool) -> _Threads:
        return self._of_known if is_known else self._of_strangers

    def _take_the_time_left(self, hashed_password: str) -> None:
        """Work as long as a check at the present cost C: 2^c and 2^c + … + 2^(C-1) are 2^C."""
        for cost in range(int(hashed_password.split("$")[2]), self._cost):
            bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost))

    def _hash(self, password: str) -> str:
        secret = prepare_password(password).encode()
        return bcrypt.hashpw(secret, bcrypt.gensalt(self._cost)).decode()

    def _verify(self, password: str, hashed_password: str | None) -> bool:
        forms = dict.fromkeys((prepare_password(password), password))
        return any(self._verify_form(form, hashed_password) for form in forms)

    def _verify_form(self, password: str, hashed_password: str | None) -> bool:
        secret = password.encode()
        fits = len(secret) <= limits.PASSWORD_BYTES_MAX  # bcrypt raises on longer ones
        hashed = (hashed_password or self._nobody).encode()
        matches = bcrypt.checkpw(secret if fits else b"", hashed)
        if not matches:
            self._take_the_time_left(hashed.decode())
        return matches and fits and hashed_password is not None


def _be_nice(niceness: int) -> None:
    """Have the operating system prefer other threads to this one; on Linux a thread has its own."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
