"""A mutant: one change, and the tests of which one must fail with it."""

import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FUNCTIONS: Final = Path(__file__).parents[2] / "db" / "functions"


@dataclass(frozen=True, kw_only=True)
class _Tests:
    """`tests` are arguments of pytest: files, and optionally `-k` with parts of names."""

    name: str
    tests: str

    @property
    def files(self) -> list[str]:
        """The files of the tests."""
        return [part for part in shlex.split(self.tests) if part.endswith(".py")]

    def selects(self, file: str, name: str) -> bool:
        """Whether a test is one of the tests."""
        wanted = shlex.split(self.tests)[-1] if " -k " in self.tests else ""
        return file in self.files and any(
            all(part in name for part in either.split(" and ")) for either in wanted.split(" or ")
        )


@dataclass(frozen=True, kw_only=True)
class SqlMutant(_Tests):
    """A change of the migrated database, which its owner makes."""

    statement: str


@dataclass(frozen=True, kw_only=True)
class CodeMutant(_Tests):
    """A change of one place in one file."""

    path: str
    old: str
    new: str

    def mutated(self, tree: Path) -> str:
        """The file with the change."""
        source = (tree / self.path).read_text()
        assert source.count(self.old) == 1, f"{self.name}: {self.path} has not one {self.old!r}"
        return source.replace(self.old, self.new)

    def apply(self, tree: Path) -> None:
        """Write the file with the change."""
        (tree / self.path).write_text(self.mutated(tree))


Mutant = SqlMutant | CodeMutant


def view_replaced(view: str, old: str, new: str) -> str:
    """The SQL that changes one place in the query of a view."""
    return f"""DO $mutant$
DECLARE
    definition text := pg_get_viewdef('{view}'::regclass);
BEGIN
    ASSERT definition LIKE '%' || $old${old}$old$ || '%', 'the view has no such place';
    EXECUTE 'CREATE OR REPLACE VIEW {view} WITH (security_invoker = true) AS '
        || replace(definition, $old${old}$old$, $new${new}$new$);
END $mutant$"""


def replaced(function: str, old: str, new: str) -> str:
    """The SQL of a function's file with one place changed."""
    source = (_FUNCTIONS / f"{function}.sql").read_text()
    assert source.count(old) == 1, f"db/functions/{function}.sql has not one {old!r}"
    return source.replace(old, new)
