"""The composition root: settings become a database, a store, and a server on top."""

import asyncio
import gc
import os
import re
import secrets
import signal
import socket
import tempfile
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import structlog
import uvloop

from bankapp.api.http.security_headers import Browsers
from bankapp.api.http.server import create_app
from bankapp.api.http.serving.connections import Shares
from bankapp.api.http.serving.listener import listen, open_sockets, url_of
from bankapp.auth.codes import CodeMaker
from bankapp.auth.paseto import KEY_BYTES
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import Purpose, TokenMaker, create_codec
from bankapp.command_errors import DatabaseAwayError, StartError
from bankapp.domain import errors, limits
from bankapp.domain.roles import Role
from bankapp.jobs.context import JobContext
from bankapp.jobs.loop import work
from bankapp.jobs.queue import add_jobs, open_queue
from bankapp.mail.mailer import FileMailer, SmtpMailer
from bankapp.mail.messages import MailSettings
from bankapp.operations.identity.users import ensure_admin
from bankapp.operations.operation import Bank, Rules
from bankapp.postgres.database import Database
from bankapp.processes.observation import Observation, measuring, observing
from bankapp.settings import TOKEN_KEY_PATTERN, Settings
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store

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
    stop = stopping_by_signals()
    async with (
        observing(settings) as observation,
        watching(database, stop),
        opened(settings, database, observation) as bank,
        measuring(settings, bank),
        AsyncExitStack() as stack,
    ):
        await ensure_first_admin(settings, bank)
        if settings.work_in_serve == "on":
            await stack.enter_async_context(working(settings, database, bank, stop.asked))
        sockets = stack.enter_context(listening_sockets(settings))
        async with serving(settings, bank, sockets, stop, observation):
            _log.info("listening", url=url_of(sockets[0]))
            await stop.asked.wait()
            _log.info("stopping")


async def _work(settings: Settings, database: Database) -> None:
    stop = stopping_by_signals()
    async with (
        observing(settings) as observation,
        watching(database, stop),
        opened(settings, database, observation) as bank,
        measuring(settings, bank),
        working(settings, database, bank, stop.asked),
    ):
        _log.info("working")
        await stop.asked.wait()
        _log.info("stopping")


@dataclass(frozen=True, slots=True)
class Stop:
    """What a process is told when it shall end."""

    asked: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> None:
        """End without waiting for those who do nothing."""
        self.asked.set()
        self.hurry.set()


def stopping_by_signals() -> Stop:
    """What SIGINT and SIGTERM set, and SIGHUP unless `nohup` has it ignored."""
    stop = Stop()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.now)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop.now)
    return stop


@asynccontextmanager
async def watching(database: Database, stop: Stop) -> AsyncGenerator[None]:
    """Stop when the embedded server ends: a restart brings both back.

    Raises StartError when it has.
    """
    watch = asyncio.create_task(_stop_with(database, stop))
    try:
        yield
    finally:
        watch.cancel()
    if database.has_ended():
        raise StartError("the embedded PostgreSQL has ended; its log says why: postgres.log")


async def _stop_with(database: Database, stop: Stop) -> None:
    while not database.has_ended():  # noqa: ASYNC110 - a process sends no event
        await asyncio.sleep(DATABASE_CHECK_S)
    stop.now()


@asynccontextmanager
async def opened(
    settings: Settings, database: Database, observation: Observation
) -> AsyncGenerator[Bank]:
    """The bank on its database. Raises DatabaseAwayError when that does not answer."""
    pool = create_pool(database.url)
    try:
        await pool.open(wait=True, timeout=limits.CONNECTION_TIMEOUT_S)
    except psycopg.Error as error:
        raise DatabaseAwayError(f"the database does not answer: {error}") from error
    try:
        yield create_bank(settings, Store(pool, queries=observation.queries))
    finally:
        await pool.close()


@asynccontextmanager
async def working(
    settings: Settings, database: Database, bank: Bank, stop: asyncio.Event
) -> AsyncGenerator[None]:
    """Do background jobs while the block runs; afterwards finish or return what is under way."""
    queue = open_queue(database.url)
    add_jobs(queue, _create_job_context(settings, bank))
    async with queue.open_async():
        worker = asyncio.create_task(work(queue, stop))
        try:
            yield
        finally:
            stop.set()
            await worker


def _create_job_context(settings: Settings, bank: Bank) -> JobContext:
    url = settings.public_url or f"http://{settings.http_address}"
    mail_settings = MailSettings(settings.mail_from, url)
    if settings.smtp_url is not None:
        return JobContext(bank, SmtpMailer(settings.smtp_url.get_secret_value()), mail_settings)
    directory = settings.data_dir / "mail"
    _log.info("mail goes into files", directory=str(directory))
    return JobContext(bank, FileMailer(directory), mail_settings)


async def ensure_first_admin(settings: Settings, bank: Bank) -> None:
    """See that the admin exists whom the settings name, or of a bank in development, `admin`.

    Raises StartError when somebody else has the name.
    """
    if (credentials := _admin_credentials(settings)) is None:
        return
    username, password = credentials
    try:
        await ensure_admin(bank, username, password)
    except errors.UsernameTaken:
        raise StartError(
            f"a user {username} exists, with another password; "
            "set BANK_ADMIN_USERNAME to another name"
        ) from None


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


@contextmanager
def listening_sockets(settings: Settings) -> Generator[list[socket.socket]]:
    """The sockets of the HTTP address. Raises StartError when it cannot be had."""
    with ExitStack() as stack:
        try:
            sockets = stack.enter_context(open_sockets(settings.http_host, settings.http_port))
        except OSError as error:
            raise StartError(
                f"cannot listen on {settings.http_address} ({error.strerror}); "
                "set BANK_HTTP_ADDRESS to another one"
            ) from None
        yield sockets


def serving(
    settings: Settings,
    bank: Bank,
    sockets: Sequence[socket.socket],
    stop: Stop,
    observation: Observation,
    shares: Shares | None = None,
) -> AbstractAsyncContextManager[None]:
    """Serve HTTP while the block runs, then finish the requests that were accepted."""
    app = create_app(
        bank,
        settings.trusted_proxies,
        public_url=settings.public_url,
        docs_role=_docs_role(settings),
        browsers=_browsers(settings),
        shows_metrics=settings.environment == "development" and settings.metrics_address is None,
        middlewares=observation.middlewares,
    )
    _collect_garbage_seldom()
    return listen(app, sockets, hurry=stop.hurry, shares=shares)


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
