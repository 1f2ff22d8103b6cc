"""The folders that the docs of a project are built from."""

from dataclasses import dataclass
from pathlib import Path

from schema_docs.errors import DocsError


@dataclass(frozen=True)
class Project:
    """A project at `root`. The other paths are relative to it.

    `package` is the Python package that sqlc generates of the queries, importable from `root`.
    `home` is where every page links back to, as seen from the index; nowhere if it is empty.
    """

    root: Path
    dbml: Path
    migrations_folder: Path = Path("db/migrations")
    functions_folder: Path = Path("db/functions")
    queries_folder: Path = Path("db/queries")
    package: str = "gen"
    home: str = ""

    @property
    def name(self) -> str:
        return self.dbml.stem

    @property
    def diagram(self) -> Path:
        return self.root / self.dbml

    @property
    def not_in_dbml(self) -> Path:
        """The reviewed list of what DBML cannot say, beside the DBML."""
        return self.diagram.with_name("not_in_dbml.toml")

    @property
    def migrations(self) -> Path:
        return self.root / self.migrations_folder

    @property
    def functions(self) -> Path:
        return self.root / self.functions_folder

    @property
    def queries(self) -> Path:
        return self.root / self.queries_folder


def find_dbml(root: Path) -> Path:
    """The one DBML file in the folder `dbml`, relative to `root`.

    Raises DocsError where there is none, or more than one.
    """
    found = sorted(path.relative_to(root) for path in (root / "dbml").glob("*.dbml"))
    if len(found) != 1:
        names = ", ".join(map(str, found)) or "none"
        raise DocsError(
            f"--dbml must name the DBML file, for dbml/ does not hold just one: {names}"
        )
    return found[0]
