"""Collects the effects and plans of the named queries from a migrated database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schema_docs.catalog.model import Catalog
from schema_docs.usage.functions import FunctionUses, uses_of_functions
from schema_docs.usage.lineage import Effects, Lineage
from schema_docs.usage.named import NamedQuery
from schema_docs.usage.plans import Plan, explain
from schema_docs.usage.statements import Connection, parse_statement
from schema_docs.usage.uses import TreeUses, Use, uses_of_tree
from sqlc_gen_psycopg.pg_trees import describe

_VIEWS = """
SELECT ev_class, ev_action::text FROM pg_rewrite WHERE ev_class = ANY(%s) AND ev_type = '1'
"""


@dataclass(frozen=True)
class QueryUsage:
    """A query with its effects and its plan. `is_parsed` says whether PostgreSQL parsed it."""

    query: NamedQuery
    effects: Effects
    plan: Plan | None
    is_parsed: bool


@dataclass(frozen=True)
class Usage:
    """The uses of all queries, and those of functions and views by their oids."""

    queries: tuple[QueryUsage, ...]
    functions: Mapping[int, FunctionUses]
    views: Mapping[int, TreeUses]


def collect_usage(connection: Connection, catalog: Catalog, queries: Sequence[NamedQuery]) -> Usage:
    """Collect the usage. Every change of the database is rolled back."""
    views = _views(connection, catalog)
    functions = {
        oid: replace(uses, found=_of_ours(uses.found, catalog))
        for oid, uses in uses_of_functions(connection, catalog).items()
    }
    lineage = Lineage(catalog, functions, views)
    trees = _trees(connection, queries)
    return Usage(
        queries=tuple(
            QueryUsage(
                query,
                lineage.follow(_of_ours(uses_of_tree(tree), catalog)) if tree else Effects(),
                explain(connection, query.text),
                tree is not None,
            )
            for query, tree in zip(queries, trees, strict=True)
        ),
        functions=functions,
        views=views,
    )


def _trees(connection: Connection, queries: Sequence[NamedQuery]) -> list[str | None]:
    trees: list[str | None] = []
    described = describe(connection.pgconn, [query.text for query in queries])
    for query, description in zip(queries, described, strict=True):
        if description is None:
            trees.append(None)
            continue
        types = connection.execute(
            "SELECT format_type(oid, NULL) FROM unnest(%s::oid[]) WITH ORDINALITY AS _ (oid, n)"
            " ORDER BY n",
            [list(description.parameters)],
        ).fetchall()
        # Parameters without a name are $1, $2…, as the query has them.
        unnamed = {f"schema_docs_{number}": type_ for number, (type_,) in enumerate(types, 1)}
        parsed = parse_statement(connection, query.text, unnamed, "schema_docs_query")
        trees.append(parsed.tree if parsed else None)
    return trees


def _views(connection: Connection, catalog: Catalog) -> Mapping[int, TreeUses]:
    """The uses of views. The rule of a view reads the view, too: that use is left out."""
    oids = [one.oid for one in catalog.relations if not one.is_table]
    found: dict[int, TreeUses] = {}
    for oid, tree in connection.execute(_VIEWS, [oids]).fetchall():
        uses = _of_ours(uses_of_tree(tree), catalog)
        found[oid] = replace(uses, uses=frozenset(use for use in uses.uses if use.relation != oid))
    return found


def _of_ours(found: TreeUses, catalog: Catalog) -> TreeUses:
    """Without system functions, and without tables that only a transaction has."""
    relations = {one.oid for one in catalog.relations}
    row_types = {one.row_type: one.oid for one in catalog.relations}
    fields = {
        Use(row_types[type_], number, "read")
        for type_, number in found.fields
        if type_ in row_types
    }
    return TreeUses(
        frozenset(use for use in found.uses | fields if use.relation in relations),
        found.functions & {one.oid for one in catalog.functions},
    )
