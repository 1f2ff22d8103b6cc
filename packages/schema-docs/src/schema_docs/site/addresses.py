"""The addresses of objects: a page of their own, or an anchor on the page of their table."""

import re
from collections import Counter
from collections.abc import Mapping
from urllib.parse import quote

from schema_docs.catalog.history import qualified
from schema_docs.catalog.model import Catalog, Identity


def anchor(kind: str, name: str) -> str:
    """The `id` of an object on its table's page."""
    return f"{kind}-{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}"


def slug(name: str) -> str:
    """A file name for an object."""
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)


def page_addresses(catalog: Catalog) -> Mapping[Identity, str]:
    """The address of every object, from the site's root."""
    relations = {
        one.oid: f"tables/{slug(qualified(one.schema, one.name))}.html" for one in catalog.relations
    }
    addresses = {Identity("pg_class", oid): url for oid, url in relations.items()}
    for column in catalog.columns:
        url = f"{relations[column.table]}#{anchor('column', column.name)}"
        addresses[column.identification] = quote(url, safe="/#")
    parts = (
        ("pg_constraint", "constraint", catalog.constraints),
        ("pg_index", "index", catalog.indexes),
        ("pg_trigger", "trigger", catalog.triggers),
        ("pg_policy", "policy", catalog.policies),
    )
    for source, kind, objects in parts:
        for one in objects:
            addresses[Identity(source, one.oid)] = (
                f"{relations[one.table]}#{anchor(kind, one.name)}"
            )
    for type_ in catalog.types:
        name = qualified(type_.schema, type_.name)
        addresses[Identity("pg_type", type_.oid)] = f"types/{slug(name)}.html"
    seen: Counter[str] = Counter()
    for function in catalog.functions:
        name = slug(qualified(function.schema, function.name))
        seen[name] += 1  # several may share a name
        number = f"-{seen[name]}" if seen[name] > 1 else ""
        addresses[Identity("pg_proc", function.oid)] = f"functions/{name}{number}.html"
    return addresses
