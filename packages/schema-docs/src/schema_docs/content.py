"""Everything the pages say of a project, found out from a migrated scratch database."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from schema_docs.catalog.fetch import fetch_catalog, fetch_row_counts
from schema_docs.catalog.history import Migration, Snapshot, describe_migration, snapshot
from schema_docs.catalog.model import Catalog
from schema_docs.drawing import Drawing, read_drawing
from schema_docs.project import Project
from schema_docs.scratch import migrate_by_steps, scratch_database
from schema_docs.usage.collect import Usage, collect_usage
from schema_docs.usage.named import read_queries


@dataclass(frozen=True)
class Content:
    project: Project
    drawing: Drawing
    catalog: Catalog
    migrations: tuple[Migration, ...]
    usage: Usage
    row_counts: Mapping[int, int]


def collect_content(project: Project, server_url: str) -> Content:
    """Migrate a scratch database step by step and ask it everything.

    Raises DocsError.
    """
    drawing, queries = read_drawing(project.drawing), read_queries(project)
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
    return Content(project, drawing, catalog, tuple(migrations), usage, row_counts)
