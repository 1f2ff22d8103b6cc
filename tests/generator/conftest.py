"""Fixtures: a role and a database of their own for the generator's tests."""

import os
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.conftest import ServerAddress
from tests.generator.project import create_database

LIBRARY = Path(__file__).parent / "library"


@pytest.fixture(scope="session")
def sqlc_server(server: ServerAddress) -> Generator[ServerAddress]:
    """The server for sqlc: the databases it creates are its role's, and go with the role."""
    role = f"sqlc_{os.getpid()}"
    address = replace(server, user=role)
    _execute(server.url("postgres"), sql.SQL("CREATE ROLE {} LOGIN CREATEDB"), role)
    yield address
    with psycopg.connect(address.url("postgres")) as connection:
        databases = connection.execute(
            "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = current_user"
        ).fetchall()
    for (database,) in databases:
        _execute(address.url("postgres"), sql.SQL("DROP DATABASE {} WITH (FORCE)"), database)
    _execute(server.url("postgres"), sql.SQL("DROP ROLE {}"), role)


@pytest.fixture(scope="session")
def library_url(sqlc_server: ServerAddress) -> str:
    """A database with the schema of the library."""
    schema = (LIBRARY / "schema.sql").read_text()
    return create_database(sqlc_server, f"library_{os.getpid()}", schema)


@pytest.fixture
def library(library_url: str) -> Generator[psycopg.Connection[Any]]:
    """A connection to the library; what a test writes is rolled back."""
    with psycopg.connect(library_url) as connection:
        yield connection
        connection.rollback()


def _execute(url: str, statement: sql.SQL, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(name)))
