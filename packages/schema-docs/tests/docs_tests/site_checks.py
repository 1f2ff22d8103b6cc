"""What must hold for every site: each object has its place, and each link leads somewhere."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from docs_tests.markup import Page

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


def check_links(site: Mapping[str, bytes], pages: Pages, homes: Sequence[str] = ()) -> None:
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            if link in homes:
                continue
            parts = urlsplit(link)
            assert (parts.scheme, parts.netloc) == ("", ""), (path, link)
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), parts.path))
            target = unquote(target) if parts.path else path
            assert target in site, (path, link)
            if parts.fragment:
                assert unquote(parts.fragment) in pages[target].ids, (path, link)
