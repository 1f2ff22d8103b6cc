"""The composition root: settings become a database, a store, and a server on top."""

import asyncio
import os
import secrets
import signal
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog
from aiohttp import web

from bankapp.api.http.server import create_app
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import KEY_BYTES, PasetoTokenMaker
from bankapp.domain import errors, limits
from bankapp.domain.roles import Role
from bankapp.embedded import EmbeddedServer, ensure_database, find_binaries
from bankapp.operations.operation import Bank
from bankapp.settings import Settings
from bankapp.store.store import Store
from bankapp.store.transaction import create_pool
from bankapp.store.users import NewUser

DATABASE = OWNER = "bank"
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


class StartError(Exception):
    """The bank cannot start; the message says why."""


@contextmanager
def open_database(settings: Settings, *, beside_server: bool = False) -> Generator[str]:
    """The database's URL: the one that is set, or an embedded one while the block runs.

    With `beside_server` an embedded PostgreSQL that runs already is used, not refused. Raises
    EmbeddedError.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    server = EmbeddedServer(settings.data_dir, find_binaries(settings.pgbin))
    if beside_server and server.is_running():
        yield server.url(DATABASE, OWNER)
        return
    server.start()
    try:
        yield ensure_database(server, DATABASE, OWNER)
    finally:
        server.stop()


async def serve(settings: Settings, database_url: str) -> None:
    """Serve HTTP until SIGINT or SIGTERM, then finish the requests that were accepted.

    Raises StartError when the address cannot be had or the database does not answer.
    """
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    pool = create_pool(database_url)
    try:
        await pool.open(wait=True, timeout=limits.CONNECTION_TIMEOUT_S)
    except Exception as error:
        raise StartError(f"the database does not answer: {error}") from error
    try:
        bank = create_bank(settings, Store(pool))
        await _ensure_admin(settings, bank)
        await _serve_http(settings, bank, stop)
    finally:
        await pool.close()


def create_bank(settings: Settings, store: Store) -> Bank:
    """What the operations work with, as the settings say."""
    keys = settings.token_keys or [_development_key(settings.data_dir)]
    return Bank(
        store=store,
        passwords=PasswordHasher(settings.bcrypt_cost),
        tokens=PasetoTokenMaker(keys, settings.access_token_duration),
    )


async def _serve_http(settings: Settings, bank: Bank, stop: asyncio.Event) -> None:
    runner = web.AppRunner(
        create_app(bank), access_log=None, shutdown_timeout=limits.SHUTDOWN_TIMEOUT_S
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.http_host, settings.http_port, backlog=1024)
        try:
            await site.start()
        except OSError as error:
            raise StartError(
                f"cannot listen on {settings.http_address} ({error.strerror}); "
                "set BANK_HTTP_ADDRESS to another one"
            ) from None
        host, port = runner.addresses[0][:2]
        _log.info("listening", url=f"http://{host}:{port}")
        await stop.wait()
        _log.info("stopping")
    finally:
        await runner.cleanup()


async def _ensure_admin(settings: Settings, bank: Bank) -> None:
    username, password = _admin_credentials(settings)
    if username is None or password is None:
        return
    known = await bank.store.get_user(username)
    if known is None:
        admin = NewUser(
            username=username,
            hashed_password=await bank.passwords.hash(password),
            full_name="Administrator",
            email=f"{username}@localhost",
            role=Role.ADMIN,
        )
        with suppress(errors.UsernameTaken):  # by another process that starts at the same time
            await bank.store.register_user(admin)
    elif Role(known.role) is not Role.ADMIN:
        await bank.store.change_role(username, Role.ADMIN)


def _admin_credentials(settings: Settings) -> tuple[str | None, str | None]:
    if settings.admin_username is not None and settings.admin_password is not None:
        return settings.admin_username, settings.admin_password.get_secret_value()
    if settings.environment == "production" or settings.database_url is not None:
        return None, None
    path = settings.data_dir / "admin_password"
    password = _kept_secret(path, secrets.token_urlsafe(18))
    _log.info("first admin", username="admin", password_file=str(path))
    return "admin", password


def _development_key(data_dir: Path) -> bytes:
    return bytes.fromhex(_kept_secret(data_dir / "token_key", secrets.token_hex(KEY_BYTES)))


def _kept_secret(path: Path, fresh: str) -> str:
    """The secret in the file, which only we can read; `fresh` when there is none yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(fresh)
    return path.read_text().strip()
