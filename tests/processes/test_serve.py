"""`bankapp serve`: how it starts, stops, and lives with a database that goes away."""

import os
import signal
import socket
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from bankapp.postgres.database import DATABASE, OWNER
from own_postgres import (
    EmbeddedServer,
    ensure_database,
    throwaway_server,
)
from tests.postgresql import BINARIES, QUICK
from tests.processes.processes import (
    STOP_TIMEOUT_S,
    Served,
    failure,
    postmaster_pid,
    processes_in,
    run_bankapp,
    until,
)
from tests.processes.test_metrics import scrape

SIGNALS = [
    pytest.param(signal.SIGINT, id="Ctrl-C"),
    pytest.param(signal.SIGTERM, id="SIGTERM"),
]
HANGUP = pytest.param(signal.SIGHUP, id="a closed terminal")


@contextmanager
def locked_account(home: Path, account_id: int) -> Generator[psycopg.Connection]:
    """Holds the lock of an account, so that a deposit has to wait."""
    server = EmbeddedServer(home, BINARIES)
    with closing(psycopg.connect(server.url(DATABASE))) as connection:
        connection.execute("SELECT FROM accounts WHERE id = %s FOR UPDATE", [account_id])
        yield connection


def is_waiting(connection: psycopg.Connection) -> bool:
    """Whether another connection waits for a lock."""
    query = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    return connection.execute(query).rowcount > 0


def balances(home: Path) -> list[int]:
    """The balances of the customers, read from a bank that does not run."""
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    try:
        with psycopg.connect(server.url(DATABASE)) as connection:
            query = "SELECT balance FROM accounts WHERE kind = 'customer'"
            return [int(row[0]) for row in connection.execute(query).fetchall()]
    finally:
        server.stop()


@pytest.mark.parametrize("signal_number", [*SIGNALS, HANGUP])
def test_stops_and_keeps_the_money(home: Path, scratch: Path, signal_number: int) -> None:
    with Served(home) as served:
        assert served.wait().is_ready()
        account_id = served.open_account()
        assert served.deposit(account_id, 1000, served.log_in_admin()).status == 201
        assert served.stop(signal_number) == 0
        assert not processes_in(scratch)
    assert balances(home) == [1000]


def test_who_waits_for_events_is_answered_at_a_stop(home: Path) -> None:
    """Goal: a reader of the feed, who may wait for 25 seconds, neither delays a stop nor fails."""
    with Served(home) as served, ThreadPoolExecutor(1) as executor:
        token = served.wait().log_in_admin()
        served.ask("GET", "/v1/events?cursor=last&wait_s=1", token=token)  # all is settled
        waiting = executor.submit(
            served.ask, "GET", "/v1/events?cursor=last&wait_s=25", token=token
        )
        metrics = "{}:{}".format(*served.address)
        until(lambda: scrape(metrics).value("feed_waiting") == 1)
        assert served.stop(signal.SIGTERM) == 0
        answer = waiting.result()
    assert (answer.status, answer.body["items"]) == (200, [])


def test_a_closed_terminal_does_not_matter_under_nohup(home: Path) -> None:
    served = Served(home)
    served.prefix = ("nohup",)
    with served:
        served.wait().process.send_signal(signal.SIGHUP)
        assert served.is_ready()
        assert not served.event("stopping")
        assert served.stop(signal.SIGTERM) == 0


def test_again_knows_users_and_tokens(home: Path) -> None:
    with Served(home) as served:
        account_id = served.wait().open_account()
        token = served.log_in_admin()
        assert served.deposit(account_id, 1000, token).status == 201
        assert served.stop(signal.SIGINT) == 0
    with Served(home, name="again") as served:
        account = served.wait().ask("GET", f"/v1/accounts/{account_id}", token=token)
        assert account.body["balance"] == 1000


def test_first_start_in_an_empty_directory(scratch: Path) -> None:
    home = scratch / "bank"
    with Served(home) as served:
        assert served.wait().is_ready()
        assert served.log_in_admin()
    modes = {path.name: path.stat().st_mode & 0o777 for path in home.iterdir()}
    assert modes["admin_password"] == modes["token_key"] == 0o600
    assert modes["postgres"] == 0o700
    assert (home / ".gitignore").read_text() == "*\n"


def test_listens_on_ipv6(home: Path) -> None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    with Served(home, BANK_HTTP_ADDRESS="[::1]:0") as served:
        assert served.wait().is_ready()


@pytest.mark.parametrize("signal_number", SIGNALS)
def test_stopped_while_it_starts(scratch: Path, signal_number: int) -> None:
    home = scratch / "bank"
    with Served(home) as served:
        until(lambda: list(home.glob("postgres.unfinished*/base/1")))
        served.process.send_signal(signal_number)
        assert served.process.wait(STOP_TIMEOUT_S) != 0
        until(lambda: not processes_in(scratch), STOP_TIMEOUT_S)
    with Served(home, name="again") as served:
        assert served.wait().is_ready()


def test_request_in_flight_is_answered(home: Path, scratch: Path) -> None:
    with ThreadPoolExecutor(1) as thread, Served(home) as served:
        account_id = served.wait().open_account()
        token = served.log_in_admin()
        with locked_account(home, account_id) as lock:
            answer = thread.submit(served.deposit, account_id, 1000, token)
            until(lambda: is_waiting(lock))
            served.process.send_signal(signal.SIGTERM)
            until(lambda: served.event("stopping"))
        assert answer.result(STOP_TIMEOUT_S).status == 201
        assert answer.result().is_last  # so that no request is sent after it
        assert served.process.wait(STOP_TIMEOUT_S) == 0
        assert not processes_in(scratch)


def test_request_that_does_not_end_delays_the_stop_only_so_long(home: Path, scratch: Path) -> None:
    with ThreadPoolExecutor(1) as thread, Served(home) as served:
        account_id = served.wait().open_account()
        token = served.log_in_admin()
        with locked_account(home, account_id) as lock:
            answer = thread.submit(served.deposit, account_id, 1000, token)
            until(lambda: is_waiting(lock))
            assert served.stop(signal.SIGTERM) == 0
            assert not processes_in(scratch)
        assert answer.exception(STOP_TIMEOUT_S) or answer.result().status == 503


def test_connections_left_open_do_not_delay_the_stop(home: Path, scratch: Path) -> None:
    with Served(home) as served, ExitStack() as connections:
        listening = served.wait().event("listening")
        assert listening is not None
        port = int(listening["url"].rpartition(":")[2])
        silent, idle = (
            connections.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(2)
        )
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: bank\r\n\r\n")
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
        assert served.stop(signal.SIGTERM) == 0
        assert silent.recv(1) == b""
        assert not processes_in(scratch)


def test_killed(home: Path, scratch: Path) -> None:
    with Served(home) as served:
        account_id = served.wait().open_account()
        assert served.deposit(account_id, 1000, served.log_in_admin()).status == 201
        served.process.kill()
        until(lambda: not processes_in(scratch))
    assert balances(home) == [1000]


def test_address_is_in_use(home: Path, scratch: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Served(home, BANK_HTTP_ADDRESS=address) as served:
            message = served.failure()
    assert message.startswith(f"cannot listen on {address} ")
    assert "BANK_HTTP_ADDRESS" in message
    assert not processes_in(scratch)


def test_host_is_unknown(home: Path, scratch: Path) -> None:
    with Served(home, BANK_HTTP_ADDRESS="nohost.invalid:8080") as served:
        assert "BANK_HTTP_ADDRESS" in served.failure()
    assert not processes_in(scratch)


def test_two_on_one_data_directory(home: Path) -> None:
    with Served(home) as served:
        served.wait()
        with Served(home, name="second") as second:
            message = second.failure()
        assert f"process {served.process.pid}" in message
        assert str(home) in message
        assert served.is_ready()


def test_database_goes_away_and_returns(home: Path, scratch: Path) -> None:
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    try:
        url = ensure_database(server, DATABASE, OWNER)
        with Served(scratch / "served", DATABASE_URL=url) as served:
            assert served.wait().is_ready()
            server.stop()
            answer = served.ask("GET", "/readyz")
            assert (answer.status, answer.body["code"]) == (503, "unavailable")
            assert served.ask("GET", "/healthz").status == 200
            server.start()
            until(served.is_ready)
            server.stop()
            assert served.stop(signal.SIGTERM) == 0
    finally:
        server.stop()


def test_a_database_that_becomes_a_standby_and_is_promoted(home: Path, scratch: Path) -> None:
    """Goal: a failover needs no restart of the bank, which meanwhile reads and says so."""
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    try:
        url = ensure_database(server, DATABASE, OWNER)
        admin = {"BANK_ADMIN_USERNAME": "root", "BANK_ADMIN_PASSWORD": "a long sentence"}
        with Served(scratch / "served", DATABASE_URL=url, **admin) as served:
            account_id = served.wait().open_account()
            token = served.log_in("root", admin["BANK_ADMIN_PASSWORD"])
            server.stop()
            (server.data / "standby.signal").touch()
            server.start()
            until(
                lambda: served.ask("GET", f"/v1/accounts/{account_id}", token=token).status == 200
            )
            refused = served.deposit(account_id, 1000, token)
            assert (refused.status, refused.body["retryable"]) == (503, True)
            assert not served.is_ready()
            with psycopg.connect(server.url(DATABASE), autocommit=True) as connection:
                connection.execute("SELECT pg_promote()")
            until(served.is_ready)
            assert served.deposit(account_id, 1000, token).status == 201
    finally:
        server.stop()


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_does_not_start_on_a_standby(home: Path, scratch: Path, command: str) -> None:
    (home / "postgres" / "standby.signal").touch()
    server = EmbeddedServer(home, BINARIES, QUICK)
    server.start()
    try:
        done = run_bankapp(
            command,
            cwd=scratch,
            DATABASE_URL=server.url(DATABASE, OWNER),
            BANK_HTTP_ADDRESS="127.0.0.1:0",
        )
        assert "the database can only be read" in failure(done)
    finally:
        server.stop()


def test_own_database_is_killed(home: Path, scratch: Path) -> None:
    """The bank ends and gives the reason, so that a supervisor restarts both."""
    with Served(home) as served:
        assert served.wait().is_ready()
        os.kill(postmaster_pid(home), signal.SIGKILL)
        assert "the embedded PostgreSQL has ended" in served.failure()
        assert not processes_in(scratch)
    assert balances(home) == []


def test_database_does_not_answer(home: Path) -> None:
    """Goal: a hung database is a 503, not a hung bank. Method: stop all processes of PostgreSQL."""
    with Served(home) as served:
        assert served.wait().is_ready()
        frozen = processes_in(home)
        try:
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            assert not served.is_ready()
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        until(served.is_ready)


def test_several_start_on_one_new_database(scratch: Path) -> None:
    admin = {"BANK_ADMIN_USERNAME": "root", "BANK_ADMIN_PASSWORD": "a long sentence"}
    with throwaway_server(BINARIES) as server, ExitStack() as stack:
        url = ensure_database(server, DATABASE, OWNER)
        several = [
            stack.enter_context(
                Served(scratch / "shared", name=str(number), DATABASE_URL=url, **admin)
            )
            for number in range(4)
        ]
        assert all(served.wait().is_ready() for served in several)
        token = several[0].log_in("root", admin["BANK_ADMIN_PASSWORD"])
        for served in several:  # one token key for all
            assert served.ask("GET", "/v1/users/root", token=token).body["role"] == "admin"


def raw_exchange(served: Served, *parts: bytes) -> bytes:
    """The bank's response to parts that are sent one after the other."""
    with socket.create_connection(served.address, timeout=15) as connection:
        for part in parts:
            connection.sendall(part)
        connection.settimeout(15)
        return connection.recv(65536)


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(b"POST /v1/users/login HTTP/1.1\r\n\r\n{hunter2}\r\n\r\n", id="a stray body"),
        pytest.param(
            b"GET /v1/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer hunter2\x01\r\n\r\n",
            id="a broken header",
        ),
        pytest.param(b"GET /" + b"hunter2" * 2000 + b" HTTP/1.1\r\n\r\n", id="a long line"),
        pytest.param(b"\x16\x03\x01hunter2\r\n\r\n", id="no HTTP at all"),
    ],
)
def test_what_cannot_be_read_is_a_problem_and_not_logged(home: Path, request_bytes: bytes) -> None:
    with Served(home) as served:
        answer = raw_exchange(served.wait(), request_bytes, b"hunter2\r\n\r\n")
        assert b" 400 " in answer[:20]
        assert b"application/problem+json" in answer
        assert b"X-Request-Id" in answer
        assert b"X-Content-Type-Options: nosniff" in answer
        assert b"hunter2" not in answer
        served.stop(signal.SIGTERM)
        assert "hunter2" not in served.log()
        assert all(line.startswith("{") for line in served.log().splitlines())


def test_a_role_lost_while_the_body_arrives_counts(home: Path) -> None:
    """Goal: who may do what is asked when all of the request is there.

    Method: a banker sends a deposit but for its last byte, is made a depositor, and sends the rest.
    """
    with Served(home) as served:
        admin = served.wait().log_in_admin()
        account_id = served.open_account()
        path = "/v1/users/alice/role"
        assert served.ask("PUT", path, {"role": "banker"}, token=admin).status == 200
        token = served.log_in("alice", "correct horse battery staple")
        body = b'{"amount": 5, "currency": "USD"}'
        head = (
            f"POST /v1/accounts/{account_id}/deposits HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        with socket.create_connection(served.address, timeout=15) as connection:
            connection.sendall(head + body[:-1])
            assert served.ask("PUT", path, {"role": "depositor"}, token=admin).status == 200
            connection.sendall(body[-1:])
            assert b" 403 " in connection.recv(65536)[:20]
        served.stop(signal.SIGTERM)


def test_nobody_becomes_admin_by_having_the_name(home: Path) -> None:
    with Served(home, name="before") as served:
        served.wait().open_account()  # alice's
        served.stop(signal.SIGTERM)
    settings = {"BANK_ADMIN_USERNAME": "alice", "BANK_ADMIN_PASSWORD": "the operator's own"}
    with Served(home, name="after", **settings) as served:
        assert "a user alice exists, with another password" in served.failure()


def test_no_admin_is_made_with_an_easy_password(home: Path) -> None:
    settings = {"BANK_ADMIN_USERNAME": "root", "BANK_ADMIN_PASSWORD": "password1"}
    with Served(home, **settings) as served:
        assert "BANK_ADMIN_PASSWORD of root is easy to guess" in served.failure()
