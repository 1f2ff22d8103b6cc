"""Forms of DATABASE_URL: each that libpq takes is migrated by dbmate as well, or refused."""

import ssl
from collections.abc import Generator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from bankapp.postgres.migrations import migrate
from own_postgres import EmbeddedServer, InvalidUrlError, ensure_database, find_binaries
from own_postgres.setup import throwaway_server
from own_postgres.urls import require_valid_url
from tests.certificates import certificate_of
from tests.processes.processes import failure, run_bankapp
from tests.proxy import postgres_proxy

PASSWORD = "hunter2#/@:?%&= é"


@pytest.fixture(scope="module")
def home() -> Generator[EmbeddedServer]:
    """A server with one database a test, on a Unix socket; it takes any password."""
    with throwaway_server(find_binaries(None)) as server:
        yield server


@pytest.fixture
def database(home: EmbeddedServer, request: pytest.FixtureRequest) -> str:
    """The name of an empty database, which is awkward itself."""
    name = f"the bank/{abs(hash(request.node.nodeid))}"
    ensure_database(home, name, "bank")
    return name


@pytest.fixture(params=["127.0.0.1", "::1"])
def port(home: EmbeddedServer, request: pytest.FixtureRequest) -> Generator[tuple[str, int]]:
    """A host in the notation of URLs and a port, without TLS."""
    host = request.param
    with postgres_proxy(str(socket_directory(home)), 5432, host=host) as number:
        yield (f"[{host}]" if ":" in host else host), number


def socket_directory(server: EmbeddedServer) -> Path:
    with psycopg.connect(server.url("postgres")) as connection:
        return Path(connection.info.host)


def check(url: str) -> None:
    """Migrate, as every command does that gets the URL."""
    require_valid_url(url)
    migrate(url)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM schema_migrations").fetchone() == (
            True,
        )


def test_host_without_tls(port: tuple[str, int], database: str) -> None:
    """Goal: the URL of the README, which names no sslmode."""
    check(f"postgresql://bank@{port[0]}:{port[1]}/{quote(database, safe='')}")


def test_several_hosts(port: tuple[str, int], database: str) -> None:
    """Goal: failover. Method: at the first host nobody listens."""
    hosts = f"127.0.0.1:1,{port[0]}:{port[1]}"
    query = "?target_session_attrs=read-write&connect_timeout=3"
    check(f"postgres://bank@{hosts}/{quote(database, safe='')}{query}")


def test_awkward_password(port: tuple[str, int], database: str) -> None:
    user = f"bank:{quote(PASSWORD, safe='')}"
    check(f"postgresql://{user}@{port[0]}:{port[1]}/{quote(database, safe='')}")


@pytest.mark.parametrize("place", ["?host={0}&port=5432", "@{0}:5432"])
def test_socket(home: EmbeddedServer, database: str, place: str) -> None:
    directory = quote(str(socket_directory(home)), safe="")
    name = quote(database, safe="")
    if place.startswith("@"):
        check(f"postgresql://bank{place.format(directory)}/{name}")
    else:
        check(f"postgresql:///{name}{place.format(directory)}&user=bank")


def test_service_and_options(
    home: EmbeddedServer, database: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: what the URL does not say itself. Method: a service file and a password file."""
    service, passwords = scratch / "service.conf", scratch / "pgpass"
    place = f"host={socket_directory(home)}\nport=5432\nuser=bank\ndbname={database}\n"
    service.write_text(f"[bank]\n{place}")
    passwords.write_text("*:*:*:bank:hunter2\n")
    passwords.chmod(0o600)
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    monkeypatch.setenv("PGPASSFILE", str(passwords))
    monkeypatch.setenv("PGSSLMODE", "prefer")
    check("postgresql://?service=bank&options=-c%20lock_timeout%3D5s")


def test_tls(home: EmbeddedServer, database: str, scratch: Path) -> None:
    """Goal: an encrypted connection stays one. Method: a proxy that takes no other."""
    certificate = certificate_of("127.0.0.1", scratch)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with postgres_proxy(str(socket_directory(home)), 5432, tls=tls) as port:
        url = f"postgresql://bank@127.0.0.1:{port}/{quote(database, safe='')}"
        check(url)
        check(f"{url}?sslmode=verify-full&sslrootcert={quote(str(certificate))}")


WRONG = [
    pytest.param("postgresql://bank:hunter2/x@db/bank", id="a slash in the password"),
    pytest.param("postgresql://bank:12/hunter2@db/bank", id="a slash after digits"),
    pytest.param("postgresql://bank:hunter2@hunter2@db/bank", id="an at sign in the password"),
    pytest.param("postgresql://bank:?hunter2@hunter2@db/bank", id="an at sign after a question"),
    pytest.param("postgresql://bank:hunter2%zz@db/bank", id="a stray percent sign"),
    pytest.param("postgresql://bank:hunter2 x@db/bank", id="a space"),
    pytest.param("postgresql://bank:x@db:hunter2/bank", id="a port in letters"),
    pytest.param("postgresql://bank:x@db:65536/bank", id="a port too great"),
    pytest.param("postgresql://bank:hunter2@[::1/bank", id="half an IPv6 address"),
    pytest.param("postgresql://bank:hunter2@db/bank?sslmod=require", id="an unknown parameter"),
    pytest.param("postgresql://bank:x@a,b,c/bank?port=1,2&password=hunter2", id="ports of others"),
]


@pytest.mark.parametrize("url", WRONG)
def test_wrong(url: str) -> None:
    with pytest.raises(InvalidUrlError, match=r"^DATABASE_URL [^\n]+$") as refusal:
        require_valid_url(url)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize("command", ["serve", "work", "migrate", "verify", "queries", "jobs"])
def test_no_command_prints_a_secret(tmp_path: Path, command: str) -> None:
    done = run_bankapp(command, cwd=tmp_path, DATABASE_URL="postgresql://bank:hunter2%zz@db/bank")
    assert failure(done, exit_code=2).startswith("DATABASE_URL ")
    assert "hunter2" not in done.stdout + done.stderr
