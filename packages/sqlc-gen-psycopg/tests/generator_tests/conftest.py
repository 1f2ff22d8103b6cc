"""Fixtures: a role and databases for the generator's tests, on the server of TEST_DATABASE_URL."""

import os
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from generator_tests.project import Server, create_database, owner_of_databases

LIBRARY = Path(__file__).parent / "library"


@pytest.fixture(scope="session")
def sqlc_server() -> Generator[Server]:
    """The server for sqlc: the databases it creates are its role's, and go with the role."""
    role = f"sqlc_{os.getpid()}"
    with owner_of_databases(os.environ["TEST_DATABASE_URL"], role) as server:
        yield server


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
