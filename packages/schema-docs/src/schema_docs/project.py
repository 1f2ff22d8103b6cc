"""Where the sources of a project's docs are."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Project:
    """A project at `root`; `package` is what sqlc generates, as Python imports it."""

    root: Path
    name: str
    package: str = "gen"

    @property
    def migrations(self) -> Path:
        return self.root / "db" / "migrations"

    @property
    def queries(self) -> Path:
        return self.root / "db" / "queries"

    @property
    def drawing(self) -> Path:
        return self.root / "dbml" / f"{self.name}.dbml"

    @property
    def beyond(self) -> Path:
        """What DBML cannot say."""
        return self.root / "dbml" / "beyond_dbml.toml"
