"""Renders the pages, as bytes by their paths; the same content gives the same bytes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from schema_docs.content import Content
from schema_docs.site import findings
from schema_docs.site.linked import Link
from schema_docs.site.links import anchor
from schema_docs.site.model import HOWS, Model
from schema_docs.site.objects import BOOKKEEPING
from schema_docs.site.pictures import draw_pictures

_HERE: Final = Path(__file__).parent


def build_site(content: Content) -> dict[str, bytes]:
    """Every file of the site by its path.

    Raises DocsError.
    """
    model = Model(content)
    files = {
        path.name: path.read_bytes()
        for path in sorted((_HERE / "static").iterdir())
        if path.suffix in (".css", ".js", ".svg")
    }
    files["search.js"] = _search_index(model)
    files.update({path: text.encode() for path, text in _pages(model)})
    return files


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _names(model: Model) -> dict[str, object]:
    """What every template may use."""
    return {
        "model": model,
        "content": model.content,
        "catalog": model.catalog,
        "usage": model.content.usage,
        "findings": findings,
        "hows": HOWS,
        "bookkeeping": BOOKKEEPING,
        "anchor": anchor,
    }


def _pages(model: Model) -> Iterator[tuple[str, str]]:
    environment, names = _environment(), _names(model)
    whole, parts = draw_pictures(model)

    def render(template: str, path: str, **values: object) -> tuple[str, str]:
        root = "../" * path.count("/")
        text = environment.get_template(template).render(names, root=root, path=path, **values)
        return path, "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"

    yield render("nav.html", "nav.html")
    yield render("index.html", "index.html", drawn=whole, found=findings.find(model))
    for relation in model.catalog.relations:
        path = model.relation_link(relation).url
        yield render("table.html", path, relation=relation, drawn=parts[relation.oid])
    for usage in model.content.usage.queries:
        yield render("query.html", model.query_link(usage).url, one=usage)
    for type_ in model.catalog.types:
        yield render("type.html", model.type_link(type_).url, type=type_)
    for function in model.catalog.functions:
        yield render("function.html", model.function_link(function.oid).url, function=function)
    for migration in model.content.migrations:
        yield render("migration.html", model.migration_link(migration).url, migration=migration)


def _search_index(model: Model) -> bytes:
    """A script rather than JSON: a page read from a file may load no other kind of data."""
    links: list[Link] = []
    for relation in model.catalog.relations:
        links.append(model.relation_link(relation))
        links += map(model.column_link, model.columns_of(relation))
    links += map(model.query_link, model.content.usage.queries)
    links += map(model.type_link, model.catalog.types)
    links += (model.function_link(one.oid) for one in model.catalog.functions)
    parts = ("pg_constraint", "pg_index", "pg_trigger", "pg_policy")
    named = (model.identity_link(key) for key in model.links if key.catalog in parts)
    links += (link for link in named if link is not None)
    for migration in model.content.migrations:
        link = model.migration_link(migration)
        links.append(Link(link.kind, migration.name, link.url))
    found = ",\n".join(json.dumps([link.kind, link.name, link.url]) for link in links)
    return f"window.searchIndex = [\n{found}\n];\n".encode()
