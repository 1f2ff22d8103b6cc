"""The pages: everything has its place, and every link leads somewhere on the site."""

import re
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from docs_tests.site_checks import Pages, check_files, check_links, check_objects, parsed
from schema_docs.content import Content
from schema_docs.site.build import build_site
from schema_docs.site.files import differing_files, write_site


@pytest.fixture(scope="module")
def pages(site: dict[str, bytes]) -> Pages:
    return parsed(site)


def test_everything_in_the_shop_has_its_place(
    migrated_shop: str, content: Content, pages: Pages
) -> None:
    with psycopg.connect(migrated_shop) as connection:
        check_objects(connection, pages)
    check_files(content.project.root, pages)


def test_no_link_is_broken(site: dict[str, bytes], pages: Pages) -> None:
    check_links(site, pages)


def test_the_pages_are_well_formed(pages: Pages) -> None:
    for path, page in pages.items():
        assert not page.errors, (path, page.errors)


def test_what_is_found_leads_somewhere(site: dict[str, bytes], pages: Pages) -> None:
    entries = re.findall(
        r'^\["(.*)", "(.*)", "(.*)", "(.*)"\],?$', site["search.js"].decode(), re.MULTILINE
    )
    kinds = {kind for kind, *_ in entries}
    assert kinds >= {"table", "view", "column", "query", "enum", "index"}
    texts = {name: text for _, name, _, text in entries}
    assert texts["customers.email"] == "Where <letters> & bills go"
    assert "new Has not paid yet" in texts["customer_status"]
    assert texts["001_create_customers"] == "Who buys."
    for _, name, url, _ in entries:
        path, _, fragment = url.partition("#")
        assert path in pages, name
        assert not fragment or fragment in pages[path].ids, name


def test_every_page_links_back_where_that_is_configured(content: Content) -> None:
    project = replace(content.project, home="../../")
    linked = build_site(replace(content, project=project))
    assert b'<a class="back" href="../../">' in linked["index.html"]
    assert b'<a class="back" href="../../../">' in linked["tables/customers.html"]


def test_text_is_text(site: dict[str, bytes]) -> None:
    text = site["tables/customers.html"].decode()
    assert "Where &lt;letters&gt; &amp; bills go" in text
    assert "it&#39;s never deleted" in text


def test_the_same_content_gives_the_same_bytes(content: Content, site: dict[str, bytes]) -> None:
    assert build_site(content) == site


def test_a_renamed_query_changes_its_own_pages_and_the_lists(
    content: Content, site: dict[str, bytes]
) -> None:
    """Goal: a change of one query can be reviewed. Method: rename one; compare the two sites."""
    queries = tuple(
        replace(one, query=replace(one.query, name="RemoveCustomer"))
        if one.query.name == "DeleteCustomer"
        else one
        for one in content.usage.queries
    )
    renamed = build_site(replace(content, usage=replace(content.usage, queries=queries)))
    paths = site.keys() | renamed.keys()
    assert {path for path in paths if site.get(path) != renamed.get(path)} == {
        "index.html",
        "nav.html",
        "queries/DeleteCustomer.html",
        "queries/RemoveCustomer.html",
        "search.js",
        "tables/customers.html",
    }


def test_contents_list_tables_and_queries_by_group(pages: Pages) -> None:
    text = " ".join("".join(pages["nav.html"].text).split())
    assert "Tables people customers goods stock.items orders Other" in text
    assert "Queries people customers.sql DeleteCustomer" in text
    assert "goods orders.sql InsertOrder" in text
    assert "goods · orders.sql" in "".join(pages["queries/InsertOrder.html"].text)


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
        ("queries/FindCustomers.html", "No index narrows its scan of customers"),
        ("queries/CountRows.html", "whose uses are not all known"),
        ("functions/count_rows.html", "dynamic SQL (EXECUTE)"),
        ("functions/count_rows.html", "How many rows a table has, whichever it is."),
        ("tables/stock.items.html", "and through what it breaks: InsertOrder"),
        ("tables/customers.html", "Begins with it: customers_pkey"),
        ("types/customer_status.html", "Has not paid yet"),
        ("tables/customers.html", "One account a mailbox"),
        ("tables/orders.html", "ON DELETE CASCADE"),
        ("migrations/004_rename_notes.html", "was notes"),
        ("index.html", "Indexes that no query searches"),
    ],
)
def test_pages_say_what_matters(pages: Pages, path: str, text: str) -> None:
    assert text in " ".join("".join(pages[path].text).split())
