"""The access token of the monitor: of the settings, or generated and kept in a file."""

import hashlib
import hmac
import os
import secrets
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.errors import Failure
from monitor.settings import Settings
from monitor.values import TOKEN_LENGTH_MIN

SIGNED_IN_S: Final = 12 * 3600


@dataclass(frozen=True, slots=True)
class Access:
    """Who may look: whoever knows the token, or has a pass that was made from it."""

    token: str

    def knows(self, token: str) -> bool:
        """Whether it is the token."""
        return hmac.compare_digest(token.encode(errors="replace"), self.token.encode())

    def make_pass(self, now_s: float | None = None) -> str:
        """What a browser shows instead of the token, for half a day."""
        until = str(int(time.time() if now_s is None else now_s) + SIGNED_IN_S)
        return f"{until}.{self._signature(until)}"

    def accepts(self, given: str, now_s: float | None = None) -> bool:
        """Whether it is a pass of this token that is not over."""
        until, _, signature = given.partition(".")
        if not (until.isascii() and until.isdecimal()):
            return False
        if not hmac.compare_digest(
            signature.encode(errors="replace"), self._signature(until).encode()
        ):
            return False
        return int(until) > (time.time() if now_s is None else now_s)

    def _signature(self, until: str) -> str:
        return hmac.new(
            self.token.encode(), f"pass until {until}".encode(), hashlib.sha256
        ).hexdigest()


def access_of(settings: Settings) -> tuple[Access, Path | None]:
    """The access of the settings, and the file of a generated token. Raises Failure."""
    if settings.token is not None:
        return Access(settings.token.get_secret_value()), None
    path = settings.data_dir / "access_token"
    return Access(_kept_token(path)), path


def _kept_token(path: Path) -> str:
    """The token in the file, which only this user can read; a new one if there is no file yet."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (path.parent / ".gitignore").write_text("*\n")
        # Written to another file and linked: nobody ever reads half a token.
        descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(24))
            with suppress(FileExistsError):
                os.link(written, path)
        finally:
            Path(written).unlink()
        token = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise Failure(f"{path} cannot be used ({reason}); set MONITOR_TOKEN") from None
    if len(token) < TOKEN_LENGTH_MIN:
        raise Failure(f"{path} holds no token; delete it, and a new one is made")
    return token
