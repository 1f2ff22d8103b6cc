"""What the commands do."""

import asyncio
import sys
import time
from collections.abc import Sequence

import psycopg

from bankapp.database import open_database
from bankapp.failure import Failure
from bankapp.logs import configure_logs
from bankapp.migrations import migrate
from bankapp.query_report import report_queries
from bankapp.settings import Settings, load_settings
from bankapp.store.verification import Progress, Report, verify_ledger

PROGRESS_AFTER_S = 1.0


def run(name: str, jobs: Sequence[str] = (), *, as_json: bool = False) -> int:
    """Run a command; its exit code. Raises Failure, and SettingError among them."""
    settings = load_settings()
    configure_logs(settings.log_format, settings.log_level)
    try:
        if name == "requeue":
            return _requeue(settings, jobs)
        if name == "queries":
            report_queries(settings, as_json=as_json)
            return 0
        commands = {
            "serve": _serve,
            "work": _work,
            "migrate": _migrate,
            "verify": _verify,
            "jobs": _list_jobs,
        }
        return commands[name](settings)
    except psycopg.errors.UndefinedObject as error:
        raise Failure(f"{error}; run `bankapp migrate` first") from error
    except psycopg.Error as error:
        raise Failure(str(error)) from error


def _serve(settings: Settings) -> int:
    if settings.workers == 1:
        from bankapp.app import run_server as run  # noqa: PLC0415 - others start without it
    else:
        from bankapp.supervisor import run_supervisor as run  # noqa: PLC0415 - as above

    with open_database(settings) as database:
        migrate(database.url)
        run(settings, database)
    return 0


def _work(settings: Settings) -> int:
    from bankapp.app import run_worker  # noqa: PLC0415 - the other commands start without it

    with open_database(settings, beside_server=True) as database:
        migrate(database.url)
        run_worker(settings, database)
    return 0


def _list_jobs(settings: Settings) -> int:
    from bankapp.worker.operator import failed_jobs  # noqa: PLC0415 - as above

    with open_database(settings, beside_server=True) as database:
        failed = asyncio.run(failed_jobs(database.url))
    for job in failed:
        print(f"{job.id} {job.name}, tried {job.attempt_count} times")
    print(f"{len(failed)} failed")
    return 0


def _requeue(settings: Settings, jobs: Sequence[str]) -> int:
    from bankapp.worker.operator import UnknownJobError, requeue_jobs  # noqa: PLC0415 - as above

    with open_database(settings, beside_server=True) as database:
        try:
            count = asyncio.run(requeue_jobs(database.url, jobs))
        except UnknownJobError as error:
            message = f"no failed job has the number {error}; `bankapp jobs` lists them"
            raise Failure(message) from None
    print(f"{count} requeued")
    return 0


def _migrate(settings: Settings) -> int:
    with open_database(settings, beside_server=True) as database:
        migrate(database.url)
    return 0


def _verify(settings: Settings) -> int:
    with open_database(settings, beside_server=True) as database:
        report = asyncio.run(verify_ledger(database.url, _terminal_progress()))
    for finding in report.findings:
        print(finding)
    print(_summary(report))
    return 1 if report.findings else 0


def _summary(report: Report) -> str:
    verdict = f"{len(report.findings)} wrong" if report.findings else "all is well"
    return (
        f"checked {report.entry_count} entries, accounts up to {report.account_id_max} and "
        f"transfers up to {report.transfer_id_max} in {report.duration_s:.2f} s: {verdict}"
    )


def _terminal_progress() -> Progress:
    """Shows the part done on a terminal, once it takes longer than a moment."""
    started = time.monotonic()

    def show(done: float) -> None:
        if sys.stderr.isatty() and time.monotonic() - started > PROGRESS_AFTER_S:
            ending = "\n" if done >= 1 else ""
            print(f"\rverifying {done:4.0%}", end=ending, file=sys.stderr, flush=True)

    return show
