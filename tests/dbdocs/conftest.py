"""Fixtures: the shop, migrated; and what the docs say of it."""

import os
import shutil
import uuid
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from bankapp.postgres.embedded import find_binaries
from dbdocs.content import Content, collect_content
from dbdocs.dump import Dump
from dbdocs.project import Project
from dbdocs.scratch import migrate_by_steps, scratch_database
from dbdocs.site.build import build_site
from dbdocs.site.model import Model
from dbdocs.verification import dump_drawing
from generator_tests.project import Project as SqlcProject
from tests.conftest import ServerAddress

SHOP = Path(__file__).parent / "shop"


@pytest.fixture(scope="session")
def shop() -> Project:
    """The shop, without the package of its queries."""
    return Project(SHOP, "shop", "shop_queries")


@pytest.fixture(scope="session")
def superuser_url(server: ServerAddress) -> Generator[str]:
    """The server as the docs want it, with its programs on the path."""
    path = f"{find_binaries(None)}{os.pathsep}{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        yield replace(server, user="postgres").url("postgres")


@pytest.fixture(scope="session")
def migrated_shop(shop: Project, superuser_url: str) -> Generator[str]:
    """The URL of a database with the shop's schema, to clone."""
    with scratch_database(superuser_url) as url:
        for _ in migrate_by_steps(url, shop.migrations):
            pass
        yield url


@pytest.fixture(scope="session")
def drawn_shop(shop: Project, superuser_url: str) -> Dump:
    """The shop's schema as drawn."""
    return dump_drawing(shop, superuser_url)


@pytest.fixture(scope="session")
def content(shop: Project, superuser_url: str, tmp_path_factory: pytest.TempPathFactory) -> Content:
    """What is found out about the shop, its queries compiled."""
    root = tmp_path_factory.mktemp("shop")
    shutil.copytree(SHOP, root, dirs_exist_ok=True)
    # sqlc names its database by the schema's hash, and two of it at once would both create it.
    last = max((root / "db" / "migrations").iterdir())
    text = last.read_text()
    last.write_text(f"{text}-- {uuid.uuid4()}\n")
    done = SqlcProject(root, superuser_url, shop.package).run("sqlc", "generate")
    assert done.returncode == 0, done.stderr
    last.write_text(text)
    return collect_content(replace(shop, root=root), superuser_url)


@pytest.fixture(scope="session")
def model(content: Content) -> Model:
    """What the shop's pages ask."""
    return Model(content)


@pytest.fixture(scope="session")
def site(content: Content) -> dict[str, bytes]:
    """The shop's site."""
    return build_site(content)
