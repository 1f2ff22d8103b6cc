"""The privileges that queries need and the role of the option lacks."""

from collections.abc import Generator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from generator_tests.project import Server, write_project
from generator_tests.requests import query
from sqlc_gen_psycopg.database import find_missing_grants

SCHEMA = """
CREATE TABLE invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payee text,
    amount bigint,
    secret text
);
CREATE VIEW owed WITH (security_invoker = true) AS SELECT id, amount FROM invoices;
CREATE VIEW shown AS SELECT id, amount FROM invoices;
CREATE FUNCTION total() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
REVOKE EXECUTE ON FUNCTION total FROM public;
CREATE SCHEMA archive;
CREATE TABLE archive.invoices (id bigint);
"""


@pytest.fixture(scope="session")
def clerk(sqlc_server: Server) -> Generator[str]:
    """A role that has no privileges yet."""
    role = f"clerk_{sqlc_server.user}"
    superuser = sqlc_server.address
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(SQL("CREATE ROLE {}").format(Identifier(role)))
        grant = SQL("GRANT {} TO {}").format(Identifier(role), Identifier(sqlc_server.user))
        connection.execute(grant)
        yield role


def grants(url: str, text: str, clerk: str) -> list[str]:
    """What the query needs, with the name of the role left out."""
    found = find_missing_grants(url, [asked := query(text=text)], clerk)
    return [grant.removesuffix(f" TO {clerk};") for grant in found.get(asked, [])]


@pytest.mark.parametrize(
    ("granted", "text", "missing"),
    [
        ([], "SELECT 1", []),
        ([], "SELECT payee FROM invoices", ["GRANT SELECT ON invoices"]),
        ([], "SELECT * FROM invoices WHERE id = $1", ["GRANT SELECT ON invoices"]),
        (["SELECT ON invoices"], "SELECT * FROM invoices WHERE id = $1", []),
        (
            ["SELECT (id, payee) ON invoices"],
            "SELECT id, amount FROM invoices",
            ["GRANT SELECT (amount) ON invoices"],
        ),
        (
            [],
            "INSERT INTO invoices (amount, payee) VALUES ($1, $2) RETURNING id",
            ["GRANT SELECT, INSERT (payee, amount) ON invoices"],
        ),
        (
            ["INSERT (payee) ON invoices"],
            "INSERT INTO invoices (amount, payee) VALUES ($1, $2)",
            ["GRANT INSERT (amount) ON invoices"],
        ),
        (
            ["SELECT ON invoices"],
            "UPDATE invoices SET amount = amount + $1 WHERE id = $2",
            ["GRANT UPDATE (amount) ON invoices"],
        ),
        (
            ["SELECT ON invoices"],
            "DELETE FROM invoices WHERE id = $1",
            ["GRANT DELETE ON invoices"],
        ),
        (
            ["SELECT ON invoices"],
            "SELECT id FROM invoices FOR UPDATE",
            ["GRANT UPDATE (id) ON invoices"],
        ),
        ([], "SELECT id FROM owed", ["GRANT SELECT ON owed", "GRANT SELECT ON invoices"]),
        (["SELECT ON owed"], "SELECT id FROM owed", ["GRANT SELECT ON invoices"]),
        (["SELECT ON shown"], "SELECT id FROM shown", []),
        ([], "SELECT total()", ["GRANT EXECUTE ON FUNCTION total()"]),
        (
            [],
            "SELECT id FROM archive.invoices",
            ["GRANT USAGE ON SCHEMA archive", "GRANT SELECT ON archive.invoices"],
        ),
        ([], "SELECT nothing FROM nowhere", []),
    ],
)
def test_grants_that_a_query_needs(
    database_url: str, clerk: str, granted: list[str], text: str, missing: list[str]
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(SCHEMA)
        for grant in granted:
            connection.execute(f"GRANT {grant} TO {clerk}".encode())
    assert grants(database_url, text, clerk) == missing
    with psycopg.connect(database_url, autocommit=True) as connection:
        for grant in missing:
            connection.execute(f"{grant} TO {clerk}".encode())
        connection.execute(f"SET ROLE {clerk}".encode())
    assert not grants(database_url, text, clerk)


def test_generate_names_file_line_and_grant(
    sqlc_server: Server, clerk: str, tmp_path: Path
) -> None:
    queries = "\n-- name: ListInvoices :many\nSELECT id FROM invoices;\n"
    project = write_project(tmp_path, sqlc_server, SCHEMA, {"invoices.sql": queries}, role=clerk)
    done = project.run("sqlc", "generate")
    assert done.returncode != 0
    assert (
        f"queries/invoices.sql:2: ListInvoices: {clerk} may not run it; add to a migration: "
        f"GRANT SELECT ON invoices TO {clerk};" in done.stderr
    )
    assert not project.out.exists()


def test_generate_names_a_role_that_does_not_exist(sqlc_server: Server, tmp_path: Path) -> None:
    queries = "-- name: ListInvoices :many\nSELECT id FROM invoices;\n"
    project = write_project(
        tmp_path, sqlc_server, SCHEMA, {"invoices.sql": queries}, role="nobody_of_the_name"
    )
    done = project.run("sqlc", "generate")
    assert "option 'role': role \"nobody_of_the_name\" does not exist" in done.stderr
