"""Fixtures: a role and databases for the generator's tests, on the server of TEST_DATABASE_URL."""

import os
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from generator_tests.project import Server, create_database

LIBRARY = Path(__file__).parent / "library"


@pytest.fixture(scope="session")
def sqlc_server() -> Generator[Server]:
    """The server for sqlc: the databases it creates are its role's, and go with the role."""
    superuser_url = os.environ["TEST_DATABASE_URL"]
    role = f"sqlc_{os.getpid()}"
    _execute(superuser_url, sql.SQL("CREATE ROLE {} LOGIN CREATEDB"), role)
    server = Server(superuser_url, role)
    yield server
    with psycopg.connect(server.url("postgres")) as connection:
        databases = connection.execute(
            "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = current_user"
        ).fetchall()
    for (database,) in databases:
        _execute(server.url("postgres"), sql.SQL("DROP DATABASE {} WITH (FORCE)"), database)
    _execute(superuser_url, sql.SQL("DROP ROLE {}"), role)


@pytest.fixture
def database_url(sqlc_server: Server) -> str:
    """An empty database for this test alone."""
    return create_database(sqlc_server, f"empty_{uuid.uuid4().hex}")


@pytest.fixture
def connection(database_url: str) -> Generator[psycopg.Connection[Any]]:
    """A connection to the empty database."""
    with psycopg.connect(database_url) as connection:
        yield connection


@pytest.fixture(scope="session")
def library_url(sqlc_server: Server) -> str:
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
