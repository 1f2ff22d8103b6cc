"""The pages: everything has its place, and every link leads somewhere on the site."""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from dbdocs.content import Content
from dbdocs.site.build import build_site
from dbdocs.site.files import differing_files, write_site
from tests.dbdocs.markup import Page

Connection = psycopg.Connection[Any]
Pages = Mapping[str, Page]

# Asked of the catalog here in other words than the docs ask it: kind, table, name.
_OBJECTS = """
SELECT 'column', a.attrelid::regclass::text, a.attname::text
FROM pg_attribute AS a INNER JOIN pg_class AS c ON c.oid = a.attrelid
WHERE c.relkind IN ('r', 'v', 'm', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
UNION ALL
SELECT 'constraint', conrelid::regclass::text, conname
FROM pg_constraint WHERE conrelid <> 0 AND contype NOT IN ('n', 't')
    AND connamespace <> 'pg_catalog'::regnamespace
UNION ALL
SELECT 'index', format('%I.%I', schemaname, tablename)::regclass::text, indexname
FROM pg_indexes WHERE schemaname NOT LIKE 'pg\\_%'
UNION ALL
SELECT 'trigger', tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal
"""
_TYPES = "SELECT DISTINCT enumtypid::regtype::text FROM pg_enum"
_FUNCTIONS = """
SELECT oid::regproc::text FROM pg_proc
WHERE pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')
"""


@pytest.fixture(scope="module")
def pages(site: dict[str, bytes]) -> Pages:
    return parsed(site)


@pytest.fixture(scope="module")
def bank_site(root: Path) -> dict[str, bytes]:
    """What the repository holds and the bank serves."""
    directory = root / "gen" / "docs"
    paths = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths}


def parsed(site: Mapping[str, bytes]) -> Pages:
    return {path: Page(text.decode()) for path, text in site.items() if path.endswith(".html")}


def check_objects(connection: Connection, pages: Pages) -> None:
    rows = connection.execute(_OBJECTS).fetchall()
    assert len(rows) > 20
    for kind, table, name in rows:
        assert f"{kind}-{name}" in pages[f"tables/{table}.html"].ids, (kind, table, name)
    for (name,) in connection.execute(_TYPES).fetchall():
        assert f"types/{name}.html" in pages
    for (name,) in connection.execute(_FUNCTIONS).fetchall():
        assert f"functions/{name}.html" in pages


def check_files(root: Path, pages: Pages) -> None:
    for path in (root / "db" / "migrations").glob("*.sql"):
        assert f"migrations/{path.stem}.html" in pages
    queries = [
        name
        for path in (root / "db" / "queries").glob("*.sql")
        for name in re.findall(r"^-- name: (\w+)", path.read_text(), re.MULTILINE)
    ]
    assert len(queries) > 5
    for name in queries:
        assert f"queries/{name}.html" in pages


def check_links(site: Mapping[str, bytes], pages: Pages) -> None:
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            assert (parts.scheme, parts.netloc) == ("", ""), (path, link)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), parts.path))
            target = unquote(target) if parts.path else path
            assert target in site, (path, link)
            if parts.fragment:
                assert unquote(parts.fragment) in pages[target].ids, (path, link)


def test_everything_in_the_shop_has_its_place(
    migrated_shop: str, content: Content, pages: Pages
) -> None:
    with psycopg.connect(migrated_shop) as connection:
        check_objects(connection, pages)
    check_files(content.project.root, pages)


def test_everything_in_the_bank_has_its_place(
    connection: Connection, root: Path, bank_site: dict[str, bytes]
) -> None:
    pages = parsed(bank_site)
    check_objects(connection, pages)
    check_files(root, pages)


def test_all_that_the_bank_s_functions_use_is_known(bank_site: dict[str, bytes]) -> None:
    """Those of Procrastinate are as they are."""
    unknown = [path for path, text in bank_site.items() if b"not listed" in text]
    assert unknown == ["functions/procrastinate.procrastinate_retry_job_v2.html"]


def test_the_readme_leads_to_answers(root: Path, bank_site: dict[str, bytes]) -> None:
    links = re.findall(r"\(gen/docs/([^)#]+)(?:#([^)]+))?\)", (root / "README.md").read_text())
    pages = parsed(bank_site)
    assert len(links) >= 5
    for path, fragment in links:
        assert not fragment or fragment in pages[path].ids, (path, fragment)


def test_no_link_is_broken(
    site: dict[str, bytes], pages: Pages, bank_site: dict[str, bytes]
) -> None:
    check_links(site, pages)
    check_links(bank_site, parsed(bank_site))


def test_the_pages_are_well_formed(pages: Pages, bank_site: dict[str, bytes]) -> None:
    for path, page in [*pages.items(), *parsed(bank_site).items()]:
        assert not page.errors, (path, page.errors)


def test_what_is_found_leads_somewhere(site: dict[str, bytes], pages: Pages) -> None:
    entries = re.findall(
        r'^\["(.*)", "(.*)", "(.*)"\],?$', site["search.js"].decode(), re.MULTILINE
    )
    assert {kind for kind, _, _ in entries} >= {"table", "view", "column", "query", "enum", "index"}
    for _, name, url in entries:
        path, _, fragment = url.partition("#")
        assert path in pages, name
        assert not fragment or fragment in pages[path].ids, name


def test_text_is_text(site: dict[str, bytes]) -> None:
    text = site["tables/customers.html"].decode()
    assert "Where &lt;letters&gt; &amp; bills go" in text
    assert "it&#39;s never deleted" in text


def test_the_same_content_gives_the_same_bytes(content: Content, site: dict[str, bytes]) -> None:
    assert build_site(content) == site


def test_files_that_differ_are_named(tmp_path: Path) -> None:
    write_site({"a.html": b"a", "b/c.html": b"c"}, tmp_path)
    assert differing_files({"a.html": b"a", "b/c.html": b"c"}, tmp_path) == []
    (tmp_path / "left").write_bytes(b"")
    found = differing_files({"a.html": b"x", "b/c.html": b"c", "new": b""}, tmp_path)
    assert found == [str(tmp_path / name) for name in ("a.html", "left", "new")]
    write_site({"a.html": b"a"}, tmp_path)
    assert differing_files({"a.html": b"a"}, tmp_path) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("queries/FindCustomers.html", "Nothing serves a search inside"),
        ("queries/FindCustomers.html", "No index narrows its way into customers"),
        ("queries/CountRows.html", "not all of which can be seen"),
        ("functions/count_rows.html", "dynamic SQL (EXECUTE)"),
        ("types/customer_status.html", "Has not paid yet"),
        ("tables/customers.html", "One account a mailbox"),
        ("tables/orders.html", "ON DELETE CASCADE"),
        ("migrations/004_rename_notes.html", "was notes"),
        ("index.html", "Indexes that no query searches"),
    ],
)
def test_pages_say_what_matters(pages: Pages, path: str, text: str) -> None:
    assert text in " ".join("".join(pages[path].text).split())
