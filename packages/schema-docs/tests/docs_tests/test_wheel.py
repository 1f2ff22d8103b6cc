"""The wheels, installed in an empty environment, document a project of somebody else.

The project is the record shop of the generator's tests. Its tables, enums and domains are in two
schemas, neither of which is on the search path.
"""

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from docs_tests.conftest import BIN
from docs_tests.site_checks import check_files, check_links, parsed

HERE = Path(__file__).parent
PACKAGES = HERE.parents[2]
MUSIC = PACKAGES / "sqlc-gen-psycopg" / "tests" / "generator_tests" / "music"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin folder of a virtual environment that holds the two wheels and what they require."""
    directory = tmp_path_factory.mktemp("installed")
    for name in ("schema-docs", "sqlc-gen-psycopg"):
        uv("build", "--wheel", "--out-dir", str(directory), str(PACKAGES / name))
    uv("venv", "--python", sys.executable, str(directory / "venv"))
    python = str(directory / "venv" / "bin" / "python")
    uv("pip", "install", "--python", python, *map(str, directory.glob("*.whl")))
    return directory / "venv" / "bin"


def uv(*command: str) -> None:
    """Run uv with its cache alone, or else with the network."""
    for mode in ("--offline", "--quiet"):
        call = [BIN / "uv", *command, mode]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
    pytest.fail(f"uv {command[0]}: {done.stderr}")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The record shop, in the layout that needs no options."""
    root = tmp_path_factory.mktemp("projects") / "of music"
    for folder in ("db/migrations", "db/queries", "dbml"):
        (root / folder).mkdir(parents=True)
    for queries in (MUSIC / "queries").iterdir():
        (root / "db" / "queries" / queries.name).write_text(queries.read_text())
    schema = (MUSIC / "schema.sql").read_text()
    migration = f"-- The shop opens.\n\n-- migrate:up\n{schema}\n-- migrate:down\n"
    # sqlc names its database by the schema's hash, and two of it at once would both create it.
    migration += f"-- {uuid.uuid4()}\n"
    (root / "db" / "migrations" / "001_create_everything.sql").write_text(migration)
    (root / "dbml" / "music.dbml").write_text((HERE / "music" / "music.dbml").read_text())
    config = (MUSIC / "sqlc.yaml").read_text()
    for old, new in (
        ("schema: schema.sql", "schema: db/migrations"),
        ("queries: queries", "queries: db/queries"),
        ("out: music", "out: gen"),
        ("package: music", "package: gen"),
    ):
        assert old in config
        config = config.replace(old, new)
    (root / "sqlc.yaml").write_text(config)
    return root


@pytest.fixture(scope="module")
def run(installed: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command in the project, as if only the wheels were installed."""
    url = os.environ["TEST_DATABASE_URL"]
    environment = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": ""}
    environment["SQLCCACHE"] = str(tmp_path_factory.mktemp("cache"))
    environment["PATH"] = f"{installed}{os.pathsep}{os.environ['PATH']}"

    def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


def test_the_commands_of_the_readme_document_a_foreign_project(
    run: Run, installed: Path, project: Path
) -> None:
    run(BIN / "sqlc", "generate")
    found = run(installed / "python", "-c", "import schema_docs as it; print(it.__file__)")
    package = Path(found.stdout).parent
    assert package.is_relative_to(installed.parent)
    assert (package / "py.typed").exists()
    assert not (package / "node" / "node_modules").exists()

    readme = (PACKAGES / "schema-docs" / "README.md").read_text()
    commands = re.findall(r"^schema-docs .*$", readme, re.MULTILINE)
    assert [command.split()[1] for command in commands] == [
        "generate-dbml",
        "verify-dbml",
        "build",
        "verify",
    ]
    for command in commands:
        assert run(*command.split()).stderr == ""

    listed = (project / "dbml" / "not_in_dbml.toml").read_text()
    assert "drawn = '''    barcode text'''\nmigrated = '''    barcode catalog.barcode'''" in listed
    directory = project / "docs" / "schema"
    paths = [path for path in directory.rglob("*") if path.is_file()]
    site = {str(path.relative_to(directory)): path.read_bytes() for path in paths}
    pages = parsed(site)
    check_files(project, pages)
    check_links(site, pages)
    contents = " ".join("".join(pages["nav.html"].text).split())
    assert "Tables catalog catalog.artists catalog.labels" in contents
    assert "catalog.reviews catalog.album_ratings booking booking.venues" in contents
    assert "ListStock" in "".join(pages["tables/catalog.stock_levels.html"].text)
    assert "The shop opens." in "".join(pages["migrations/001_create_everything.html"].text)
