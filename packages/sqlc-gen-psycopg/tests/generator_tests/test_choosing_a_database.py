"""Of the databases on a server the one is asked that sqlc has used."""

import json
import shutil
import uuid
from collections.abc import Callable, Generator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from generator_tests.project import Project, Server, create_database, write_project
from generator_tests.requests import column, query, request, table
from sqlc_gen_psycopg.database import collect_facts, find_database
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.request import Request
from sqlc_gen_psycopg.schema_files import managed_database

NULLABLE = "CREATE TABLE t (id integer PRIMARY KEY, x integer);\n"
NOT_NULL = "CREATE TABLE t (id integer PRIMARY KEY, x integer NOT NULL);\n"
TEXT = "CREATE TABLE t (id integer PRIMARY KEY, x text);\n"
ASKED = query(text="SELECT x FROM t")


@pytest.fixture
def mark() -> str:
    """A comment that makes of this test's schemas others than those of all other tests."""
    return f"-- {uuid.uuid4()}\n"


@pytest.fixture
def project(tmp_path: Path, sqlc_server: Server) -> Project:
    queries = {"t.sql": "-- name: Q :many\nSELECT x FROM t;\n"}
    return write_project(tmp_path / "project", sqlc_server, NULLABLE, queries)


def returned(project: Project) -> str:
    """What the only method returns, newly generated."""
    done = project.run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    [signature] = [
        line
        for line in (project.out / "t.py").read_text().splitlines()
        if line.lstrip().startswith("def q(")
    ]
    return signature.partition(" -> ")[2].removesuffix(":")


def empty_cache(project: Project) -> None:
    shutil.rmtree(project.directory / ".cache")


def keep_cache(project: Project) -> None:
    assert (project.directory / ".cache").is_dir()


@pytest.mark.parametrize("settle", [keep_cache, empty_cache])
@pytest.mark.parametrize(
    ("between", "there"),
    [
        pytest.param(NOT_NULL, "list[int]", id="another nullability"),
        pytest.param(TEXT, "list[str | None]", id="another type"),
    ],
)
def test_a_schema_that_comes_back(
    project: Project, mark: str, between: str, there: str, settle: Callable[[Project], None]
) -> None:
    """sqlc takes its older database again; a newer one with the same tables is beside it."""
    for schema, expected in (
        (NULLABLE, "list[int | None]"),
        (between, there),
        (NULLABLE, "list[int | None]"),
    ):
        (project.directory / "schema.sql").write_text(mark + schema)
        assert returned(project) == expected
        settle(project)


def test_a_function_that_comes_back(project: Project, mark: str) -> None:
    """The tables tell nothing of it."""
    (project.directory / "queries/t.sql").write_text("-- name: Q :many\nSELECT f() FROM t;\n")
    nothing = "NULL::integer"
    for body, expected in ((nothing, "int | None"), ("1", "int"), (nothing, "int | None")):
        function = f"CREATE FUNCTION f() RETURNS integer LANGUAGE sql RETURN {body}"
        (project.directory / "schema.sql").write_text(f"{mark}{NULLABLE}{function};\n")
        assert returned(project) == f"list[{expected}]"


def test_another_project_on_the_server(
    project: Project, tmp_path: Path, sqlc_server: Server
) -> None:
    """Its tables are called the same, and its database is newer."""
    assert returned(project) == "list[int | None]"
    queries = {"t.sql": (project.directory / "queries/t.sql").read_text()}
    other = write_project(tmp_path / "other", sqlc_server, NOT_NULL, queries)
    assert returned(other) == "list[int]"
    empty_cache(project)
    assert returned(project) == "list[int | None]"


def test_a_configuration_in_another_folder(
    project: Project, mark: str, tmp_path: Path, sqlc_server: Server
) -> None:
    """The paths are relative to it: the tables tell then which database it is."""
    elsewhere = Project(tmp_path, sqlc_server.url("postgres"))
    for schema, expected in ((NULLABLE, "int | None"), (NOT_NULL, "int"), (NULLABLE, "int | None")):
        (project.directory / "schema.sql").write_text(mark + schema)
        done = elsewhere.run("sqlc", "generate", "-f", "project/sqlc.yaml")
        assert done.returncode == 0, done.stderr
        assert f"-> list[{expected}]:" in (project.out / "t.py").read_text()


def test_several_files_of_migrations(project: Project, tmp_path: Path) -> None:
    """Of every kind, as they are cut and put together for the name."""
    migrations = project.directory / "migrations"
    migrations.mkdir()
    (migrations / "2_b.sql").write_bytes(
        b"-- migrate:up\r\nCREATE TABLE b (x int);\r\n\r\n-- migrate:down\r\nDROP TABLE b;\r\n"
    )
    (migrations / "1_a.up.sql").write_text(f"\\restrict abc\n{NULLABLE}\n\n")
    (migrations / "1_a.down.sql").write_text("DROP TABLE t;")
    (migrations / "3_ü.sql").write_text("-- +goose Up\nCREATE TABLE ü (y int);\n-- +goose down\n-")
    shutil.copy(project.directory / "schema.sql", tmp_path / "x.sql")
    (project.directory / "schema.sql").write_text("-- only a comment")
    configuration = project.directory / "sqlc.yaml"
    config = json.loads(configuration.read_text())
    config["sql"][0]["schema"] = ["migrations/[^9]*", "schema.sql"]
    configuration.write_text(json.dumps(config))
    assert returned(project) == "list[int | None]"
    with psycopg.connect(project.server_url) as connection, pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.directory)
        name = managed_database(config["sql"][0]["schema"])
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        assert found.rowcount == 1


def given(tmp_path: Path, schema: str, *, is_not_null: bool, type_: str = "integer") -> Request:
    """What sqlc sends for a schema."""
    (tmp_path / "schema.sql").write_text(schema)
    columns = [column("id", "integer"), column("x", type_, not_null=is_not_null)]
    tables = [table("t", columns)]
    return request(ASKED, tables=tables, schema_paths=[str(tmp_path / "schema.sql")])


def test_many_databases(tmp_path: Path, mark: str, sqlc_server: Server) -> None:
    """sqlc drops none: the one of the schema may be the oldest."""
    sent = given(tmp_path, mark + NULLABLE, is_not_null=False)
    name = managed_database(sent.schema_paths)
    assert name is not None
    create_database(sqlc_server, name, NULLABLE)
    for _ in range(25):
        create_database(sqlc_server, f"sqlc_managed_{uuid.uuid4().hex}")
    [facts] = collect_facts(
        find_database(sqlc_server.url("postgres"), sent), sent.queries
    ).queries.values()
    assert facts.columns[0].is_nullable


@pytest.mark.parametrize(
    ("schema", "is_not_null"),
    [
        pytest.param(NULLABLE, False, id="as in the files"),
        pytest.param(NOT_NULL, True, id="as in the files, not null"),
        pytest.param(NULLABLE, True, id="nullable, which sqlc has not seen"),
        pytest.param(
            "CREATE TABLE t (id integer, x integer PRIMARY KEY)", False, id="the primary key"
        ),
        pytest.param(
            "CREATE TABLE t (id integer, x integer GENERATED ALWAYS AS IDENTITY)",
            False,
            id="an identity",
        ),
        pytest.param(
            "CREATE TABLE p (x integer NOT NULL); CREATE TABLE t (id integer) INHERITS (p)",
            False,
            id="of the parent",
        ),
        pytest.param(
            "CREATE DOMAIN text_like AS text; CREATE TABLE t (id integer, x text_like)",
            False,
            id="a type of which sqlc knows no more than the name",
        ),
    ],
)
def test_the_database_of_the_url_itself(
    schema: str, *, is_not_null: bool, tmp_path: Path, mark: str, sqlc_server: Server
) -> None:
    """Beside it are databases of other projects that could prepare the queries, too."""
    url = create_database(sqlc_server, f"own_{uuid.uuid4().hex}", schema)
    create_database(sqlc_server, f"sqlc_managed_{uuid.uuid4().hex}", NOT_NULL)
    assert find_database(url, given(tmp_path, mark, is_not_null=is_not_null)) == url


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        pytest.param(NOT_NULL, "t.x is NOT NULL there, and not in the files", id="not null"),
        pytest.param(TEXT, "t.x is of type text there, and int4 in the files", id="a type"),
        pytest.param(
            "CREATE TABLE t (id integer, x integer[])",
            r"t.x is of type int4\[\] there, and int4 in the files",
            id="an array",
        ),
    ],
)
def test_a_database_that_is_not_of_the_schema(
    schema: str, text: str, tmp_path: Path, mark: str, sqlc_server: Server
) -> None:
    """One where the app runs, say, behind the migrations, while sqlc answers from its cache."""
    url = create_database(sqlc_server, f"own_{uuid.uuid4().hex}", schema)
    with pytest.raises(GeneratorError, match=f"{text}.*delete ~/.cache/sqlc, or set SQLCCACHE"):
        find_database(url, given(tmp_path, mark, is_not_null=False))


def test_no_database_that_fits(tmp_path: Path, mark: str, sqlc_server: Server) -> None:
    sent = given(tmp_path, mark, is_not_null=False)
    with pytest.raises(
        GeneratorError,
        match=rf"postgres cannot prepare GetThing\. There is no database "
        rf"{managed_database(sent.schema_paths)}: sqlc has answered from its cache",
    ):
        find_database(sqlc_server.url("postgres"), sent)
    (tmp_path / "schema.sql").unlink()
    nothing = request(query(text="SELECT nothing"), schema_paths=sent.schema_paths)
    with pytest.raises(GeneratorError, match="no database on the server can prepare these queries"):
        find_database(sqlc_server.url("postgres"), nothing)


@pytest.fixture
def other_role(sqlc_server: Server) -> Generator[Server]:
    """The same server, of whose databases nobody else needs any."""
    role = f"dropping_{uuid.uuid4().hex}"
    with psycopg.connect(sqlc_server.address, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN CREATEDB".encode())
        yield Server(sqlc_server.address, role)
        owned = connection.execute(
            "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = %s", [role]
        ).fetchall()
        for (database,) in owned:
            connection.execute(SQL("DROP DATABASE {}").format(Identifier(database)))
        connection.execute(f"DROP ROLE {role}".encode())


def test_dropping_what_sqlc_has_made(
    sqlc_server: Server, other_role: Server, tmp_path: Path
) -> None:
    """What is in use stays, and what is another role's."""
    names = [f"sqlc_managed_{uuid.uuid4().hex}" for _ in range(3)]
    free, used = [create_database(other_role, name) for name in names[:2]]
    others = create_database(sqlc_server, names[2])
    own = create_database(other_role, f"sqlc_not_managed_{uuid.uuid4().hex}")
    with psycopg.connect(used):
        url = other_role.url("postgres")
        done = Project(tmp_path, "").run("sqlc-gen-psycopg", "drop-databases", url)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"dropped {names[0]}\n"
    for url in (used, others, own):
        psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(free)


def test_dropping_on_a_server_that_is_not_there(tmp_path: Path) -> None:
    url = "postgresql://127.0.0.1:1/nothing"
    done = Project(tmp_path, "").run("sqlc-gen-psycopg", "drop-databases", url)
    assert done.returncode == 1
    assert done.stderr.startswith("the databases cannot be dropped: connection failed")


def test_server_that_is_not_there() -> None:
    with pytest.raises(GeneratorError, match=r"the database cannot be asked: connection failed"):
        find_database("postgresql://127.0.0.1:1/nothing", request(ASKED))
