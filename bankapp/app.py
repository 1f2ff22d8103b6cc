"""The composition root: settings become a database, a store, and a server on top."""

import asyncio
import os
import re
import secrets
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import structlog
import uvloop

from bankapp.api.http.listening import listen
from bankapp.api.http.server import create_app
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import KEY_BYTES, PasetoTokenMaker
from bankapp.database import Database
from bankapp.domain import errors, limits
from bankapp.domain.roles import Role
from bankapp.failure import StartError
from bankapp.operations.operation import Bank
from bankapp.operations.users import ensure_admin
from bankapp.settings import TOKEN_KEY_PATTERN, Settings
from bankapp.store.store import Store
from bankapp.store.transaction import create_pool

DATABASE_CHECK_S = 0.5
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def run_server(settings: Settings, database: Database) -> None:
    """Serve HTTP until SIGINT or SIGTERM; raises as `serve` does."""
    uvloop.run(serve(settings, database))


async def serve(settings: Settings, database: Database) -> None:
    """Serve HTTP until SIGINT or SIGTERM, then finish the requests that were accepted.

    Raises StartError when the address cannot be had, the database does not answer, or the embedded
    server ends.
    """
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    pool = create_pool(database.url)
    try:
        await pool.open(wait=True, timeout=limits.CONNECTION_TIMEOUT_S)
    except psycopg.Error as error:
        raise StartError(f"the database does not answer: {error}") from error
    try:
        bank = create_bank(settings, Store(pool))
        if (admin := _admin_credentials(settings)) is not None:
            await _ensure_admin(bank, *admin)
        watch = asyncio.create_task(_stop_with(database, stop))
        await _serve_http(settings, bank, stop)
        watch.cancel()
        if database.has_ended():
            raise StartError("the embedded PostgreSQL has ended; its log says why: postgres.log")
    finally:
        await pool.close()


async def _ensure_admin(bank: Bank, username: str, password: str) -> None:
    try:
        await ensure_admin(bank, username, password)
    except errors.UsernameTaken:
        raise StartError(
            f"a user {username} exists, with another password; "
            "set BANK_ADMIN_USERNAME to another name"
        ) from None


async def _stop_with(database: Database, stop: asyncio.Event) -> None:
    """Stop serving when the embedded server ends: a restart brings both back."""
    while not database.has_ended():  # noqa: ASYNC110 - a process sends no event
        await asyncio.sleep(DATABASE_CHECK_S)
    stop.set()


def create_bank(settings: Settings, store: Store) -> Bank:
    """What the operations work with, as the settings say."""
    keys = settings.token_keys or [_development_key(settings.data_dir)]
    return Bank(
        store=store,
        passwords=PasswordHasher(settings.bcrypt_cost),
        tokens=PasetoTokenMaker(keys, settings.access_token_duration),
    )


async def _serve_http(settings: Settings, bank: Bank, stop: asyncio.Event) -> None:
    app = create_app(bank, docs_role=_docs_role(settings))
    try:
        async with listen(app, settings.http_host, settings.http_port) as url:
            _log.info("listening", url=url)
            await stop.wait()
            _log.info("stopping")
    except OSError as error:
        raise StartError(
            f"cannot listen on {settings.http_address} ({error.strerror}); "
            "set BANK_HTTP_ADDRESS to another one"
        ) from None


def _docs_role(settings: Settings) -> Role | None:
    """Who may read the database docs: they say much of the bank, if nothing of its customers."""
    return Role.BANKER if settings.environment == "production" else None


def _admin_credentials(settings: Settings) -> tuple[str, str] | None:
    if settings.admin_username is not None and settings.admin_password is not None:
        return settings.admin_username, settings.admin_password.get_secret_value()
    if settings.environment == "production" or settings.database_url is not None:
        return None
    path = settings.data_dir / "admin_password"
    password = _kept_secret(path, secrets.token_urlsafe(18))
    _log.info("admin", username="admin", password_file=str(path))
    return "admin", password


def _development_key(data_dir: Path) -> bytes:
    path = data_dir / "token_key"
    key = _kept_secret(path, secrets.token_hex(KEY_BYTES))
    if not re.fullmatch(TOKEN_KEY_PATTERN, key):
        raise StartError(f"{path} holds no key; delete it, and a new one is made")
    return bytes.fromhex(key)


def _kept_secret(path: Path, fresh: str) -> str:
    """The secret in the file, which only we can read; `fresh` when there is none yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside and linked, which fails when it exists: nobody ever reads half a secret.
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
