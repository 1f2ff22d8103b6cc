"""Proves that the DBML describes the schema that the migrations create."""

from dataclasses import dataclass

from schema_docs.diagram import read_diagram
from schema_docs.dump import Dump, dump_schema
from schema_docs.functions.source import file_of, functions_with_file
from schema_docs.not_in_dbml import (
    Difference,
    compare,
    format_differences,
    format_entry,
    read_reviewed,
)
from schema_docs.project import Project
from schema_docs.scratch import load_diagram, migrate, scratch_database


@dataclass(frozen=True)
class Report:
    """Differences that no entry lists (`unknown`), and entries without a difference (`stale`)."""

    unknown: tuple[Difference, ...]
    stale: tuple[Difference, ...]

    def __bool__(self) -> bool:
        return bool(self.unknown or self.stale)

    def __str__(self) -> str:
        """Diffs, and the entries that would list them."""
        parts = [
            f"{one}\n  Change the DBML (-: in DBML, +: migrated), or add what it cannot say:\n\n"
            f"{format_entry(one)}"
            for one in self.unknown
        ]
        parts += [f"{one.key}: stale, remove its entry:\n{one}\n" for one in self.stale]
        return "\n".join(parts)


def verify(project: Project, server_url: str) -> Report:
    """Compare the DBML with the migrations.

    Raises DocsError.
    """
    drawn, migrated = dumps(project, server_url)
    return report(project, drawn, migrated)


def report(project: Project, drawn: Dump, migrated: Dump) -> Report:
    """Compare two dumps, and the differences with the reviewed ones."""
    found = compare(drawn, migrated, _function_files(project))
    reviewed = read_reviewed(project.not_in_dbml)
    return Report(
        tuple(one for one in found if one not in reviewed),
        tuple(one for one in reviewed if one not in found),
    )


def generate_not_in_dbml(project: Project, server_url: str) -> None:
    """Write the list of what DBML cannot say. The reasons of known entries stay.

    Raises DocsError.
    """
    drawn, migrated = dumps(project, server_url)
    reasons = read_reviewed(project.not_in_dbml)
    found = compare(drawn, migrated, _function_files(project))
    project.not_in_dbml.write_text(format_differences(found, reasons))


def _function_files(project: Project) -> dict[str, str]:
    names = functions_with_file(project.functions)
    return {name: file_of(project.functions_folder, name).as_posix() for name in names}


def dumps(project: Project, server_url: str) -> tuple[Dump, Dump]:
    """The schema of the DBML, and that of the migrations."""
    return dump_diagram(project, server_url), dump_migrations(project, server_url)


def dump_diagram(project: Project, server_url: str) -> Dump:
    """The schema of the DBML."""
    statements = read_diagram(project.diagram).sql
    with scratch_database(server_url) as url:
        load_diagram(url, statements)
        return dump_schema(url)


def dump_migrations(project: Project, server_url: str) -> Dump:
    """The schema of the migrations."""
    with scratch_database(server_url) as url:
        migrate(url, project.migrations)
        return dump_schema(url)
