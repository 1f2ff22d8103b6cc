"""The facts on a project's pages, taken from a scratch database that its migrations made."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from schema_docs.catalog.fetch import fetch_catalog, fetch_row_counts
from schema_docs.catalog.history import Migration, Snapshot, describe_migration, snapshot
from schema_docs.catalog.model import Catalog
from schema_docs.diagram import Diagram, read_diagram
from schema_docs.project import Project
from schema_docs.scratch import migrate_by_steps, scratch_database
from schema_docs.usage.collect import Usage, collect_usage
from schema_docs.usage.named import read_queries


@dataclass(frozen=True)
class Content:
    """The facts. `row_counts` are estimates after the migrations, by the oids of tables."""

    project: Project
    diagram: Diagram
    catalog: Catalog
    migrations: tuple[Migration, ...]
    usage: Usage
    row_counts: Mapping[int, int]


def collect_content(project: Project, server_url: str) -> Content:
    """Migrate a scratch database step by step, and read its catalog after each step.

    Raises DocsError.
    """
    diagram, queries = read_diagram(project.diagram), read_queries(project)
    before: Snapshot = {}
    migrations: list[Migration] = []
    with scratch_database(server_url) as url, psycopg.connect(url, autocommit=True) as connection:
        catalog = fetch_catalog(connection)
        for path in migrate_by_steps(url, project.migrations):
            catalog = fetch_catalog(connection)
            after = snapshot(catalog)
            migrations.append(describe_migration(path, before, after))
            before = after
        usage = collect_usage(connection, catalog, queries)
        connection.execute("ANALYZE")  # after the plans, which are those of tables never analysed
        row_counts = fetch_row_counts(connection)
    return Content(project, diagram, catalog, tuple(migrations), usage, row_counts)
