"""The commands of `bankapp`."""

import asyncio
import json
from argparse import Namespace
from dataclasses import asdict

import psycopg
import structlog

from bankapp.cli.progress import ProgressBar
from bankapp.cli.query_report import report_queries
from bankapp.command_errors import Failure
from bankapp.domain import errors
from bankapp.domain.feed import Place
from bankapp.postgres.database import open_database
from bankapp.postgres.migrations import migrate, warn_of_newer_schema
from bankapp.processes.publisher import require_publisher
from bankapp.settings import Settings, find_doubts, load_settings
from bankapp.store.operator.consumers import UnknownPlace, set_consumer_back
from bankapp.store.operator.feed_epoch import begin_feed_epoch
from bankapp.store.operator.verification import Report, verify_ledger
from bankapp.telemetry.logs import configure_logs

PROGRESS_AFTER_S = 1.0
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


def run(arguments: Namespace) -> int:
    """Run a command and return its exit code. Raises Failure, SettingError included."""
    settings = load_settings()
    configure_logs(settings.log_format, settings.log_level)
    for doubt in find_doubts(settings):
        _log.warning("doubtful setting", problem=doubt)
    commands = {
        "serve": _serve,
        "work": _work,
        "migrate": _migrate,
        "verify": _verify,
        "queries": _report_queries,
        "jobs": _list_jobs,
        "requeue": _requeue,
        "events": _print_events,
        "feed": _begin_epoch,
        "fetch-rates": _fetch_rates,
        "demo": _demo,
    }
    try:
        return commands[arguments.command](settings, arguments)
    except psycopg.errors.UndefinedObject as error:
        raise Failure(f"{error}; run `bankapp migrate` first") from error
    except errors.Unavailable as error:
        raise Failure(f"the database does not answer: {error}") from error
    except psycopg.Error as error:
        raise Failure(str(error)) from error


def _serve(settings: Settings, _: Namespace) -> int:
    require_publisher(settings)
    if settings.workers == 1:
        from bankapp.processes.server import run_server as run  # noqa: PLC0415 - others start without it
    else:
        from bankapp.processes.supervisor import run_supervisor as run  # noqa: PLC0415 - as above

    with open_database(settings) as database:
        migrate(database.url, allows_newer=settings.allow_newer_schema)
        run(settings, database)
    return 0


def _work(settings: Settings, _: Namespace) -> int:
    require_publisher(settings)
    from bankapp.processes.jobs import run_jobs  # noqa: PLC0415 - the other commands start without it

    with open_database(settings, beside_server=True) as database:
        migrate(database.url, allows_newer=settings.allow_newer_schema)
        run_jobs(settings, database)
    return 0


def _report_queries(settings: Settings, arguments: Namespace) -> int:
    report_queries(settings, as_json=arguments.json)
    return 0


def _list_jobs(settings: Settings, arguments: Namespace) -> int:
    from bankapp.jobs.failed_jobs import failed_jobs  # noqa: PLC0415 - as above

    with open_database(settings, beside_server=True) as database:
        warn_of_newer_schema(database.url)
        failed = asyncio.run(failed_jobs(database.url))
    if arguments.json:
        print(json.dumps([asdict(job) for job in failed]))
        return 0
    for job in failed:
        problem = "" if job.problem is None else f": {job.problem}"
        print(f"{job.id} {job.name}, tried {job.attempt_count} times{problem}")
    print(f"{len(failed)} failed")
    return 0


def _requeue(settings: Settings, arguments: Namespace) -> int:
    from bankapp.jobs.failed_jobs import UnknownJobError, requeue_jobs  # noqa: PLC0415 - as above

    with open_database(settings, beside_server=True) as database:
        warn_of_newer_schema(database.url)
        try:
            count = asyncio.run(requeue_jobs(database.url, arguments.job))
        except UnknownJobError as error:
            message = f"no failed job has the number {error}; `bankapp jobs` lists them"
            raise Failure(message) from None
    print(f"{count} requeued")
    return 0


def _print_events(settings: Settings, arguments: Namespace) -> int:
    if arguments.action == "publish":
        return _publish_again(settings, arguments.first)
    from bankapp.cli.event_lines import print_events, read_selection  # noqa: PLC0415 - as above

    selection = read_selection(arguments.type, arguments.after)
    with open_database(settings, beside_server=True) as database:
        warn_of_newer_schema(database.url)
        asyncio.run(print_events(database.url, selection, follows=arguments.follow))
    return 0


def _publish_again(settings: Settings, first: str | None) -> int:
    if first is None:
        raise Failure("`events publish` needs --from and the id of an event, such as 1-42")
    try:
        event = Place.parse(first)
    except ValueError:
        raise Failure(f"{first} is not the id of an event, such as 1-42") from None
    with open_database(settings, beside_server=True) as database:
        warn_of_newer_schema(database.url)
        try:
            set_consumer_back(database.url, "kafka", event.before())
        except UnknownPlace:
            raise Failure(f"{first} is of another epoch, or has not happened") from None
    print(f"the publisher goes on with event {first}, within a minute")
    return 0


def _begin_epoch(settings: Settings, _: Namespace) -> int:
    with open_database(settings, beside_server=True) as database:
        epoch = begin_feed_epoch(database.url)
    print(f"epoch {epoch} begins: readers of the feed have to start over")
    return 0


def _migrate(settings: Settings, _: Namespace) -> int:
    with open_database(settings, beside_server=True) as database:
        applied = migrate(database.url, allows_newer=settings.allow_newer_schema)
    for name in applied:
        print(name)
    print(f"{len(applied)} migrations applied" if applied else "the schema is up to date")
    return 0


def _verify(settings: Settings, arguments: Namespace) -> int:
    bar = ProgressBar(after_s=PROGRESS_AFTER_S, shows_lines=False)
    with open_database(settings, beside_server=True) as database:
        warn_of_newer_schema(database.url)
        report = asyncio.run(verify_ledger(database.url, lambda done: bar.show(done, "verifying")))
    if arguments.json:
        print(json.dumps(asdict(report)))
    else:
        for line in (*report.findings, *report.notes):
            print(line)
        print(_summary(report))
    return 1 if report.findings else 0


def _fetch_rates(settings: Settings, _: Namespace) -> int:
    from bankapp.processes.egress import fetch_rates_now, require_rate_source  # noqa: PLC0415 - as above

    require_rate_source(settings)
    with open_database(settings, beside_server=True) as database:
        warn_of_newer_schema(database.url)
        recorded = fetch_rates_now(settings, database)
    print(f"{len(recorded.accepted)} new rates")
    if recorded.held:
        print(f"{len(recorded.held)} held for a banker: {', '.join(recorded.held)}")
    return 0


def _demo(settings: Settings, arguments: Namespace) -> int:
    from bankapp.demo.command import (  # noqa: PLC0415 - as above
        directions,
        require_development,
        run_demo,
    )

    require_development(settings, anyway=arguments.anyway)
    with open_database(settings, beside_server=True) as database:
        migrate(database.url, allows_newer=settings.allow_newer_schema)
        is_new = run_demo(
            settings,
            database,
            seed=arguments.seed,
            anyway=arguments.anyway,
            progress=ProgressBar().show,
        )
    print(*directions(is_new=is_new), sep="\n")
    return 0


def _summary(report: Report) -> str:
    verdict = f"{len(report.findings)} wrong" if report.findings else "all is well"
    return (
        f"checked {report.entry_count} entries, accounts up to {report.account_id_max} and "
        f"transfers up to {report.transfer_id_max} in {report.duration_s:.2f} s: {verdict}"
    )
