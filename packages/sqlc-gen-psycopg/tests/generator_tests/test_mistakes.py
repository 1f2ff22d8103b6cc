"""Mistakes of somebody new, made with the real sqlc: the message says what to change."""

import fcntl
import json
import os
import re
import subprocess
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from generator_tests.project import BIN, Project, Server, write_project

SCHEMA = "CREATE TABLE things (id bigint PRIMARY KEY, name text NOT NULL);\n"
GET = "-- name: GetThing :one\nSELECT * FROM things WHERE id = sqlc.arg(id);\n"
Config: TypeAlias = dict[str, Any]


@pytest.fixture
def project(tmp_path: Path, sqlc_server: Server) -> Project:
    return write_project(tmp_path / "made", sqlc_server, SCHEMA, {"things.sql": GET})


def refusal(project: Project, change: Callable[[Config], object] = lambda config: None) -> str:
    """What sqlc prints, which makes nothing, after this change of its configuration."""
    path = project.directory / "sqlc.yaml"
    config = json.loads(path.read_text())
    change(config)
    path.write_text(json.dumps(config))
    done = project.run("sqlc", "generate")
    assert done.returncode == 1
    assert not project.out.exists()
    return done.stderr


def other_engine(config: Config, engine: str) -> None:
    config["sql"][0]["engine"] = engine
    del config["sql"][0]["database"], config["servers"]


def options(config: Config) -> Config:
    [codegen] = config["sql"][0]["codegen"]
    found: Config = codegen["options"]
    return found


def test_format_is_forgotten(project: Project) -> None:
    said = refusal(project, lambda config: config["plugins"][0]["process"].pop("format"))
    assert "write `process: {cmd: sqlc-gen-psycopg, format: json}` under `plugins:`" in said
    assert len(said) < 400


@pytest.mark.parametrize("engine", ["mysql", "sqlite"])
def test_another_engine(project: Project, engine: str) -> None:
    (project.directory / "queries/things.sql").write_text(GET.replace("sqlc.arg(id)", "1"))
    said = refusal(project, lambda config: other_engine(config, engine))
    assert f"`engine: {engine}` is no engine of psycopg; only postgresql is" in said


def test_no_querier(project: Project) -> None:
    said = refusal(project, lambda config: options(config).pop("emit_sync_querier"))
    assert "set option 'emit_sync_querier' or 'emit_async_querier'" in said


@pytest.mark.parametrize(
    ("out", "package", "is_refused"),
    [
        pytest.param("made", "app.db", True, id="another name"),
        pytest.param("made", "made.db", True, id="one folder deeper"),
        pytest.param("a\\made", "a", True, id="backslashes"),
        pytest.param("made", "app.made", False, id="a folder that is in a package"),
        pytest.param("src/app/made", "app.made", False, id="a package below a folder"),
        pytest.param("src/made/", "made", False, id="a slash at the end"),
        pytest.param(".", "made", False, id="here"),
    ],
)
def test_package_is_not_out(project: Project, out: str, package: str, *, is_refused: bool) -> None:
    path = project.directory / "sqlc.yaml"
    config = json.loads(path.read_text())
    config["sql"][0]["codegen"][0]["out"] = out
    options(config)["package"] = package
    path.write_text(json.dumps(config))
    done = project.run("sqlc", "generate")
    said = f"could not be imported as '{package}'" in done.stderr
    assert (done.returncode == 1, said) == (is_refused, is_refused), done.stderr


def test_two_queries_of_one_method(project: Project) -> None:
    (project.directory / "queries/things.sql").write_text(f"{GET}{GET.replace('Get', 'get')}")
    assert (
        "queries/things.sql:3: getThing would be called 'get_thing', "
        "as GetThing of queries/things.sql:1; rename one"
    ) in refusal(project)


def test_files_in_a_pattern_have_lines(project: Project) -> None:
    (project.directory / "queries/things.sql").write_text(f"\n{GET.replace(':one', ':execlastid')}")

    def change(config: Config) -> None:
        config["sql"][0]["queries"] = "quer*/*.sql"

    assert "queries/things.sql:2: GetThing: :execlastid is not supported" in refusal(
        project, change
    )


def test_column_that_is_misspelled(project: Project) -> None:
    annotated = GET.replace("\n", "\n-- @notnull nam\n", 1)
    (project.directory / "queries/things.sql").write_text(annotated)
    said = refusal(project)
    assert re.search(r"'nam', which is no column of it; did you mean 'name'\?", said)


def test_guesses_are_told_at_the_prompt(project: Project) -> None:
    """sqlc drops what a plugin prints: it goes to the terminal, and `check` says it again."""
    path = project.directory / "sqlc.yaml"
    config = json.loads(path.read_text())
    del config["plugins"][0]["env"]
    path.write_text(json.dumps(config))
    ours, theirs = os.openpty()
    done = subprocess.run(
        [BIN / "sqlc", "generate"],
        cwd=project.directory,
        env={
            "DATABASE_URL": project.server_url,
            "HOME": str(project.directory),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        },
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),
        capture_output=True,
        check=True,
    )
    os.set_blocking(ours, False)
    printed = os.read(ours, 1000).decode()
    for terminal in (ours, theirs):
        os.close(terminal)
    said = "no database was asked, and what can be NULL is a guess: 1 under `guessed`"
    assert printed.startswith(f"sqlc-gen-psycopg: {said}")
    assert done.stdout + done.stderr == b""
    checked = project.run("sqlc-gen-psycopg", "check", "made")
    assert (checked.returncode, checked.stderr.startswith(said)) == (0, True)


def test_no_libpq(tmp_path: Path) -> None:
    """As where psycopg was installed without `[binary]` on a machine without libpq."""
    done = subprocess.run(
        [BIN / "sqlc-gen-psycopg", "/plugin.CodegenService/Generate"],
        env={**os.environ, "PSYCOPG_IMPL": "c"},
        cwd=tmp_path,
        input="{}",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("psycopg does not find libpq")
    assert "pip install 'sqlc-gen-psycopg[binary]'" in done.stderr
    assert "Traceback" not in done.stderr
