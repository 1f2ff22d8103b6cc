"""Renders the pages. The same content gives the same bytes."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schema_docs.catalog.model import Identity
from schema_docs.content import Content
from schema_docs.site import consumers, findings
from schema_docs.site.addresses import anchor
from schema_docs.site.calls import Calls
from schema_docs.site.consumers import Consumers
from schema_docs.site.histories import history_of, history_of_table
from schema_docs.site.links import Link, Links
from schema_docs.site.objects import BOOKKEEPING, Objects
from schema_docs.site.pictures import draw_pictures

_HERE: Final = Path(__file__).parent


def build_site(content: Content) -> dict[str, bytes]:
    """Every file of the site by its path.

    Raises DocsError.
    """
    objects = Objects(content)
    links = Links(objects)
    files = {
        path.name: path.read_bytes()
        for path in sorted((_HERE / "static").iterdir())
        if path.suffix in (".css", ".js", ".svg")
    }
    files["search.js"] = _search_index(objects, links)
    files.update({path: text.encode() for path, text in _pages(objects, links)})
    return files


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _names(objects: Objects, links: Links) -> dict[str, object]:
    """The names that every template may use."""
    return {
        "objects": objects,
        "links": links,
        "consumers": Consumers(objects, links),
        "calls": Calls(objects, links),
        "content": objects.content,
        "catalog": objects.catalog,
        "usage": objects.content.usage,
        "access_verbs": consumers.ACCESS_VERBS,
        "direct_links": consumers.direct_links,
        "indirect_links": consumers.indirect_links,
        "helped_by_index": consumers.helped_by_index,
        "summary": consumers.summary,
        "history_of": partial(history_of, objects),
        "history_of_table": partial(history_of_table, objects),
        "scans_without_index": findings.scans_without_index,
        "has_index": findings.has_index,
        "bookkeeping": BOOKKEEPING,
        "anchor": anchor,
    }


def _pages(objects: Objects, links: Links) -> Iterator[tuple[str, str]]:
    environment, names = _environment(), _names(objects, links)
    whole, parts = draw_pictures(objects, links)
    found = findings.find(objects, links)

    def render(template: str, path: str, **values: object) -> tuple[str, str]:
        root = "../" * path.count("/")
        text = environment.get_template(template).render(names, root=root, path=path, **values)
        return path, "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"

    yield render("nav.html", "nav.html")
    yield render("index.html", "index.html", picture=whole, found=found)
    for relation in objects.catalog.relations:
        path = links.relation(relation).url
        yield render("table.html", path, relation=relation, picture=parts[relation.oid])
    for usage in objects.content.usage.queries:
        yield render("query.html", links.query(usage).url, one=usage)
    for type_ in objects.catalog.types:
        yield render("type.html", links.type(type_).url, type=type_)
    for function in objects.catalog.functions:
        yield render("function.html", links.function(function.oid).url, function=function)
    for migration in objects.content.migrations:
        yield render("migration.html", links.migration(migration).url, migration=migration)


def _search_index(objects: Objects, links: Links) -> bytes:
    """A script rather than JSON, because a page read from a file may load no other data."""
    entries = ",\n".join(
        json.dumps([link.kind, link.name, link.url, text], ensure_ascii=False)
        for link, text in _found_by_search(objects, links)
    )
    return f"window.searchIndex = [\n{entries}\n];\n".encode()


def _found_by_search(objects: Objects, links: Links) -> Iterator[tuple[Link, str]]:
    """Each object, and the words by which it is found beside its name."""
    catalog = objects.catalog
    for relation in catalog.relations:
        yield links.relation(relation), relation.comment
        for column in objects.columns_of(relation):
            yield links.column(column), column.comment
    for usage in objects.content.usage.queries:
        yield links.query(usage), usage.query.description
    for type_ in catalog.types:
        yield links.type(type_), " ".join([type_.comment, *objects.labels_of(type_)]).strip()
    for function in catalog.functions:
        yield links.function(function.oid), objects.description_of(function)
    comments = {
        Identity(source, one.oid): one.comment
        for source, parts in (("pg_constraint", catalog.constraints), ("pg_index", catalog.indexes))
        for one in parts
    }
    for key in links.addresses:
        if key.catalog in ("pg_constraint", "pg_index", "pg_trigger", "pg_policy"):
            link = links.identity(key)
            if link is not None:
                yield link, comments.get(key, "")
    for migration in objects.content.migrations:
        link = links.migration(migration)
        yield Link(link.kind, migration.name, link.url), migration.reason
