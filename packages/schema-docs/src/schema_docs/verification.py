"""Proves that the drawing is the schema the migrations make."""

from dataclasses import dataclass

from schema_docs.beyond import Difference, compare, format_beyond, format_entry, read_beyond
from schema_docs.drawing import read_drawing
from schema_docs.dump import Dump, dump_schema
from schema_docs.project import Project
from schema_docs.scratch import load_drawing, migrate_by_steps, scratch_database


@dataclass(frozen=True)
class Report:
    """What is wrong: differences nobody has reviewed, and reviewed ones that are gone."""

    unknown: tuple[Difference, ...]
    stale: tuple[Difference, ...]

    def __bool__(self) -> bool:
        return bool(self.unknown or self.stale)

    def __str__(self) -> str:
        """A diff to read, and the lines to write."""
        parts = [
            f"{one}\n  Draw it (-: drawn, +: migrated), or where DBML cannot, write:\n\n"
            f"{format_entry(one)}"
            for one in self.unknown
        ]
        parts += [f"{one.key}: stale, remove its entry:\n{one}\n" for one in self.stale]
        return "\n".join(parts)


def verify(project: Project, server_url: str) -> Report:
    """Compare the drawing with the migrations.

    Raises DocsError.
    """
    drawn, migrated = dumps(project, server_url)
    return report(project, drawn, migrated)


def report(project: Project, drawn: Dump, migrated: Dump) -> Report:
    """What differs without having been reviewed, and the other way round."""
    found, reviewed = compare(drawn, migrated), read_beyond(project.beyond)
    return Report(
        tuple(one for one in found if one not in reviewed),
        tuple(one for one in reviewed if one not in found),
    )


def generate_beyond(project: Project, server_url: str) -> None:
    """Write down what DBML cannot say, keeping the reasons.

    Raises DocsError.
    """
    drawn, migrated = dumps(project, server_url)
    reasons = read_beyond(project.beyond)
    project.beyond.write_text(format_beyond(compare(drawn, migrated), reasons))


def dumps(project: Project, server_url: str) -> tuple[Dump, Dump]:
    """The schema as drawn, and as migrated."""
    return dump_drawing(project, server_url), dump_migrations(project, server_url)


def dump_drawing(project: Project, server_url: str) -> Dump:
    """The schema that the drawing makes."""
    statements = read_drawing(project.drawing).sql
    with scratch_database(server_url) as url:
        load_drawing(url, statements)
        return dump_schema(url)


def dump_migrations(project: Project, server_url: str) -> Dump:
    """The schema that the migrations make."""
    with scratch_database(server_url) as url:
        for _ in migrate_by_steps(url, project.migrations):
            pass
        return dump_schema(url)
