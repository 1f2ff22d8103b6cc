"""What a mutant is: one change, and the tests that must not pass with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Later than any other; its only part is the change.
MIGRATION: Final = "db/migrations/99991231235959_break_something.sql"


@dataclass(frozen=True)
class SqlMutant:
    """A change of the migrated database: the last migration of the mutated tree.

    `tests` are arguments of pytest.
    """

    name: str
    statement: str
    tests: str

    def apply(self, tree: Path) -> None:
        """Add the migration."""
        (tree / MIGRATION).write_text(
            f"-- migrate:up\n{self.statement};\n\n-- migrate:down\nSELECT 1;\n"
        )


@dataclass(frozen=True)
class CodeMutant:
    """A change of one place in one file."""

    name: str
    path: str
    old: str
    new: str
    tests: str

    def mutated(self, tree: Path) -> str:
        """The file with the change."""
        source = (tree / self.path).read_text()
        assert source.count(self.old) == 1, f"{self.name}: {self.path} has not one {self.old!r}"
        return source.replace(self.old, self.new)

    def apply(self, tree: Path) -> None:
        """Write it."""
        (tree / self.path).write_text(self.mutated(tree))


Mutant = SqlMutant | CodeMutant


def replaced(function: str, old: str, new: str) -> str:
    """The SQL that changes one place in the body of a function, wherever it was defined last."""
    return f"""DO $mutant$
DECLARE
    definition text := pg_get_functiondef('{function}'::regproc);
    changed text := replace(definition, $old${old}$old$, $new${new}$new$);
BEGIN
    ASSERT length(definition) - length(replace(definition, $old${old}$old$, ''))
        = length($old${old}$old$), 'the function has not one such place';
    EXECUTE changed;
END $mutant$"""
