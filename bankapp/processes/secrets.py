"""Secrets that a bank in development generates, in files that only its user can read."""

import os
import re
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

import structlog

from bankapp.auth.paseto import KEY_BYTES
from bankapp.command_errors import StartError
from bankapp.settings import TOKEN_KEY_PATTERN, Settings

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def admin_credentials(settings: Settings) -> tuple[str, str] | None:
    """The name and password of the first admin; None if the settings name none."""
    if settings.admin_username is not None and settings.admin_password is not None:
        return settings.admin_username, settings.admin_password.get_secret_value()
    if settings.environment == "production" or settings.database_url is not None:
        return None
    path = settings.data_dir / "admin_password"
    password = _kept_secret(path, secrets.token_urlsafe(18))
    _log.info("admin", username="admin", password_file=str(path))
    return "admin", password


def development_key(data_dir: Path) -> bytes:
    """The key of the tokens. Raises StartError when the file contains no key."""
    path = data_dir / "token_key"
    key = _kept_secret(path, secrets.token_hex(KEY_BYTES))
    if not re.fullmatch(TOKEN_KEY_PATTERN, key):
        raise StartError(f"{path} holds no key; delete it, and a new one is made")
    return bytes.fromhex(key)


def _kept_secret(path: Path, fresh: str) -> str:
    """The secret in the file, which only this user can read; `fresh` if there is no file yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Wherever the folder is, no `git add` takes the secret.
    (path.parent / ".gitignore").write_text("*\n")
    # Written to another file and linked: a link fails if the file exists, and no process ever
    # reads half a secret.
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(written, path)
    finally:
        Path(written).unlink()
    if not (secret := path.read_text().strip()):
        raise StartError(f"{path} is empty; delete it, and a new secret is made")
    return secret
