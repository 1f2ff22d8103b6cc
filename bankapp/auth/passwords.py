"""Passwords, hashed with bcrypt off the event loop."""

import asyncio

import bcrypt

from bankapp.domain import limits


class PasswordHasher:
    """Hashes and checks passwords at one cost: each step of it doubles the time."""

    def __init__(self, cost: int) -> None:
        self._cost = cost
        # Checked when the user does not exist, so that the answer takes the same time.
        self._nobody = bcrypt.hashpw(b"nobody", bcrypt.gensalt(cost)).decode()

    async def hash(self, password: str) -> str:
        """The bcrypt hash of a password of at most 72 bytes."""
        return await asyncio.to_thread(self._hash, password)

    async def verify(self, password: str, hashed_password: str | None) -> bool:
        """Whether the password is the hashed one; without a hash always False, in the same time."""
        return await asyncio.to_thread(self._verify, password, hashed_password)

    def _hash(self, password: str) -> str:
        return bcrypt.hashpw(password.encode(), bcrypt.gensalt(self._cost)).decode()

    def _verify(self, password: str, hashed_password: str | None) -> bool:
        secret = password.encode()
        fits = len(secret) <= limits.PASSWORD_BYTES_MAX  # bcrypt raises on longer ones
        hashed = (hashed_password or self._nobody).encode()
        matches = bcrypt.checkpw(secret if fits else b"", hashed)
        return matches and fits and hashed_password is not None
