"""The queue's tables are those of the version that is installed."""

from pathlib import Path

import procrastinate.schema


def test_the_migration_is_the_installed_schema(root: Path) -> None:
    [migration] = (root / "db" / "migrations").glob("*_create_procrastinate.sql")
    assert procrastinate.schema.SchemaManager.get_schema() in migration.read_text()
