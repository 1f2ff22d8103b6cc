"""The composition root: settings become a database, a store, and a server on top."""

import asyncio
import os
import secrets
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
import structlog
import uvloop
from aiohttp import web

from bankapp.api.http.server import create_app
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import KEY_BYTES, PasetoTokenMaker
from bankapp.domain import limits
from bankapp.failure import StartError
from bankapp.operations.operation import Bank
from bankapp.operations.users import ensure_admin
from bankapp.settings import Settings
from bankapp.store.store import Store
from bankapp.store.transaction import create_pool

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def run_server(settings: Settings, database_url: str) -> None:
    """Serve HTTP until SIGINT or SIGTERM; raises as `serve` does."""
    uvloop.run(serve(settings, database_url))


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
    except psycopg.Error as error:
        raise StartError(f"the database does not answer: {error}") from error
    try:
        bank = create_bank(settings, Store(pool))
        if (admin := _admin_credentials(settings)) is not None:
            await ensure_admin(bank, *admin)
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
        shown = f"[{host}]" if ":" in host else host
        _log.info("listening", url=f"http://{shown}:{port}")
        await stop.wait()
        _log.info("stopping")
    finally:
        await runner.cleanup()


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
    return bytes.fromhex(_kept_secret(data_dir / "token_key", secrets.token_hex(KEY_BYTES)))


def _kept_secret(path: Path, fresh: str) -> str:
    """The secret in the file, which only we can read; `fresh` when there is none yet."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Written aside and linked, which fails when it exists: nobody ever reads half a secret.
    descriptor, written = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(fresh)
        with suppress(FileExistsError):
            os.link(written, path)
    finally:
        Path(written).unlink()
    return path.read_text().strip()
