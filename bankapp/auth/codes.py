"""Codes in mails: random, stored as a hash, sealed while the mail waits in the queue."""

import hashlib
import secrets
from collections.abc import Sequence

from bankapp.auth.sealing import Sealer
from bankapp.domain import limits
from bankapp.domain.mail import Code


class CodeMaker:
    """Makes codes. A ring of keys seals them, so that the queue reveals none."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._sealer = Sealer(keys, "code")

    def create(self) -> Code:
        """A fresh code of 256 random bits."""
        text = secrets.token_urlsafe(limits.CODE_BYTES)
        return Code(hash_code(text), self._sealer.seal(text))

    def open(self, sealed: str) -> str:
        """The code that was sealed. Raises ValueError."""
        return self._sealer.open(sealed)


def hash_code(text: str) -> bytes:
    """The hash of a code. A plain hash suffices, because 256 random bits cannot be guessed."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
