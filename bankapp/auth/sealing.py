"""Seals what is stored for a while and has to be read again: a ring of keys encrypts it."""

from collections.abc import Sequence

from bankapp.auth.paseto import PasetoCodec


class Sealer:
    """Seals texts of one purpose; what was sealed for another is not opened."""

    def __init__(self, keys: Sequence[bytes], purpose: str) -> None:
        self._codec = PasetoCodec(keys)
        self._purpose = purpose

    def seal(self, text: str) -> str:
        """The text, encrypted with the newest key."""
        return self._codec.encode({"use": self._purpose, self._purpose: text})

    def open(self, sealed: str) -> str:
        """The text that was sealed. Raises ValueError."""
        claims = self._codec.decode(sealed)
        if claims.get("use") != self._purpose:
            raise ValueError(f"not a sealed {self._purpose}")
        return str(claims[self._purpose])

    def reseal(self, sealed: str) -> str:
        """The same text under the newest key; unchanged if it is already. Raises ValueError."""
        return sealed if self._codec.is_of_newest(sealed) else self.seal(self.open(sealed))
