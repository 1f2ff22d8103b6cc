"""A small sqlc project, compiled by the real sqlc through the real plugin."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, as `user` sees it; `address` is the URL of one of its databases."""

    address: str
    user: str

    def url(self, database: str) -> str:
        """The URL of a database."""
        parts = urlsplit(self.address)
        location = f"{self.user}@{parts.netloc.rpartition('@')[2]}"
        return parts._replace(netloc=location, path=f"/{database}").geturl()


class Project:
    """The project in `directory`: sqlc.yaml, schema.sql, queries/ and the generated package."""

    def __init__(self, directory: Path, server_url: str, package: str = "library") -> None:
        self.directory = directory
        self.server_url = server_url
        self.package = package

    @property
    def out(self) -> Path:
        return self.directory / self.package

    def copy(self, directory: Path) -> "Project":
        """The same project, elsewhere."""
        return Project(
            Path(shutil.copytree(self.directory, directory)), self.server_url, self.package
        )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the virtual environment in the project's directory."""
        environment = {
            "DATABASE_URL": self.server_url,
            "HOME": str(self.directory),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        }
        return subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def files(self) -> dict[str, bytes]:
        """The generated files by name."""
        return {path.name: path.read_bytes() for path in self.out.iterdir() if path.is_file()}


def write_project(
    directory: Path,
    server: Server,
    schema: str,
    queries: Mapping[str, str],
    *,
    plugin: str = "sqlc-gen-psycopg",
    **options: object,
) -> Project:
    """A project with this schema, these files of queries, and a package called as the directory."""
    (directory / "queries").mkdir(parents=True)
    for name, text in queries.items():
        (directory / "queries" / name).write_text(text)
    # sqlc names its database by the schema's hash, and two of it at once would both create it.
    (directory / "schema.sql").write_text(f"-- {uuid.uuid4()}\n{schema}")
    return write_config(directory, server, ["schema.sql"], ["queries"], plugin=plugin, **options)


def write_config(
    directory: Path,
    server: Server,
    schema: Sequence[str],
    queries: Sequence[str],
    *,
    plugin: str = "sqlc-gen-psycopg",
    **options: object,
) -> Project:
    """A project of these files, whose paths are relative, and a package called as the directory."""
    package = directory.name
    options = {"package": package, "emit_sync_querier": True, **options}
    process = {"cmd": plugin, "format": "json"}
    config = {
        "version": "2",
        "plugins": [{"name": "psycopg", "process": process, "env": ["DATABASE_URL"]}],
        "servers": [{"engine": "postgresql", "uri": "${DATABASE_URL}"}],
        "sql": [
            {
                "engine": "postgresql",
                "schema": [*schema],
                "queries": [*queries],
                "database": {"managed": True},
                "codegen": [{"plugin": "psycopg", "out": package, "options": options}],
            }
        ],
    }
    (directory / "sqlc.yaml").write_text(json.dumps(config))
    return Project(directory, server.url("postgres"), package)


def create_database(server: Server, name: str, *scripts: str) -> str:
    """The URL of a new database in which these scripts have run."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    with psycopg.connect(server.url(name)) as connection:
        for script in scripts:
            connection.execute(script.encode())
    return server.url(name)


@contextmanager
def owner_of_databases(
    superuser_url: str, role: str, attributes: LiteralString = "CREATEDB"
) -> Generator[Server]:
    """The server for a new role. The databases that it creates go with the role."""
    _execute(superuser_url, SQL("CREATE ROLE {} LOGIN " + attributes), role)
    server = Server(superuser_url, role)
    try:
        yield server
    finally:
        for database in databases_of(server):
            _execute(server.url("postgres"), SQL("DROP DATABASE {} WITH (FORCE)"), database)
        _execute(superuser_url, SQL("DROP ROLE {}"), role)


def databases_of(server: Server) -> list[str]:
    """The names of the databases that the role of `server` owns."""
    with psycopg.connect(server.url("postgres")) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = current_user"
        ).fetchall()
    return [name for (name,) in rows]


def _execute(url: str, statement: SQL, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.format(Identifier(name)))
