"""A function is a file: migrations get its snapshots from a tool, which proves both equal."""

import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from docs_tests.conftest import BIN
from schema_docs.dump import Dump, dump_schema
from schema_docs.errors import DocsError
from schema_docs.functions.migration import write_migration
from schema_docs.functions.verification import verify_functions
from schema_docs.scratch import scratch_database

WHY = "Totals were counted by each report itself."
NOW = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
START = """\
-- migrate:up
CREATE TABLE things (id int, size int);

-- migrate:down
DROP TABLE things;
"""
TOTAL = """\
-- How much there is.
CREATE OR REPLACE FUNCTION total(least_size int DEFAULT 0) RETURNS bigint
LANGUAGE sql STABLE
RETURN (SELECT sum(size) FROM things WHERE size >= least_size);

REVOKE EXECUTE ON FUNCTION total FROM public;
GRANT EXECUTE ON FUNCTION total TO pg_read_all_data;

COMMENT ON FUNCTION total IS 'The sum; it''s NULL of nothing';
"""
REFUSE = """\
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    RAISE EXCEPTION 'no';
END
$$;
"""
TRIGGER = "CREATE TRIGGER things_refuse BEFORE DELETE ON things EXECUTE FUNCTION refuse();"


@dataclass(frozen=True)
class Folders:
    """A project of nothing but functions and migrations; the first makes a table."""

    functions: Path
    migrations: Path

    def write(self, name: str, text: str | None) -> None:
        """The file of a function; None removes it."""
        file = self.functions / f"{name}.sql"
        file.unlink(missing_ok=True) if text is None else file.write_text(text)

    def migrate(self, *functions: str, name: str = "change") -> str:
        """Write a migration of these functions; what it has for the way up."""
        path = write_migration(name, functions, self.functions, self.migrations, NOW, why=WHY)
        return path.read_text().partition("-- migrate:down")[0]

    def add(self, up: str, down: str = "") -> None:
        """A migration by hand."""
        path = write_migration("by_hand", [], self.functions, self.migrations, NOW, why=WHY)
        path.write_text(f"-- migrate:up\n{up}\n-- migrate:down\n{down}\n")

    def verify(self, server_url: str) -> list[str]:
        """What is wrong, each line without the directory of the test."""
        found = verify_functions(
            self.functions,
            self.migrations,
            server_url,
            foreign_schemas=["foreign"],
            migration_command="migrate {name}",
        )
        return [line.replace(f"{self.functions}/", "") for line in found]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    made = Folders(tmp_path / "functions", tmp_path / "migrations")
    made.functions.mkdir()
    made.migrations.mkdir()
    (made.migrations / "20260101000000_create_things.sql").write_text(START)
    return made


@pytest.fixture
def url(superuser_url: str) -> Generator[str]:
    """An empty database."""
    with scratch_database(superuser_url) as url:
        yield url


def dbmate(folders: Folders, url: str, command: str) -> Dump:
    """Run a command of dbmate; the schema afterwards."""
    subprocess.run(
        [
            *(BIN / "dbmate", f"--url={url}", "--no-dump-schema"),
            *(f"--migrations-dir={folders.migrations}", command),
        ],
        capture_output=True,
        check=True,
    )
    return dump_schema(url)


@pytest.mark.parametrize(
    ("before", "after", "is_dropped"),
    [
        pytest.param(None, TOTAL, False, id="a new function"),
        pytest.param(TOTAL, None, True, id="a function that goes"),
        pytest.param(TOTAL, TOTAL.replace("size >=", "size >"), False, id="another body"),
        pytest.param(TOTAL, TOTAL.replace("STABLE", "VOLATILE"), False, id="an option"),
        pytest.param(TOTAL, TOTAL.replace("0)", "0, b int DEFAULT 1)"), True, id="a parameter"),
        pytest.param(TOTAL, TOTAL.replace("int D", "bigint D"), True, id="a parameter's type"),
        pytest.param(TOTAL, TOTAL.replace("least_size", "low"), True, id="a parameter's name"),
        pytest.param(TOTAL, TOTAL.replace(" DEFAULT 0", ""), True, id="a default"),
        pytest.param(TOTAL, TOTAL.replace("bigint", "numeric"), True, id="the result"),
        pytest.param(TOTAL, TOTAL.partition("REVOKE")[0], False, id="no grants, no comment"),
        pytest.param(TOTAL.partition("REVOKE")[0], TOTAL, False, id="grants and a comment"),
        pytest.param(TOTAL, TOTAL.replace("it''s", "it is"), False, id="another comment"),
        pytest.param(
            TOTAL, TOTAL.replace("TO pg_read", "TO pg_monitor, pg_read"), False, id="another grant"
        ),
    ],
)
def test_a_migration_makes_what_the_file_says_and_takes_it_back(
    before: str | None, after: str | None, *, is_dropped: bool, folders: Folders, url: str,
    superuser_url: str,
) -> None:  # fmt: skip
    """Goal: a body is written once. Method: the schema before and after, up and down."""
    folders.write("total", before)
    if before is not None:
        folders.migrate("total", name="before")
    start = dbmate(folders, url, "up")
    folders.write("total", after)
    up = folders.migrate("total")
    assert dbmate(folders, url, "up") != start
    assert folders.verify(superuser_url) == []
    assert dbmate(folders, url, "rollback") == start
    assert ("DROP FUNCTION total(int4);" in up) == is_dropped


def test_what_a_trigger_calls_is_replaced_in_its_place(
    folders: Folders, url: str, superuser_url: str
) -> None:
    folders.write("refuse", REFUSE + "\nCOMMENT ON FUNCTION refuse IS 'x';\n")
    folders.migrate("refuse")
    folders.add(TRIGGER, "DROP TRIGGER things_refuse ON things;")
    start = dbmate(folders, url, "up")
    folders.write("refuse", REFUSE.replace("'no'", "'never'"))
    folders.migrate("refuse")
    assert dbmate(folders, url, "up") != start
    assert folders.verify(superuser_url) == []
    assert dbmate(folders, url, "rollback") == start


def test_several_functions_go_back_in_the_contrary_order(folders: Folders, url: str) -> None:
    start = dbmate(folders, url, "up")
    folders.write("total", TOTAL)
    folders.write(
        "twice", "CREATE OR REPLACE FUNCTION twice() RETURNS bigint RETURN 2 * total();\n"
    )
    folders.migrate("total", "twice")
    dbmate(folders, url, "up")
    assert dbmate(folders, url, "rollback") == start


def test_what_was_made_by_hand_stays_on_the_way_down(
    folders: Folders, url: str, superuser_url: str
) -> None:
    folders.add(TOTAL.replace("OR REPLACE ", ""), "DROP FUNCTION total;")
    start = dbmate(folders, url, "up")
    folders.write("total", TOTAL)
    folders.migrate("total")
    assert dbmate(folders, url, "up") == start
    assert folders.verify(superuser_url) == []
    assert dbmate(folders, url, "rollback") == start


def test_a_function_that_was_dropped_comes_back(
    folders: Folders, url: str, superuser_url: str
) -> None:
    for text in (TOTAL, None):
        folders.write("total", text)
        folders.migrate("total")
    start = dbmate(folders, url, "up")
    folders.write("total", TOTAL)
    folders.migrate("total")
    dbmate(folders, url, "up")
    assert folders.verify(superuser_url) == []
    assert dbmate(folders, url, "rollback") == start


def test_a_function_of_another_schema_has_it_in_its_name(
    folders: Folders, url: str, superuser_url: str
) -> None:
    folders.add("CREATE SCHEMA stock;", "DROP SCHEMA stock;")
    start = dbmate(folders, url, "up")
    folders.write("stock.total", TOTAL.replace("FUNCTION total", "FUNCTION stock.total"))
    folders.migrate("stock.total")
    dbmate(folders, url, "up")
    assert folders.verify(superuser_url) == []
    assert dbmate(folders, url, "rollback") == start


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("-- x\n", ": must begin with CREATE OR REPLACE FUNCTION total", id="nothing"),
        pytest.param("SELECT 1;\n", ": must begin with CREATE OR", id="no function"),
        pytest.param(TOTAL.replace("OR REPLACE ", ""), ": must begin with CREATE OR", id="once"),
        pytest.param(TOTAL.replace("total", "sum"), ": must begin with CREATE OR", id="another's"),
        pytest.param(
            "CREATE OR REPLACE PROCEDURE total() LANGUAGE sql AS '';\n",
            ": must begin with CREATE OR",
            id="a procedure",
        ),
        pytest.param(
            TOTAL + TRIGGER + "\n", ":10: only grants and the comment of total", id="a trigger"
        ),
        pytest.param(
            TOTAL + "-- ä\nGRANT EXECUTE ON FUNCTION sum TO public;\n",
            ":11: only grants and the comment of total",
            id="another's grant",
        ),
        pytest.param(
            TOTAL.replace("STABLE", "STABEL"),
            ':3: syntax error at or near "STABEL"',
            id="wrong syntax",
        ),
        pytest.param(TOTAL.removesuffix("\n"), ": must end with a newline", id="no newline"),
        pytest.param(
            REFUSE.replace("refuse", "total").replace("BEGIN", "-- migrate:down\nBEGIN"),
            ": must have no line that divides a migration, `-- migrate:`",
            id="a migration's line",
        ),
    ],
)
def test_a_file_that_is_not_its_function_is_refused(
    text: str, message: str, folders: Folders
) -> None:
    folders.write("total", text)
    with pytest.raises(DocsError) as refusal:
        folders.migrate("total")
    assert str(refusal.value).startswith(f"{folders.functions / 'total.sql'}{message}")
    assert len(str(refusal.value).splitlines()) == 1
    assert len(list(folders.migrations.iterdir())) == 1


def test_an_unknown_function_is_refused_with_those_that_are_known(folders: Folders) -> None:
    folders.write("total", TOTAL)
    folders.write("refuse", REFUSE)
    with pytest.raises(DocsError, match=r"there is no .*/sum\.sql; known functions: refuse, total"):
        folders.migrate("sum")


def test_a_function_that_is_as_it_was_is_refused(folders: Folders) -> None:
    folders.write("total", TOTAL)
    folders.migrate("total", name="add_total")
    with pytest.raises(DocsError, match=r"total\.sql is what 20261201083000_add_total\.sql has:"):
        folders.migrate("total")


@pytest.mark.parametrize("name", ["", "two words", "a-b", "../x", "über"])
def test_a_name_that_is_no_word_is_refused(name: str, folders: Folders) -> None:
    with pytest.raises(DocsError, match="a migration needs a name of one word"):
        folders.migrate(name=name)


def test_without_functions_a_migration_is_what_dbmate_starts(
    folders: Folders, tmp_path: Path
) -> None:
    folders.migrate(name="empty")
    dbmate = BIN / "dbmate"
    command = [str(dbmate), f"--migrations-dir={tmp_path / 'dbmate'}", "new", "empty"]
    subprocess.run(command, capture_output=True, check=True)
    [expected] = (tmp_path / "dbmate").iterdir()
    written = (folders.migrations / "20261201083000_empty.sql").read_text()
    assert written == f"-- {WHY}\n\n{expected.read_text()}"


def test_a_migration_comes_after_all_others(folders: Folders) -> None:
    for _ in range(2):
        folders.migrate()
    versions = sorted(path.name[:14] for path in folders.migrations.iterdir())
    assert versions == ["20260101000000", "20261201083000", "20261201083001"]


CHANGED = TOTAL.replace("size >=", "size >")
RUN = "run `migrate total`"


@pytest.mark.parametrize(
    ("text", "by_hand", "message"),
    [
        pytest.param(
            CHANGED, "", f"total.sql is not what 20261201083000_change.sql has: {RUN}", id="edited"
        ),
        pytest.param(None, "", f"total.sql is gone, its function is not: {RUN}", id="no file"),
        pytest.param(
            TOTAL,
            "DROP FUNCTION total",
            "total.sql: a migration drops total: remove the file",
            id="gone",
        ),
        *(
            pytest.param(
                TOTAL,
                change,
                "total.sql: a migration changes total in another way: "
                f"write here what it does, then {RUN}",
                id=change,
            )
            for change in (
                "ALTER FUNCTION total SECURITY DEFINER",
                "ALTER FUNCTION total SET search_path = public",
                "GRANT EXECUTE ON FUNCTION total TO public",
                "REVOKE EXECUTE ON FUNCTION total FROM pg_read_all_data",
                "COMMENT ON FUNCTION total IS NULL",
                CHANGED.partition("REVOKE")[0].removesuffix(";\n\n"),
            )
        ),
        pytest.param(
            TOTAL,
            "CREATE FUNCTION total(text) RETURNS bigint RETURN 1",
            "total has 2 signatures: drop what is not in total.sql",
            id="two signatures",
        ),
        pytest.param(
            TOTAL,
            "CREATE FUNCTION sum_up() RETURNS bigint RETURN 1",
            "sum_up has no file: write sum_up.sql, then run `migrate sum_up`",
            id="without a file",
        ),
    ],
)
def test_it_is_found_what_is_not_as_the_file_says(
    text: str | None, by_hand: str, message: str, folders: Folders, superuser_url: str
) -> None:
    folders.write("total", TOTAL)
    folders.migrate("total")
    folders.write("total", text)
    folders.add(f"{by_hand};")
    assert folders.verify(superuser_url) == [message]


def test_a_file_without_a_migration_is_found(folders: Folders, superuser_url: str) -> None:
    folders.write("total", TOTAL)
    assert folders.verify(superuser_url) == [f"total.sql is in no migration: {RUN}"]


def test_what_has_no_file_and_needs_none(folders: Folders, superuser_url: str) -> None:
    folders.add(
        'CREATE SCHEMA foreign_too; CREATE SCHEMA "foreign";'
        'CREATE FUNCTION "foreign".f() RETURNS int RETURN 1;'
        "CREATE PROCEDURE p() LANGUAGE sql AS '';"
        "CREATE AGGREGATE add_up(int) (sfunc = int4pl, stype = int);"
    )
    assert folders.verify(superuser_url) == []


def test_the_command_says_what_is_wrong_in_a_line(folders: Folders) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [
                *(BIN / "schema-docs", f"--functions={folders.functions}"),
                *(f"--migrations={folders.migrations}", *arguments),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    folders.write("total", TOTAL)
    code, said = run("migration", "--why", WHY, "add_total", "total")
    [path] = folders.migrations.glob("*_add_total.sql")
    assert (code, said) == (0, f"{path}\n")
    assert path.read_text().startswith(f"-- {WHY}\n\n-- migrate:up\n")
    code, said = run("migration", "--why", WHY, "", "total")
    assert code == 1
    assert said.startswith("a migration needs a name")
    assert said.count("\n") == 1
    code, said = run("migration", "--why", "", "add_more")
    assert code == 1
    assert said.startswith("a migration begins with a sentence")
    assert not [*folders.migrations.glob("*_add_more.sql")]
