"""The program: settings and a database become a monitor that runs until it is stopped."""

import asyncio
import signal
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from typing import Any, Final

import uvloop

from monitor.access import access_of
from monitor.answers import Answers
from monitor.bank import Bank, Credentials
from monitor.commands import Commands, HttpCommands, Sender
from monitor.currencies import Currencies
from monitor.database import open_database, open_pool
from monitor.errors import Failure
from monitor.intake.feed import Intake
from monitor.intake.storing import Storing
from monitor.logs import log, log_stray_error
from monitor.maintenance import maintain
from monitor.rules import rules_of
from monitor.settings import Settings
from monitor.web.app import create_app, serving
from monitor.web.guard import Guard
from own_postgres import EmbeddedServer

WATCH_INTERVAL_S: Final = 0.5
CANCEL_INTERVAL_S: Final = 0.5
CURRENCIES_INTERVAL_S: Final = 5.0


def run_monitor(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. Raises Failure."""
    with open_database(settings) as (url, server):
        uvloop.run(_run(settings, url, server))


async def _run(settings: Settings, url: str, server: EmbeddedServer | None) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_stray_error)
    stop = _stopping_by_signals(loop)
    access, token_file = access_of(settings)
    stored = asyncio.Event()
    async with (
        open_pool(url) as pool,
        Bank(settings.bank_url, Credentials.of(settings)) as bank,
    ):
        currencies = Currencies(bank)
        app = create_app(Answers(pool), currencies, Guard.of(settings, access, bank))
        storing = Storing(pool, rules_of(settings))
        async with (
            _commands(settings, bank) as commands,
            serving(app, settings.http_address) as shown,
        ):
            sender = Sender(pool, commands, stored)
            shown_file = {} if token_file is None else {"token_file": str(token_file)}
            log.info("listening", url=shown, **shown_file)
            work = (
                _intake(settings, bank, storing, stored),
                sender.run(),
                maintain(pool, settings.keep_events),
                _load(currencies),
                _watch(server),
            )
            await _until(stop, [asyncio.create_task(one) for one in work])
            log.info("stopping")


def _intake(
    settings: Settings, bank: Bank, storing: Storing, stored: asyncio.Event
) -> Coroutine[Any, Any, None]:
    if not settings.kafka_servers:
        return Intake(bank, storing, stored).run()
    _require_kafka()
    from monitor.kafka.brokers import config_of  # noqa: PLC0415 - an extra, which others do without
    from monitor.kafka.intake import TopicIntake  # noqa: PLC0415 - as above
    from monitor.kafka.topic import Topic  # noqa: PLC0415 - as above

    topic = Topic(config_of(settings), settings.kafka_topic)
    return TopicIntake(bank, topic, storing, stored).run()


def _require_kafka() -> None:
    if find_spec("confluent_kafka") is None:
        raise Failure("MONITOR_KAFKA_SERVERS needs `bankapp[kafka]`, which is not installed")


@asynccontextmanager
async def _commands(settings: Settings, bank: Bank) -> AsyncGenerator[Commands]:
    if settings.kafka_replies is None:
        yield HttpCommands(bank)
        return
    _require_kafka()
    from monitor.kafka.brokers import config_of  # noqa: PLC0415 - as above
    from monitor.kafka.commands import KafkaCommands  # noqa: PLC0415 - as above

    commands = KafkaCommands(bank, config_of(settings), settings.kafka_replies)
    try:
        yield commands
    finally:
        await commands.close()


async def _until(stop: asyncio.Event, tasks: list[asyncio.Task[None]]) -> None:
    """Wait for the stop, or for the first task that fails, which ends the program."""
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait([stopped, *tasks], return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopped}:
            await task
    finally:
        await _end({stopped, *tasks})


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they have ended: one that waits in a library may lose a cancellation."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=CANCEL_INTERVAL_S)


async def _load(currencies: Currencies) -> None:
    while True:
        await currencies.load()
        await asyncio.sleep(CURRENCIES_INTERVAL_S)


async def _watch(server: EmbeddedServer | None) -> None:
    """End with the embedded server; until then the size of its log is kept within its bound."""
    while server is None or not server.has_ended():
        if server is not None:
            with suppress(OSError):  # the disk is full: the next turn tries again
                server.bound_log()
        await asyncio.sleep(WATCH_INTERVAL_S)
    raise Failure("the embedded PostgreSQL has ended; its log says why: postgres.log")


def _stopping_by_signals(loop: asyncio.AbstractEventLoop) -> asyncio.Event:
    stop = asyncio.Event()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop.set)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop.set)
    return stop
