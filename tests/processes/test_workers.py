"""`bankapp serve` with several workers: sharing the load, restarted, replaced and stopped."""

import http.client
import os
import resource
import signal
import sys
from contextlib import AsyncExitStack, ExitStack, closing
from pathlib import Path
from typing import Final

import psycopg
import pytest

from bankapp import tuning
from bankapp.command_errors import StartError
from bankapp.postgres.database import (
    DATABASE,
    OWNER,
    connections_needed,
    ensure_connections_suffice,
)
from bankapp.processes.worker import TRY_LATER
from bankapp.processes.worker_group import Restarts
from bankapp.settings import Settings
from bankapp.store.engine.transaction import create_pool
from own_postgres import EmbeddedServer, ensure_database
from tests.postgresql import BINARIES, QUICK
from tests.processes.load import Load
from tests.processes.processes import (
    STOP_TIMEOUT_S,
    Served,
    children_of,
    command_of,
    failure,
    postmaster_pid,
    processes_in,
    run_bankapp,
    until,
)

# Gives up with the first process that fails to start, but not on those that take long to finish.
STRICT_AND_PATIENT: Final = """
import sys
from bankapp import tuning
tuning.WORKER_START_FAILURE_COUNT_MAX = 0
tuning.WORKER_STOP_TIMEOUT_S = 1
tuning.IDLE_TIMEOUT_S = 600
from bankapp.cli.parser import main
sys.exit(main())
"""
SETTLED_S = tuning.WORKER_SETTLED_AFTER_S
FIRST_S = tuning.WORKER_RESTART_DELAY_MIN_S


def workers(served: Served) -> list[int]:
    """The processes that have come to listen, in that order."""
    return [event["worker"] for event in served.events("worker listening")]


def running_workers(served: Served) -> list[int]:
    """The processes that run, whether they listen or not.

    Not those that are still being started: to stop one then would hold up who starts it.
    """
    children = children_of(served.process.pid)
    return [pid for pid in children if "bankapp.processes.worker" in command_of(pid)]


def serve_two(home: Path) -> Served:
    return Served(home, BANK_WORKERS=2)


def balance(served: Served, account_id: int, token: str) -> int:
    return int(served.ask("GET", f"/v1/accounts/{account_id}", token=token).body["balance"])


def test_they_share_the_connections(home: Path) -> None:
    """Goal: none idles while another is busy. Method: connections that stay, opened at once."""
    with serve_two(home) as served, ExitStack() as stack:
        served.wait()
        connections = [
            stack.enter_context(closing(http.client.HTTPConnection(*served.address, timeout=15)))
            for _ in range(32)
        ]
        for connection in connections:
            connection.connect()
        for connection in connections:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        serving = [event["worker"] for event in served.events("request")]
        assert len(serving) == 32
        assert set(serving) == set(workers(served))
        assert all(serving.count(worker) >= 12 for worker in set(serving))


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_all_stop(home: Path, scratch: Path, signal_number: int) -> None:
    with serve_two(home) as served:
        assert served.wait().is_ready()
        assert len(processes_in(scratch)) > 3
        assert served.stop(signal_number) == 0
        assert not processes_in(scratch)
        assert not served.events("worker ended")


def test_stopped_while_they_start(home: Path, scratch: Path) -> None:
    with serve_two(home) as served:
        until(lambda: served.event("admin"))
        assert served.stop(signal.SIGTERM) == 0
        assert not processes_in(scratch)


def test_closing_the_terminal_stops_them(home: Path, scratch: Path) -> None:
    """Goal: a SIGHUP that is no wish to reload. Method: a terminal of its own, which goes away."""
    ours, theirs = os.openpty()
    on_terminal = serve_two(home)
    on_terminal.prefix = ("setsid", "--ctty")
    on_terminal.stdin = theirs
    with on_terminal as served:
        os.close(theirs)
        assert served.wait().is_ready()
        os.close(ours)
        assert served.process.wait(STOP_TIMEOUT_S) == 0
        assert not served.events("reloaded")
        assert not processes_in(scratch)


def test_none_outlives_the_supervisor(home: Path, scratch: Path) -> None:
    with serve_two(home) as served:
        assert served.wait().is_ready()
        served.process.kill()
        until(lambda: not processes_in(scratch))


def test_own_database_is_killed(home: Path, scratch: Path) -> None:
    with serve_two(home) as served:
        assert served.wait().is_ready()
        os.kill(postmaster_pid(home), signal.SIGKILL)
        assert "the embedded PostgreSQL has ended" in served.failure()
        assert not processes_in(scratch)


def test_a_killed_one_comes_back_and_nothing_is_lost(home: Path) -> None:
    """Goal: a request under a key is done once, although processes die. Method: kill under load."""
    with serve_two(home) as served:
        account_id = served.wait().open_account()
        token = served.log_in_admin()
        with Load(served, account_id, token) as load:
            until(lambda: load.done_count >= 20)
            os.kill(workers(served)[0], signal.SIGKILL)
            until(lambda: len(workers(served)) == 3)
            seen = load.done_count
            until(lambda: load.done_count >= seen + 20)
        tally = load.result()
        assert (tally.refused_count, tally.cut_count, tally.wrong_count) == (0, 0, 0)
        assert balance(served, account_id, token) == tally.done_count
        [ended] = served.events("worker ended")
        assert (ended["pid"], ended["exit_code"]) == (workers(served)[0], -signal.SIGKILL)
        assert served.stop(signal.SIGTERM) == 0


def test_one_that_hangs_is_replaced(home: Path) -> None:
    """Goal: a process that runs and does nothing is replaced in a bounded time. Method: SIGSTOP."""
    with serve_two(home) as served:
        account_id = served.wait().open_account()
        token = served.log_in_admin()
        hanging = workers(served)[0]
        os.kill(hanging, signal.SIGSTOP)
        until(lambda: len(workers(served)) == 3, 60)
        assert [event["pid"] for event in served.events("worker hangs")] == [hanging]
        [ended] = served.events("worker ended")
        assert (ended["pid"], ended["exit_code"]) == (hanging, -signal.SIGKILL)
        assert balance(served, account_id, token) == 0
        assert served.stop(signal.SIGTERM) == 0


def test_a_reload_under_load_is_not_noticed(home: Path) -> None:
    """Goal: a busy client sees no refusal, no reset and no closed connection it has to retry on.

    Method: clients that pay in without a pause while all workers are replaced, again and again.
    """
    with serve_two(home) as served:
        account_id = served.wait().open_account()
        token = served.log_in_admin()
        with Load(served, account_id, token) as load:
            for count in range(1, 4):
                seen = load.done_count
                until(lambda seen=seen: load.done_count >= seen + 20)  # type: ignore[misc]
                served.process.send_signal(signal.SIGHUP)
                until(lambda count=count: len(served.events("reloaded")) == count, 60)  # type: ignore[misc]
            until(lambda: len(served.events("worker stopping")) == 6)
            seen = load.done_count
            until(lambda: load.done_count >= seen + 20)
        tally = load.result()
        assert tally.done_count == balance(served, account_id, token)
        assert tally.retry_count == tally.refused_count == 0
        assert tally.cut_count == tally.wrong_count == 0
        assert len(set(workers(served))) == 8
        assert served.stop(signal.SIGTERM) == 0


def test_an_idle_connection_outlasts_a_reload(home: Path) -> None:
    with serve_two(home) as served:
        served.wait()
        with closing(http.client.HTTPConnection(*served.address, timeout=15)) as connection:
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()
            served.process.send_signal(signal.SIGHUP)
            until(lambda: len(served.events("worker stopping")) == 2, 60)
            connection.request("GET", "/healthz")
            response = connection.getresponse()
            assert response.read()
            assert response.headers["Connection"] == "close"
            assert served.events("request")[-1]["worker"] in workers(served)[:2]
        assert served.stop(signal.SIGTERM) == 0


def test_a_reload_takes_new_settings_unless_they_are_wrong(home: Path, scratch: Path) -> None:
    person = {"username": "alice", "password": "correct horse battery staple"}

    def is_access_longer() -> bool:
        body = served.ask("POST", "/v1/users/login", person).body
        return bool(body["access_token_expires_at"] > body["refresh_token_expires_at"])

    with serve_two(home) as served:
        served.wait().open_account()
        for number, (line, reason) in enumerate(
            [
                (b"BANK_ACCESS_TOKEN_DURATION=1w", "BANK_ACCESS_TOKEN_DURATION is not a number"),
                (b"DATABASE_URL=postgresql://other", "DATABASE_URL changes with a restart only"),
                (b"# caf\xe9", ".env cannot be read: "),
            ]
        ):
            (scratch / ".env").write_bytes(line)
            served.process.send_signal(signal.SIGHUP)
            refusals = until(lambda n=number: served.events("not reloaded")[n:])  # type: ignore[misc]
            assert len(served.events("reloading")) == number + 1
            assert refusals[0]["reason"].startswith(reason)
        assert not is_access_longer()
        (scratch / ".env").write_text("BANK_ACCESS_TOKEN_DURATION=48h")
        served.process.send_signal(signal.SIGHUP)
        until(lambda: len(served.events("worker stopping")) == 2, 60)
        assert is_access_longer()
        assert served.stop(signal.SIGTERM) == 0


def test_a_newer_schema_stops_no_server_that_runs(home: Path, scratch: Path) -> None:
    """Goal: a rolling update. Method: a migration of the next version, while this one serves."""
    with serve_two(home) as served:
        served.wait()
        with psycopg.connect(EmbeddedServer(home, BINARIES).url(DATABASE, OWNER)) as connection:
            connection.execute("INSERT INTO schema_migrations VALUES ('20991231000000')")
        served.process.send_signal(signal.SIGHUP)
        until(lambda: len(served.events("worker stopping")) == 2, 60)
        assert served.is_ready()
        assert served.stop(signal.SIGTERM) == 0
    done = run_bankapp("serve", cwd=scratch, BANK_DATA_DIR=home, BANK_HTTP_ADDRESS="127.0.0.1:0")
    assert "20991231000000" in failure(done)
    with Served(home, name="allowed", BANK_ALLOW_NEWER_SCHEMA="on") as served:
        served.wait()
        assert "20991231000000" in served.events("newer schema")[0]["problem"]
        assert served.is_ready()
        done = run_bankapp("verify", cwd=scratch, BANK_DATA_DIR=home)
        assert "20991231000000" in done.stderr
        assert done.returncode == 0


def test_workers_that_cannot_start_keep_the_old_ones(home: Path) -> None:
    """Goal: new ones that fail change nothing. Method: a key that cannot be read any more."""
    with serve_two(home) as served:
        served.wait()
        key = (home / "token_key").read_text()
        (home / "token_key").write_text("no key")
        served.process.send_signal(signal.SIGHUP)
        [refusal] = until(lambda: served.events("not reloaded"), 90)
        assert "never come to listen" in refusal["reason"]
        assert served.is_ready()
        (home / "token_key").write_text(key)
        served.process.send_signal(signal.SIGHUP)
        until(lambda: served.event("reloaded"), 60)
        assert served.stop(signal.SIGTERM) == 0


def serve_two_strictly(home: Path) -> Served:
    served = serve_two(home)
    served.program = (sys.executable, "-c", STRICT_AND_PATIENT)
    return served


def break_one(served: Served, pid: int) -> None:
    """Have a process end, and none start in its place."""
    (served.home / "token_key").write_text("no key")
    os.kill(pid, signal.SIGKILL)


def test_new_ones_are_watched_while_old_ones_finish(home: Path, scratch: Path) -> None:
    """Goal: a crash loop ends the bank then, too. Method: an old one that does not finish."""
    with serve_two_strictly(home) as served:
        stuck = workers(served.wait())[0]
        os.kill(stuck, signal.SIGSTOP)
        served.process.send_signal(signal.SIGHUP)
        until(lambda: served.event("reloaded"), 60)
        break_one(served, workers(served)[3])
        until(lambda: served.process.poll() is not None, 60)
        assert "never come to listen" in served.failure()
        assert not served.events("not reloaded")
        assert not processes_in(scratch)


def test_old_ones_are_watched_while_new_ones_start(home: Path, scratch: Path) -> None:
    """Goal: a crash loop ends the bank then, too. Method: new ones that do not come to listen."""
    with serve_two_strictly(home) as served:
        old = workers(served.wait())
        served.process.send_signal(signal.SIGHUP)
        new = until(lambda: set(running_workers(served)) - set(old))
        os.kill(new.pop(), signal.SIGSTOP)
        until(lambda: len(workers(served)) == 3, 30)
        break_one(served, old[1])
        until(lambda: served.process.poll() is not None, 60)
        assert "never come to listen" in served.failure()
        assert not served.events("reloaded")
        assert not processes_in(scratch)


def test_one_is_started_as_soon_as_that_is_possible(home: Path) -> None:
    """Goal: a machine short of something does not end the bank. Method: no files may be opened."""
    with serve_two(home) as served:
        pid = served.wait().process.pid
        few = len(list(Path(f"/proc/{pid}/fd").iterdir())) - 3  # those of the dead worker
        normal = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (few, normal[1]))
        os.kill(workers(served)[0], signal.SIGKILL)
        until(lambda: served.event("cannot start a worker"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, normal)
        until(lambda: len(workers(served)) == 3, 30)
        assert served.stop(signal.SIGTERM) == 0


def test_a_crash_loop_ends_the_bank(home: Path, scratch: Path) -> None:
    with serve_two(home) as served:
        served.wait()
        (home / "token_key").write_text("no key")
        os.kill(workers(served)[1], signal.SIGKILL)
        until(lambda: served.process.poll() is not None, 90)
        assert served.failure() == (
            "a worker has ended 6 times and never come to listen; the log says why"
        )
        assert "holds no key" in served.events("failed")[0]["reason"]
        assert not processes_in(scratch)


def test_one_waits_for_a_database_that_is_away(home: Path, scratch: Path) -> None:
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    try:
        url = ensure_database(server, DATABASE, OWNER)
        with Served(scratch / "served", DATABASE_URL=url, BANK_WORKERS=2) as served:
            served.wait()
            server.stop()
            os.kill(workers(served)[0], signal.SIGKILL)
            until(lambda: len(served.events("worker ended")) == 2, 60)
            assert served.events("worker ended")[1]["exit_code"] == TRY_LATER
            server.start()
            until(lambda: len(workers(served)) == 3, 60)
            assert served.stop(signal.SIGTERM) == 0
    finally:
        server.stop()


def test_jobs_are_done_by_one_that_is_restarted(home: Path) -> None:
    with serve_two(home) as served:
        served.wait()
        [event] = served.events("mail goes into files")
        os.kill(event["worker"], signal.SIGKILL)
        until(lambda: len(workers(served)) == 3)
        assert len(served.events("mail goes into files")) == 2
        served.open_account()
        until(lambda: list((home / "mail").glob("*.eml")))
        assert served.stop(signal.SIGTERM) == 0


def test_gauges_of_the_dead_are_forgotten(home: Path) -> None:
    with serve_two(home) as served:
        dead, living = workers(served.wait())
        variables = Path(f"/proc/{living}/environ").read_bytes().decode().split("\0")
        [directory] = [
            Path(variable.partition("=")[2])
            for variable in variables
            if variable.startswith("PROMETHEUS_MULTIPROC_DIR=")
        ]
        kept = {f"counter_{dead}.db", f"gauge_livesum_{living}.db"}
        for name in {*kept, f"gauge_livesum_{dead}.db"}:
            (directory / name).touch()
        os.kill(dead, signal.SIGKILL)
        until(lambda: served.event("worker ended"))
        assert kept <= {path.name for path in directory.iterdir()}
        assert not (directory / f"gauge_livesum_{dead}.db").exists()
        assert served.stop(signal.SIGTERM) == 0
        assert not directory.exists()


async def test_connections_needed_are_those_of_old_and_new(
    database_url: str, connection: psycopg.Connection
) -> None:
    """Goal: a reload under load finds all it needs. Method: pools of both generations, filled."""
    async with AsyncExitStack() as stack:
        for _ in ("old", "new"):
            pool = await stack.enter_async_context(create_pool(database_url))
            for _ in range(tuning.CONNECTION_COUNT_MAX):
                await stack.enter_async_context(pool.connection())
        query = (
            "SELECT FROM pg_stat_activity"
            " WHERE application_name = 'bankapp' AND datname = current_database()"
        )
        count = connection.execute(query).rowcount
    assert connections_needed(1) - 2 * tuning.JOB_CONCURRENCY == count


def test_connections_have_to_suffice(
    database_url: str, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANK_WORKERS", "2")
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    name = connection.info.dbname
    needed = connections_needed(2)
    connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT {needed}".encode())
    connection.commit()
    ensure_connections_suffice(settings, database_url)
    connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT {needed - 1}".encode())
    connection.commit()
    with pytest.raises(StartError, match=f"=2 needs {needed} .* allows {needed - 1};"):
        ensure_connections_suffice(settings, database_url)


def test_too_many_workers(home: Path, scratch: Path, database_url: str) -> None:
    with Served(scratch / "served", BANK_WORKERS=100, DATABASE_URL=database_url) as served:
        assert served.failure().startswith("BANK_WORKERS=100 needs ")


def test_restarts_are_delayed_more_and_more() -> None:
    restarts = Restarts()
    delays_s = [restarts.delay_s(lived_s=SETTLED_S - 1, has_failed=False) for _ in range(9)]
    assert delays_s[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S]
    assert delays_s[-2:] == [tuning.WORKER_RESTART_DELAY_MAX_S] * 2
    assert restarts.delay_s(lived_s=SETTLED_S, has_failed=False) == FIRST_S


def test_six_failures_in_a_row_are_a_crash_loop() -> None:
    restarts = Restarts()
    for count in range(20):
        restarts.delay_s(lived_s=1, has_failed=count % 6 < 5)
    for _ in range(3):
        restarts.delay_s(lived_s=1, has_failed=True)
    with pytest.raises(StartError):
        restarts.delay_s(lived_s=1, has_failed=True)
