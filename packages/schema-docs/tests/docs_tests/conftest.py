"""Fixtures: the shop, its migrated schema, and its docs."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from schema_docs.content import Content, collect_content
from schema_docs.dump import Dump
from schema_docs.project import Project
from schema_docs.scratch import migrate, scratch_database
from schema_docs.site.build import build_site
from schema_docs.site.calls import Calls
from schema_docs.site.consumers import Consumers
from schema_docs.site.links import Links
from schema_docs.site.objects import Objects
from schema_docs.verification import dump_diagram

SHOP = Path(__file__).parent / "shop"
BIN = Path(sys.executable).parent


@pytest.fixture(scope="session")
def shop() -> Project:
    """The shop, without the package of its queries."""
    return Project(SHOP, Path("dbml/shop.dbml"), package="shop_queries")


@pytest.fixture(scope="session")
def superuser_url() -> str:
    """A server on which databases and roles can be made."""
    return os.environ["TEST_DATABASE_URL"]


@pytest.fixture(scope="session")
def migrated_shop(shop: Project, superuser_url: str) -> Generator[str]:
    """The URL of a database with the shop's schema, to clone."""
    with scratch_database(superuser_url) as url:
        migrate(url, shop.migrations)
        yield url


@pytest.fixture(scope="session")
def diagram_of_shop(shop: Project, superuser_url: str) -> Dump:
    """The schema of the shop's DBML."""
    return dump_diagram(shop, superuser_url)


@pytest.fixture(scope="session")
def content(shop: Project, superuser_url: str, tmp_path_factory: pytest.TempPathFactory) -> Content:
    """The facts on the shop's pages, with compiled queries."""
    root = tmp_path_factory.mktemp("shop")
    shutil.copytree(SHOP, root, dirs_exist_ok=True)
    compile_queries(root, superuser_url)
    return collect_content(replace(shop, root=root), superuser_url)


def compile_queries(root: Path, server_url: str) -> None:
    """Have sqlc write the package of the queries of the project at `root`."""
    # sqlc names its database by the schema's hash, and two of it at once would both create it.
    last = max((root / "db" / "migrations").iterdir())
    text = last.read_text()
    last.write_text(f"{text}-- {uuid.uuid4()}\n")
    environment = {
        "DATABASE_URL": server_url,
        "HOME": str(root),
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
    }
    done = subprocess.run(
        [BIN / "sqlc", "generate"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    last.write_text(text)


@pytest.fixture(scope="session")
def objects(content: Content) -> Objects:
    """The shop's objects."""
    return Objects(content)


@pytest.fixture(scope="session")
def links(objects: Objects) -> Links:
    """The links to the shop's objects."""
    return Links(objects)


@pytest.fixture(scope="session")
def consumers(objects: Objects, links: Links) -> Consumers:
    """The consumers of the shop's columns."""
    return Consumers(objects, links)


@pytest.fixture(scope="session")
def calls(objects: Objects, links: Links) -> Calls:
    """The calls of the shop's functions."""
    return Calls(objects, links)


@pytest.fixture(scope="session")
def site(content: Content) -> dict[str, bytes]:
    """The shop's site."""
    return build_site(content)
