"""One PostgreSQL server on one directory: start, stop, and recovery from an unclean end."""

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from own_postgres.errors import EmbeddedError
from own_postgres.log import LOG_SETTINGS, LogFile
from own_postgres.privileges import ends_with_parent, hand_over, unprivileged

SUPERUSER: Final = "postgres"
PORT: Final = 5432  # names the socket file only: the server listens on no network address
SOCKET_PATH_BYTES_MAX: Final = 107  # sun_path of Linux, less the closing NUL
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 2.0

DURABLE: Final[Mapping[str, str]] = MappingProxyType({})
STATEMENT_STATISTICS: Final = "pg_stat_statements"
# Only for data that may be lost with the machine: tests and the code generator.
THROWAWAY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "autovacuum": "off",
        "max_connections": "300",
    }
)


class EmbeddedServer:
    """One PostgreSQL server on the directory `home`, reached by a Unix socket only.

    `home` contains `postgres/` (the data), `postgres.log`, `postgres.log.1` and `postgres.lock`.
    The process that holds the lock owns the server. Only this user can enter the directory of the
    socket, so no password is needed. Messages call the directory by `name`: its setting, if it has
    one.
    """

    def __init__(
        self,
        home: Path,
        binaries: Path,
        settings: Mapping[str, str] = DURABLE,
        *,
        name: str = "the data directory",
    ) -> None:
        self.home = home.absolute()
        self.name = name
        self.binaries = binaries
        self.settings = settings
        self._log = LogFile(self.home / "postgres.log")
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._temporary: Path | None = None  # holds the socket where `home` is too long a path

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
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._acquire_lock()
        except OSError as error:
            raise EmbeddedError(
                f"cannot use {self.name} {self.home} ({error.strerror}); choose a directory that "
                "can be written"
            ) from None
        try:
            if not self.data.exists():
                self._create_data()
            self._end_leftover()
            hand_over(self.data, with_content=True)
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
                self._wait_or_kill(self._process)
            self._process = None
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _wait_or_kill(self, process: "subprocess.Popen[bytes]") -> None:
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()  # frozen; recovers as well
            process.wait()

    def remove_if_abandoned(self) -> None:
        """Remove the directory, and end its server, if the process that owned it has ended."""
        try:
            self._acquire_lock()
        except EmbeddedError:
            return
        try:
            self._end_leftover()
            shutil.rmtree(self.home, ignore_errors=True)
        finally:
            self.stop()

    def is_running(self) -> bool:
        """Whether a server runs on this directory, also one that another process started."""
        return self._postmaster_pid() is not None and self._status() == "ready"

    def has_ended(self) -> bool:
        """Whether the server that this object started has ended."""
        return self._process is not None and self._process.poll() is not None

    def bound_log(self) -> None:
        """Keep the size of the log within its bound. To be called now and then."""
        self._log.bound()

    def _acquire_lock(self) -> None:
        lock = os.open(self.home / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(lock, 20).decode().strip() or "unknown"
            os.close(lock)
            raise EmbeddedError(
                f"process {owner} is using {self.name} {self.home}; stop it, or choose another "
                "directory"
            ) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        self._lock = lock

    def _create_data(self) -> None:
        # Created in another directory and renamed: a process that is killed in between leaves
        # nothing that looks like data.
        for remains in self.home.glob("postgres.unfinished*"):
            shutil.rmtree(remains, ignore_errors=True)
        # A unique name, because the initdb of a killed process removes its directory at its end.
        unfinished = Path(tempfile.mkdtemp(prefix="postgres.unfinished.", dir=self.home))
        hand_over(unfinished)
        command = [
            *unprivileged(),
            *ends_with_parent(),
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
        """Stop a server that outlived its owner, and remove a stale pid file.

        This process holds the lock, so no other process owns the server. PostgreSQL itself would
        take any live process with the recorded number for a server, and refuse to start.
        """
        pid = self._postmaster_pid()
        deadline = time.monotonic() + STOP_TIMEOUT_S
        while pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT if time.monotonic() < deadline else signal.SIGQUIT)
            if time.monotonic() > deadline + STOP_TIMEOUT_S:
                raise EmbeddedError(f"PostgreSQL (process {pid}) does not stop; end it")
            time.sleep(0.05)
            pid = self._postmaster_pid()
        # A busy backend survives its postmaster until its statement ends, and PostgreSQL does not
        # start beside it.
        while backends := self._processes():
            for backend in backends:
                with suppress(ProcessLookupError):
                    os.kill(backend, signal.SIGQUIT)
            if time.monotonic() > deadline + STOP_TIMEOUT_S:
                raise EmbeddedError(f"processes {backends} still use {self.data}; end them")
            time.sleep(0.05)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.home / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _launch(self) -> None:
        options = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": _quoted(self._new_socket_directory()),
            "unix_socket_permissions": "0700",
            **LOG_SETTINGS,
            **self._preloaded(),
            **self.settings,
        }
        command = [*unprivileged(), *ends_with_parent(), str(self.binaries / "postgres")]
        command += ["-D", str(self.data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self._log.open() as log:
            log_start = log.tell()
            # In another session, so that Ctrl-C reaches only the owner, which finishes its work.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._status() != "ready":
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise EmbeddedError(f"PostgreSQL did not start: {self._log_since(log_start)}")
            time.sleep(0.01)

    def _preloaded(self) -> dict[str, str]:
        """The setting that loads the statement statistics, if these programs include them."""
        found = (
            next(self.binaries.parent.glob(f"{directory}/{STATEMENT_STATISTICS}.so"), None)
            for directory in ("lib*", "lib*/*")
        )
        return {"shared_preload_libraries": STATEMENT_STATISTICS} if any(found) else {}

    def _new_socket_directory(self) -> Path:
        longest = self.home / f".s.PGSQL.{PORT}.lock"
        # libpq reads a comma as the start of another host..
        if "," not in str(longest) and len(os.fsencode(longest)) <= SOCKET_PATH_BYTES_MAX:
            hand_over(self.home)
            return self.home
        self._temporary = Path(tempfile.mkdtemp(prefix="postgres-"))
        hand_over(self._temporary)
        return self._temporary

    def _running_socket_directory(self) -> Path:
        lines = self._pid_file()
        if len(lines) < 5:
            raise EmbeddedError(f"no PostgreSQL is running in {self.home}")
        return Path(lines[4])

    def _pid_file(self) -> list[str]:
        """The lines of postmaster.pid: 1st the process, 5th the socket directory, 8th the state."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _status(self) -> str:
        lines = self._pid_file()
        return lines[7].strip() if len(lines) > 7 else "unknown"

    def _postmaster_pid(self) -> int | None:
        """The live server on this data; the working directory of a postmaster is its data."""
        lines = self._pid_file()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        try:
            return pid if Path(f"/proc/{pid}/cwd").readlink() == self.data.resolve() else None
        except OSError:
            return None

    def _processes(self) -> list[int]:
        """All processes of PostgreSQL on this data."""
        data = self.data.resolve()
        found: list[int] = []
        for link in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):
                if link.readlink() == data:
                    found.append(int(link.parent.name))
        return found

    def _log_since(self, offset: int) -> str:
        written = self._log.read(offset).decode(errors="replace").strip()
        return written[-2000:] or "its log is empty"


def _quoted(directory: Path) -> str:
    """One entry of a list of directories, quoted."""
    escaped = str(directory).replace('"', '""')
    return f'"{escaped}"'
