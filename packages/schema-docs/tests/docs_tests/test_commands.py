"""The command: its options, and mistakes, which it says in one line."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from docs_tests.conftest import BIN, SHOP
from schema_docs.errors import DocsError
from schema_docs.tools import find_programs

URL = os.environ["TEST_DATABASE_URL"]


def schema_docs(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """The exit code of a command in `folder`, and what it says."""
    done = subprocess.run(
        [BIN / "schema-docs", *arguments],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": URL, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_folders_are_given_by_options(tmp_path: Path) -> None:
    (tmp_path / "shop.dbml").write_text((SHOP / "dbml" / "shop.dbml").read_text())
    listed = (SHOP / "dbml" / "not_in_dbml.toml").read_text()
    listed = re.sub("^file = .*\n", "", listed, flags=re.MULTILINE)  # it has no such folder here
    (tmp_path / "not_in_dbml.toml").write_text(listed)
    migrations = f"--migrations={SHOP / 'db' / 'migrations'}"
    assert schema_docs(tmp_path, "--dbml=shop.dbml", migrations, "verify-dbml") == (0, "")
    (tmp_path / "not_in_dbml.toml").unlink()
    code, said = schema_docs(tmp_path, "--dbml=shop.dbml", migrations, "verify-dbml")
    assert code == 1
    assert said.startswith("shop.dbml is not the schema:\n\n")


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        pytest.param(
            ["verify-dbml"],
            {"DATABASE_URL": ""},
            "set DATABASE_URL to the URL of a PostgreSQL server",
            id="no server named",
        ),
        pytest.param(
            ["verify-dbml"],
            {"DATABASE_URL": URL.replace("port=5432", "port=1")},
            "cannot connect to DATABASE_URL: ",
            id="no server there",
        ),
        pytest.param(
            ["verify-dbml"],
            {"PATH": ""},
            "pg_dump is not on PATH; it must be of the server's version",
            id="no pg_dump",
        ),
        pytest.param(
            ["--package=nothing", "build", "site"],
            {},
            "there is no package nothing; run `sqlc generate`",
            id="no package",
        ),
        pytest.param(
            ["--dbml=nothing.dbml", "verify-dbml"], {}, "cannot read nothing.dbml", id="no DBML"
        ),
    ],
)
def test_a_mistake_is_said_in_a_line(
    arguments: list[str], environment: dict[str, str], message: str
) -> None:
    code, said = schema_docs(SHOP, *arguments, environment=environment)
    assert code == 1
    assert said.startswith(message), said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        pytest.param([], "none", id="none"),
        pytest.param(["a.dbml", "b.dbml"], "dbml/a.dbml, dbml/b.dbml", id="two"),
    ],
)
def test_the_dbml_is_the_only_one_or_named(tmp_path: Path, names: list[str], listed: str) -> None:
    (tmp_path / "dbml").mkdir()
    for name in names:
        (tmp_path / "dbml" / name).touch()
    code, said = schema_docs(tmp_path, "verify-dbml")
    assert code == 1
    assert said.startswith("--dbml must name the DBML file")
    assert said.endswith(f": {listed}\n")


def test_a_failed_download_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "package.json").write_text("no JSON")
    with pytest.raises(DocsError, match="npm cannot download the libraries"):
        find_programs(sources)
    assert "package.json" in capfd.readouterr().err
    assert list((tmp_path / "cache" / "schema-docs").iterdir()) == []
