"""The DBML equals the migrations, and any change of only one of them is found."""

import shutil
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from docs_tests.mutations import MUTATIONS
from schema_docs.dump import Dump, dump_schema, parse_dump
from schema_docs.errors import DocsError
from schema_docs.project import Project
from schema_docs.scratch import load_diagram, scratch_database
from schema_docs.verification import generate_not_in_dbml, report, verify


def name_in(url: str) -> str:
    """The database that a URL names."""
    return str(conninfo_to_dict(url)["dbname"])


def test_the_dbml_of_the_shop_is_its_schema(shop: Project, superuser_url: str) -> None:
    assert str(verify(shop, superuser_url)) == ""


def test_there_are_many_kinds_of_changes() -> None:
    assert len(MUTATIONS) >= 60
    assert len(set(MUTATIONS.values())) == len(MUTATIONS)


@pytest.fixture(scope="module")
def untouched(migrated_shop: str) -> Dump:
    """The shop's schema as migrated."""
    return dump_schema(migrated_shop)


@pytest.mark.parametrize("kind", MUTATIONS)
def test_every_kind_of_change_is_caught(
    kind: str,
    shop: Project,
    diagram_of_shop: Dump,
    untouched: Dump,
    superuser_url: str,
    migrated_shop: str,
) -> None:
    """Goal: no single change of the schema passes for the DBML.

    Method: change a copy of the migrated schema; the report, empty before, must not be.
    """
    assert not report(shop, diagram_of_shop, untouched)
    with scratch_database(superuser_url, template=name_in(migrated_shop)) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(MUTATIONS[kind].encode())
        found = report(shop, diagram_of_shop, dump_schema(url))
    assert found, kind


def test_the_report_says_what_differs_and_what_to_write(
    shop: Project, diagram_of_shop: Dump, superuser_url: str, migrated_shop: str
) -> None:
    with scratch_database(superuser_url, template=name_in(migrated_shop)) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER TABLE orders ALTER COLUMN amount TYPE bigint")
            connection.execute("DROP VIEW unpaid_orders")
        text = str(report(shop, diagram_of_shop, dump_schema(url)))
    assert "TABLE public.orders\n    -     amount integer DEFAULT 1 NOT NULL\n" in text
    assert "    +     amount bigint DEFAULT 1 NOT NULL\n" in text
    assert "drawn = '''    amount integer DEFAULT 1 NOT NULL'''\n" in text
    assert "VIEW public.unpaid_orders: stale, remove its entry" in text


def test_what_dbml_cannot_say_is_written_with_its_reasons(
    shop: Project, superuser_url: str, tmp_path: Path
) -> None:
    copy = replace(shop, root=shutil.copytree(shop.root, tmp_path / "shop"))
    kept = copy.not_in_dbml.read_text()
    assert 'why = "DBML has no grants."' in kept
    copy.not_in_dbml.write_text(
        kept.replace('why = "DBML has no grants."', 'why = "The staff reads."')
    )
    generate_not_in_dbml(copy, superuser_url)
    assert copy.not_in_dbml.read_text() == kept.replace("DBML has no grants.", "The staff reads.")
    copy.not_in_dbml.unlink()
    generate_not_in_dbml(copy, superuser_url)
    assert copy.not_in_dbml.read_text() == kept


def test_text_that_toml_would_misread_comes_back(
    shop: Project, superuser_url: str, tmp_path: Path
) -> None:
    copy = replace(shop, root=shutil.copytree(shop.root, tmp_path / "shop"))
    migration = copy.migrations / "005_quote.sql"
    migration.write_text(
        "-- Odd.\n\n-- migrate:up\nCOMMENT ON VIEW unpaid_orders IS\n"
        "$$ \\''\"\"\"' || '\n\n-- Name: x\n\\' $$;\n\n-- migrate:down\n"
    )
    assert verify(copy, superuser_url)
    generate_not_in_dbml(copy, superuser_url)
    assert not verify(copy, superuser_url)


def test_a_function_has_its_file_and_a_digest(
    shop: Project, superuser_url: str, tmp_path: Path
) -> None:
    copy = replace(shop, root=shutil.copytree(shop.root, tmp_path / "shop"))
    (copy.functions / "stock.count_items.sql").touch()
    assert "count_items(): stale" in str(verify(copy, superuser_url))
    generate_not_in_dbml(copy, superuser_url)
    kept = copy.not_in_dbml.read_text()
    [entry] = [one for one in kept.split("\n\n") if 'name = "count_items()"' in one]
    assert "file = \"db/functions/stock.count_items.sql\"\nmigrated = '''sha256 " in entry
    assert "BEGIN" not in kept
    assert not verify(copy, superuser_url)


def test_wrong_dbml_is_refused_with_its_place(shop: Project, tmp_path: Path) -> None:
    copy = replace(shop, root=shutil.copytree(shop.root, tmp_path / "shop"))
    copy.diagram.write_text("Table a {\n  x int [zz]\n}\n")
    with pytest.raises(DocsError, match=r"shop\.dbml: line 2, column \d+: .*zz"):
        verify(copy, "")


def test_dbml_that_postgresql_refuses_says_why(superuser_url: str) -> None:
    with (
        scratch_database(superuser_url) as url,
        pytest.raises(DocsError, match='type "nonsense" does not exist'),
    ):
        load_diagram(url, "CREATE TABLE a (x nonsense)")


def test_the_owner_counts_where_it_is_another() -> None:
    text = "--\n-- Name: a; Type: TABLE; Schema: public; Owner: x\n--\n\nCREATE TABLE a ();\n\n"
    owned = f"{text}ALTER TABLE a OWNER TO x;\n"
    assert parse_dump(owned, "x") == parse_dump(text, "x")
    assert parse_dump(owned, "y") != parse_dump(text, "y")
