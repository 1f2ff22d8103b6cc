"""Passwords, hashed with bcrypt off the event loop."""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import bcrypt

from bankapp import tuning
from bankapp.auth.strength import is_strong
from bankapp.domain import errors, limits
from bankapp.telemetry import metrics

Result = TypeVar("Result")


class PasswordHasher:
    """Hashes and checks passwords at one cost; a cost higher by one takes twice the time.

    As many passwords at once as there are processors, and a short queue. A request that finds the
    queue full is refused, so that a flood of logins cannot block all others for minutes.
    """

    def __init__(self, cost: int) -> None:
        self._cost = cost
        # Checked when the user does not exist, so that the answer takes the same time.
        self._nobody = bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost)).decode()
        self._thread_count = os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self._thread_count, thread_name_prefix="bcrypt")
        self._pending_count = 0

    async def hash(self, password: str) -> str:
        """The bcrypt hash of a password of at most 72 bytes.

        Raises Unavailable when too many wait.
        """
        return await self._run(self._hash, password)

    async def verify(self, password: str, hashed_password: str | None) -> bool:
        """Whether the password is the hashed one; without a hash always False, in the same time.

        Raises Unavailable when too many wait.
        """
        return await self._run(self._verify, password, hashed_password)

    async def require_strong(self, password: str, *, names: Sequence[str]) -> None:
        """Raise WeakPassword for an easy password, Unavailable when too many wait.

        `names` are the user's names, which an attacker would try first.
        """
        if not await self._run(is_strong, password, names):
            raise errors.WeakPassword

    def is_cheap(self, hashed_password: str) -> bool:
        """Whether the password was hashed at a lower cost than is set now."""
        return int(hashed_password.split("$")[2]) < self._cost

    async def _run(self, work: Callable[..., Result], *args: object) -> Result:
        if self._pending_count >= self._thread_count + tuning.PASSWORD_QUEUE_LENGTH_MAX:
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

    def _take_the_time_left(self, hashed_password: str) -> None:
        """Work as long as a check at the present cost C: 2^c and 2^c + … + 2^(C-1) are 2^C."""
        for cost in range(int(hashed_password.split("$")[2]), self._cost):
            bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost))

    def _hash(self, password: str) -> str:
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(self._cost)).decode()

    def _verify(self, password: str, hashed_password: str | None) -> bool:
        secret = password.encode()
        fits = len(secret) <= limits.PASSWORD_BYTES_MAX  # bcrypt raises on longer ones
        hashed = (hashed_password or self._nobody).encode()
        matches = bcrypt.checkpw(secret if fits else b"", hashed)
        if not matches:
            self._take_the_time_left(hashed.decode())
        return matches and fits and hashed_password is not None
