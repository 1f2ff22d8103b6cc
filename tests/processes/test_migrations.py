"""The migrations: up, down, several at once, on the oldest and the newest PostgreSQL."""

import shutil
import subprocess
import sys
import uuid
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

import own_postgres.migrations
from bankapp.postgres import migrations
from bankapp.postgres.migrations import (
    MIGRATIONS,
    MigrationError,
    NewerSchemaError,
    migrate,
    warn_of_newer_schema,
)
from own_postgres import (
    EmbeddedServer,
    ensure_database,
    find_binaries,
    throwaway_server,
)
from tests.processes.processes import environment

DBMATE = Path(sys.executable).parent / "dbmate"
FILES = sorted(MIGRATIONS.glob("*.sql"))
VERSIONS = [path.name.partition("_")[0] for path in FILES]
AT_ONCE = 8


@dataclass(frozen=True)
class Database:
    """An empty database, and the programs of its server's version."""

    url: str
    binaries: Path

    def dbmate(self, directory: Path, command: str) -> None:
        """Run a command of dbmate on it."""
        done = subprocess.run(
            [DBMATE, f"--migrations-dir={directory}", "--no-dump-schema", command],
            env=environment(DATABASE_URL=self.url),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done

    def schema(self) -> str:
        """The whole schema as pg_dump writes it."""
        dump = subprocess.run(
            [self.binaries / "pg_dump", "--schema-only", self.url],
            capture_output=True,
            text=True,
            check=True,
        )
        # \restrict and \unrestrict carry a random word
        lines = dump.stdout.splitlines()
        return "\n".join(line for line in lines if not line.startswith(("\\restrict", "\\unr")))

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def applied(self) -> list[str]:
        """The versions of the migrations applied, each as often as it was."""
        query = "SELECT version FROM schema_migrations ORDER BY version"
        return [str(version) for (version,) in self.rows(query)]


@pytest.fixture(scope="session")
def servers(postgres_16: Path) -> Generator[dict[int, EmbeddedServer]]:
    """A server of each version."""
    with (
        throwaway_server(find_binaries(None)) as newest,
        throwaway_server(postgres_16) as oldest,
    ):
        yield {18: newest, 16: oldest}


@pytest.fixture(params=[18, 16], ids=lambda major: f"PostgreSQL {major}")
def database(request: pytest.FixtureRequest, servers: dict[int, EmbeddedServer]) -> Database:
    """An empty database of an ordinary role."""
    return new_database(servers[request.param])


def new_database(server: EmbeddedServer) -> Database:
    """An empty database of the role `bank`."""
    return Database(ensure_database(server, f"bank_{uuid.uuid4().hex}", "bank"), server.binaries)


def test_down_undoes_each_migration(database: Database, scratch: Path) -> None:
    """Goal: every migration can be taken back, to exactly the schema before it.

    Method: apply them one by one, noting the schema; roll back one by one and compare.
    """
    schemas: list[str] = []
    for path in FILES:
        shutil.copy(path, scratch)
        database.dbmate(scratch, "migrate")
        schemas.append(database.schema())
    # Two change nothing but rows, one makes the functions what they are already.
    assert len(set(schemas)) == len(FILES) - 3
    for number in reversed(range(1, len(FILES))):
        database.dbmate(scratch, "rollback")
        assert database.schema() == schemas[number - 1], f"after taking back {FILES[number].name}"
    database.dbmate(scratch, "rollback")
    assert not database.applied()


def test_up_down_up(database: Database) -> None:
    currencies = "SELECT code, exponent FROM currencies ORDER BY code"
    cash = "SELECT currency FROM accounts WHERE kind = 'cash' ORDER BY currency"
    migrate(database.url)
    schema, rows, accounts = database.schema(), database.rows(currencies), database.rows(cash)
    assert len(rows) == len(accounts) > 0
    for _ in FILES:
        database.dbmate(MIGRATIONS, "rollback")
    assert not database.applied()
    assert not database.rows("SELECT FROM pg_tables WHERE tablename = 'accounts'")
    migrate(database.url)
    assert database.schema() == schema
    assert database.rows(currencies) == rows
    assert database.rows(cash) == accounts


def test_both_versions_get_the_same_schema(servers: dict[int, EmbeddedServer]) -> None:
    """Goal: one bank on PostgreSQL 16 and 18. Method: read the catalogs, which dumps differ on."""
    query = """
        SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
        FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
        UNION ALL
        SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index INNER JOIN pg_class ON pg_class.oid = indexrelid
        WHERE relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT table_name, column_name, data_type || is_nullable || coalesce(column_default, '')
        FROM information_schema.columns
        WHERE table_schema = 'public'
        UNION ALL
        SELECT tgrelid::regclass::text, tgname::text, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal
        ORDER BY 1, 2, 3
    """
    found: list[list[tuple[object, ...]]] = []
    for server in servers.values():
        database = new_database(server)
        migrate(database.url)
        found.append(database.rows(query))
    assert found[0] == found[1]
    assert found[0]


def test_again_changes_nothing(database: Database) -> None:
    migrate(database.url)
    schema = database.schema()
    migrate(database.url)
    assert database.schema() == schema
    assert database.applied() == VERSIONS


def test_newer_schema_is_refused(database: Database) -> None:
    """Goal: a program that is older than its schema changes nothing, and names both versions."""
    with psycopg.connect(database.url) as connection:
        connection.execute("CREATE TABLE schema_migrations (version text PRIMARY KEY)")
        connection.execute("INSERT INTO schema_migrations VALUES ('20991231000000')")
    with pytest.raises(NewerSchemaError) as refusal:
        migrate(database.url)
    assert "20991231000000" in str(refusal.value)
    assert max(VERSIONS) in str(refusal.value)
    assert database.applied() == ["20991231000000"]


def test_newer_schema_is_allowed(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    migrate(database.url, allows_newer=True)
    assert not capsys.readouterr().err
    with psycopg.connect(database.url) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES ('20991231000000')")
    migrate(database.url, allows_newer=True)
    warn_of_newer_schema(database.url)
    written = capsys.readouterr()
    assert (written.out + written.err).count("20991231000000") == 2


def test_several_at_once(database: Database) -> None:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(migrate, [database.url] * AT_ONCE))
    assert database.applied() == VERSIONS


@pytest.mark.parametrize("major", [18, 16], ids=lambda major: f"PostgreSQL {major}")
def test_several_databases_of_a_new_server_at_once(major: int, postgres_16: Path) -> None:
    """Goal: the role they share is made once. Method: a server on which it does not exist yet."""
    binaries = {18: find_binaries(None), 16: postgres_16}[major]
    with throwaway_server(binaries) as server:
        databases = [new_database(server) for _ in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            list(threads.map(migrate, [database.url for database in databases]))
        assert [database.applied() for database in databases] == [VERSIONS] * AT_ONCE


def test_databases_of_two_owners_on_one_server(database: Database) -> None:
    migrate(database.url)
    parts = urlsplit(database.url)
    owner, name = (f"{kind}_{uuid.uuid4().hex}" for kind in ("owner", "bank"))
    superuser = make_conninfo(database.url, user="postgres", dbname="postgres")
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE".encode())
        connection.execute(f"CREATE DATABASE {name} OWNER {owner}".encode())
        url = parts._replace(netloc=f"{owner}@", path=f"/{name}").geturl()
        with pytest.raises(MigrationError, match="permission denied to grant role"):
            migrate(url)
        connection.execute(f"GRANT bank_application TO {owner}".encode())
    migrate(url)
    assert Database(url, database.binaries).applied() == VERSIONS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_first_line_says_why(path: Path) -> None:
    first, *_ = path.read_text().splitlines()
    assert first.startswith("-- ")
    assert len(first.split()) > 5
    assert "migrate:" not in first


def test_numbers_are_unique() -> None:
    assert len(set(VERSIONS)) == len(VERSIONS) > 0


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("postgresql://bank:hunter2@127.0.0.1:1/bank", id="nobody listens"),
        pytest.param("postgresql://bank:hunter2@localhost:1/bank", id="on no address of a name"),
        pytest.param("postgresql://bank:hunter2@nohost.invalid/bank", id="the host is unknown"),
        pytest.param("postgresql://bank:hunter2@/bank?host=/nowhere", id="there is no socket"),
        pytest.param("postgresql://bank:hunter2@127.0.0.1:port/bank", id="the port is a word"),
        pytest.param("postgresql://bank:hunter2%zz@127.0.0.1:1/bank", id="a stray percent sign"),
        pytest.param("postgresql://bank:hunter2@127.0.0.1:1/bank?x=1", id="an unknown option"),
    ],
)
def test_unreachable(url: str) -> None:
    with pytest.raises(MigrationError) as refusal:
        migrate(url)
    message = str(refusal.value)
    assert message.startswith("the database cannot be reached: ")
    assert len(message.splitlines()) == 1
    assert "hunter2" not in message


@pytest.mark.parametrize("character", list("#?/@: ^[%|\\"))
def test_password_with(database: Database, character: str) -> None:
    """Goal: a password goes as written to psycopg and dbmate. Method: a server that takes any."""
    quoted = f"hunter2{character}x" if character in "#^|" else f"hunter2%{ord(character):02x}x"
    migrate(database.url.replace("bank@", f"bank:{quoted}@"))
    assert database.applied() == VERSIONS


def test_failure_of_a_migration(
    database: Database, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch / "20260101000000_broken.sql").write_text(
        "-- migrate:up\nSELECT no_such_column;\n-- migrate:down\n"
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", scratch)
    with pytest.raises(MigrationError, match="no_such_column"):
        migrate(database.url)
    assert not database.applied()


def test_server_is_too_old(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Goal: the refusal. Method: no such server is at hand, so raise what is asked of this one."""
    monkeypatch.setattr(own_postgres.migrations, "SERVER_VERSION_MIN", 990000)
    with pytest.raises(MigrationError, match=r"^PostgreSQL 16 or later is needed; this is 1[68]\."):
        migrate(database.url)
    assert not database.rows("SELECT FROM pg_tables WHERE tablename = 'schema_migrations'")
