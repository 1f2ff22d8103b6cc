"""A small sqlc project, compiled by the real sqlc through the real plugin."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent


class Project:
    """The project in `directory`: sqlc.yaml, schema.sql, queries/ and the package library/."""

    def __init__(self, directory: Path, server_url: str) -> None:
        self.directory = directory
        self.server_url = server_url

    @property
    def out(self) -> Path:
        return self.directory / "library"

    def copy(self, directory: Path) -> "Project":
        """The same project, elsewhere."""
        return Project(Path(shutil.copytree(self.directory, directory)), self.server_url)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the virtual environment in the project's directory."""
        environment = {
            "DATABASE_URL": self.server_url,
            "HOME": str(self.directory),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        }
        return subprocess.run(
            [str(BIN / command[0]), *command[1:]],
            cwd=self.directory,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def files(self) -> dict[str, bytes]:
        """The generated files by name."""
        return {path.name: path.read_bytes() for path in self.out.iterdir() if path.is_file()}
