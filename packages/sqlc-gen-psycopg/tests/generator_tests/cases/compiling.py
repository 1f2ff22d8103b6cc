"""Compiles the projects of cases with sqlc, each on databases of its own."""

import itertools
import json
import os
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import psycopg

from generator_tests.cases.outcomes import Verdict
from generator_tests.project import Project, Server, databases_of, owner_of_databases
from generator_tests.requests import importable

_PLUGIN_REFUSES: Final = "error generating code"


class Refused(Exception):
    """Neither sqlc nor the plugin must refuse a case; `verdict` says which of them did."""

    def __init__(self, verdict: Verdict, message: str) -> None:
        super().__init__(message)
        self.verdict = verdict


@dataclass(frozen=True)
class Compiled:
    """A package that was generated, and a connection to the database that sqlc made for it."""

    package: str
    connection: psycopg.Connection[Any]
    queries: dict[str, Any]

    def method(self, query: str) -> Callable[..., Any]:
        """The method of a query. Raises KeyError if there is none of this name."""
        known = self.queries[query]
        querier = import_module(f"{self.package}.{known.module}").Querier
        method: Callable[..., Any] = getattr(querier(self.connection), known.method)
        return method


@dataclass(frozen=True)
class Compiler:
    """Writes the packages of cases below `directory`, all of them to `out`."""

    directory: Path
    superuser_url: str
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def out(self) -> Path:
        return self.directory / "out"

    def reserve(self) -> str:
        """A name for a package."""
        return f"case_{next(self._numbers)}"

    @contextmanager
    def compiled(
        self, package: str, write: Callable[[Path, Server], Project]
    ) -> Generator[Compiled]:
        """The package of the project that `write` writes to a folder. Raises Refused."""
        role = f"{package}_{os.getpid()}"
        with owner_of_databases(self.superuser_url, role, "SUPERUSER") as server:
            self._generate(write(self.directory / package, server))
            [database] = databases_of(server)
            with (
                importable(package, self.out),
                psycopg.connect(server.url(database)) as connection,
            ):
                connection.execute("SET statement_timeout = '5s'")
                queries = dict(import_module(f"{package}.queries").QUERIES)
                with suppress(ModuleNotFoundError):  # it is written where it is needed
                    import_module(f"{package}.registration").register_types(connection)
                yield Compiled(package, connection, queries)
                connection.rollback()

    def _generate(self, project: Project) -> None:
        done = project.run("sqlc", "generate")
        if done.returncode:
            is_ours = _PLUGIN_REFUSES in done.stderr and not _refuses_go(project)
            message = done.stderr.removeprefix("# package psycopg\n")
            raise Refused(Verdict.ERROR if is_ours else Verdict.REFUSED, message)
        self.out.mkdir(exist_ok=True)
        shutil.move(project.out, self.out / project.package)


def _refuses_go(project: Project) -> bool:
    """Whether sqlc does not compile the project with its generator for Go, either."""
    config = json.loads((project.directory / "sqlc.yaml").read_text())
    del config["plugins"]
    [sql] = config["sql"]
    del sql["codegen"]
    sql["gen"] = {"go": {"package": "made", "out": "go", "sql_package": "pgx/v5"}}
    (project.directory / "go.json").write_text(json.dumps(config))
    return project.run("sqlc", "generate", "--file", "go.json").returncode != 0
