"""Compiles the projects of cases with sqlc, many at once, and looks at what was made of them."""

import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg

from generator_tests.cases.outcomes import Outcome, Verdict
from generator_tests.project import Project, Server, owner_of_databases
from generator_tests.requests import importable
from sqlc_gen_psycopg.schema_files import managed_database

# sqlc takes more than a second to start, and little for each project.
GROUP_SIZE: Final = 12
_PLUGIN_REFUSES: Final = "error generating code"


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


class Case(Protocol):
    """A project, and what is expected of the package that is generated for it."""

    @property
    def name(self) -> str: ...

    def write(self, directory: Path, server: Server) -> Project:
        """Write the project to a folder, whose name is that of the package."""
        ...

    def look(self, compiled: Compiled) -> tuple[Verdict, str]:
        """The verdict on the package, and its detail. Whatever it raises is an error."""
        ...

    def refused(self, verdict: Verdict, message: str) -> Verdict:
        """The verdict, if sqlc or the generator refuses the project."""
        ...


@dataclass(frozen=True)
class Compiler:
    """Writes the packages of cases below `directory`, all of them to `out`."""

    directory: Path
    superuser_url: str
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @property
    def out(self) -> Path:
        return self.directory / "out"

    def play(self, cases: Sequence[Case]) -> list[Outcome]:
        """Compile cases by one run of sqlc if none is refused, and look at each."""
        packages = {f"case_{next(self._numbers)}": case for case in cases}
        role = f"{min(packages)}_{os.getpid()}"
        with owner_of_databases(self.superuser_url, role, "SUPERUSER") as server:
            projects = {
                package: case.write(self.directory / package, server)
                for package, case in packages.items()
            }
            refused = self._generate(projects, server)
            return [
                self._outcome(case, projects[package], server, refused.get(package))
                for package, case in packages.items()
            ]

    def _outcome(
        self, case: Case, project: Project, server: Server, refused: tuple[Verdict, str] | None
    ) -> Outcome:
        if refused is not None:
            return Outcome(case.name, case.refused(*refused), refused[1])
        try:
            with self._compiled(project, server) as compiled:
                verdict, detail = case.look(compiled)
        except Exception as error:  # noqa: BLE001 - the package cannot be imported, for example
            return Outcome(case.name, Verdict.ERROR, f"{type(error).__name__}: {error}")
        return Outcome(case.name, verdict, detail, project.package)

    @contextmanager
    def _compiled(self, project: Project, server: Server) -> Generator[Compiled]:
        package = project.package
        schema = [str(project.directory / path) for path in _sql_of(project)["schema"]]
        database = managed_database(schema)
        assert database is not None
        with importable(package, self.out), psycopg.connect(server.url(database)) as connection:
            connection.execute("SET statement_timeout = '5s'")
            queries = dict(import_module(f"{package}.queries").QUERIES)
            with suppress(ModuleNotFoundError):  # it is written where it is needed
                import_module(f"{package}.registration").register_types(connection)
            yield Compiled(package, connection, queries)
            connection.rollback()

    def _generate(
        self, projects: Mapping[str, Project], server: Server
    ) -> dict[str, tuple[Verdict, str]]:
        """Generate the packages; returns which were refused, with the verdict and the message."""
        left, refused = dict(projects), dict[str, tuple[Verdict, str]]()
        while left and (messages := _messages(self._run_sqlc(left, server), [*left])):
            for package, message in messages.items():
                refused[package] = (_verdict(left.pop(package), message), message)
        for package, project in left.items():
            self.out.mkdir(exist_ok=True)
            shutil.move(project.out, self.out / package)
        return refused

    def _run_sqlc(
        self, projects: Mapping[str, Project], server: Server
    ) -> subprocess.CompletedProcess[str]:
        """Run sqlc with the configurations of all projects in one, a plugin for each of them."""
        plugins: list[Any] = []
        parts: list[Any] = []
        for package, project in projects.items():
            config = json.loads((project.directory / "sqlc.yaml").read_text())
            plugins += [{**plugin, "name": package} for plugin in config["plugins"]]
            [part] = config["sql"]
            [codegen] = part["codegen"]
            for key in ("schema", "queries"):
                part[key] = [f"{package}/{path}" for path in part[key]]
            part["codegen"] = [{**codegen, "plugin": package, "out": f"{package}/{package}"}]
            parts.append(part)
        name = f"{min(projects)}.json"
        (self.directory / name).write_text(json.dumps({**config, "plugins": plugins, "sql": parts}))
        together = Project(self.directory, server.url("postgres"))
        return together.run("sqlc", "generate", "--file", name)


def _messages(done: subprocess.CompletedProcess[str], packages: Sequence[str]) -> dict[str, str]:
    """What sqlc says of the packages that cannot be generated; of all, where it names none."""
    if not done.returncode:
        return {}
    _, *parts = re.split(r"^# package (\w+)\n", done.stderr, flags=re.MULTILINE)
    told = dict(zip(parts[::2], parts[1::2], strict=True))
    return told or dict.fromkeys(packages, done.stderr)


def _verdict(project: Project, message: str) -> Verdict:
    is_ours = _PLUGIN_REFUSES in message and not _refuses_go(project)
    return Verdict.ERROR if is_ours else Verdict.REFUSED


def _sql_of(project: Project) -> dict[str, Any]:
    [sql] = json.loads((project.directory / "sqlc.yaml").read_text())["sql"]
    return dict(sql)


def _refuses_go(project: Project) -> bool:
    """Whether sqlc does not compile the project with its generator for Go, either."""
    config = json.loads((project.directory / "sqlc.yaml").read_text())
    del config["plugins"]
    [sql] = config["sql"]
    del sql["codegen"]
    sql["gen"] = {"go": {"package": "made", "out": "go", "sql_package": "pgx/v5"}}
    (project.directory / "go.json").write_text(json.dumps(config))
    return project.run("sqlc", "generate", "--file", "go.json").returncode != 0
