"""The composition root: settings become a database, a store, and a server on top."""

import asyncio
import gc
import os
import re
import secrets
import signal
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psycopg
import structlog
import uvloop

from bankapp.api.http.browsers import Browsers
from bankapp.api.http.listening import listen
from bankapp.api.http.server import create_app
from bankapp.auth.codes import CodeMaker
from bankapp.auth.paseto import KEY_BYTES
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import Purpose, TokenMaker, create_codec
from bankapp.database import Database
from bankapp.domain import errors, limits
from bankapp.domain.roles import Role
from bankapp.failure import StartError
from bankapp.mail.letters import Stationery
from bankapp.mail.mailer import FileMailer, SmtpMailer
from bankapp.observation import Observation, measuring, observing
from bankapp.operations.operation import Bank, Rules
from bankapp.operations.users import ensure_admin
from bankapp.settings import TOKEN_KEY_PATTERN, Settings
from bankapp.store.store import Store
from bankapp.store.transaction import create_pool
from bankapp.worker.office import Office
from bankapp.worker.queue import add_jobs, open_queue
from bankapp.worker.running import work

DATABASE_CHECK_S = 0.5
GARBAGE_COUNT_MAX = 20_000
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def run_worker(settings: Settings, database: Database) -> None:
    """Do background jobs until SIGINT or SIGTERM; raises as `serve` does."""
    uvloop.run(_work(settings, database))


def run_server(settings: Settings, database: Database) -> None:
    """Serve HTTP until SIGINT or SIGTERM; raises as `serve` does."""
    uvloop.run(serve(settings, database))


async def serve(settings: Settings, database: Database) -> None:
    """Serve HTTP until SIGINT or SIGTERM, then finish the requests that were accepted.

    Raises StartError when the address cannot be had, the database does not answer, or the embedded
    server ends.
    """
    async with (
        observing(settings) as observation,
        _opened(settings, database, observation) as (bank, stop),
        measuring(settings, bank),
    ):
        if (admin := _admin_credentials(settings)) is not None:
            await _ensure_admin(bank, *admin)
        if settings.work_in_serve == "off":
            await _serve_http(settings, bank, stop, observation)
            return
        async with working(settings, database, bank, stop):
            await _serve_http(settings, bank, stop, observation)


async def _work(settings: Settings, database: Database) -> None:
    async with (
        observing(settings) as observation,
        _opened(settings, database, observation) as (bank, stop),
        measuring(settings, bank),
        working(settings, database, bank, stop),
    ):
        _log.info("working")
        await stop.wait()
        _log.info("stopping")


@asynccontextmanager
async def _opened(
    settings: Settings, database: Database, observation: Observation
) -> AsyncGenerator[tuple[Bank, asyncio.Event]]:
    """The bank, and what is set when the process shall stop."""
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signal_number, stop.set)
    pool = create_pool(database.url)
    try:
        await pool.open(wait=True, timeout=limits.CONNECTION_TIMEOUT_S)
    except psycopg.Error as error:
        raise StartError(f"the database does not answer: {error}") from error
    try:
        watch = asyncio.create_task(_stop_with(database, stop))
        yield create_bank(settings, Store(pool, queries=observation.queries)), stop
        watch.cancel()
        if database.has_ended():
            raise StartError("the embedded PostgreSQL has ended; its log says why: postgres.log")
    finally:
        await pool.close()


@asynccontextmanager
async def working(
    settings: Settings, database: Database, bank: Bank, stop: asyncio.Event
) -> AsyncGenerator[None]:
    """Do background jobs while the block runs; afterwards finish or return what is under way."""
    queue = open_queue(database.url)
    add_jobs(queue, _create_office(settings, bank))
    async with queue.open_async():
        worker = asyncio.create_task(work(queue, stop))
        try:
            yield
        finally:
            stop.set()
            await worker


def _create_office(settings: Settings, bank: Bank) -> Office:
    url = settings.public_url or f"http://{settings.http_address}"
    stationery = Stationery(settings.mail_from, url)
    if settings.smtp_url is not None:
        return Office(bank, SmtpMailer(settings.smtp_url.get_secret_value()), stationery)
    directory = settings.data_dir / "mail"
    _log.info("mail goes into files", directory=str(directory))
    return Office(bank, FileMailer(directory), stationery)


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
    codec = create_codec(settings.token_format, keys)
    return Bank(
        store=store,
        passwords=PasswordHasher(settings.bcrypt_cost),
        tokens=TokenMaker(codec, Purpose.ACCESS, settings.access_token_duration),
        refresh_tokens=TokenMaker(codec, Purpose.REFRESH, settings.refresh_token_duration),
        codes=CodeMaker(keys),
        rules=Rules(
            limits_rates=settings.rate_limits == "on",
            requires_verified_email=settings.require_verified_email == "on",
        ),
    )


def _collect_garbage_seldom() -> None:
    """Requests leave hardly any cycles, and what is there by now stays.

    With the thresholds of a script the collector takes a tenth of the time of a transfer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_COUNT_MAX, 20, 20)


async def _serve_http(
    settings: Settings, bank: Bank, stop: asyncio.Event, observation: Observation
) -> None:
    app = create_app(
        bank,
        settings.trusted_proxies,
        docs_role=_docs_role(settings),
        browsers=_browsers(settings),
        shows_metrics=settings.environment == "development" and settings.metrics_address is None,
        middlewares=observation.middlewares,
    )
    try:
        async with listen(app, settings.http_host, settings.http_port) as url:
            _log.info("listening", url=url)
            _collect_garbage_seldom()
            await stop.wait()
            _log.info("stopping")
    except OSError as error:
        raise StartError(
            f"cannot listen on {settings.http_address} ({error.strerror}); "
            "set BANK_HTTP_ADDRESS to another one"
        ) from None


def _browsers(settings: Settings) -> Browsers:
    comes_by_tls = (settings.public_url or "").startswith("https://")
    return Browsers(settings.allowed_origins, only_tls=comes_by_tls)


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
