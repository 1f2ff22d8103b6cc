"""schema-docs COMMAND: builds and verifies the database docs of this folder's project."""

import argparse
import os
import sys
from pathlib import Path

from schema_docs.content import collect_content
from schema_docs.errors import DocsError
from schema_docs.project import Project
from schema_docs.publishing import publish
from schema_docs.site.build import build_site
from schema_docs.site.files import differing_files, write_site
from schema_docs.verification import generate_beyond, verify


def main() -> int:
    """Entry point; the exit code. DATABASE_URL names a server on which databases can be made."""
    parser = argparse.ArgumentParser(prog="schema-docs", description=__doc__)
    parser.add_argument("--name", default="bank", help="the drawing is dbml/NAME.dbml")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("verify-dbml", help="fail when the drawing is not the schema")
    commands.add_parser("generate-dbml", help="write what DBML cannot say")
    for name, purpose in (
        ("build", "write the site"),
        ("verify", "fail when it is not up to date"),
    ):
        commands.add_parser(name, help=purpose).add_argument("directory", type=Path)
    commands.add_parser("publish", help="publish the drawing to dbdocs.io")
    arguments = parser.parse_args()
    project = Project(Path.cwd(), arguments.name)
    server_url = os.environ.get("DATABASE_URL", "")
    try:
        match arguments.command:
            case "verify-dbml":
                return _verify_dbml(project, server_url)
            case "generate-dbml":
                generate_beyond(project, server_url)
            case "build":
                write_site(build_site(collect_content(project, server_url)), arguments.directory)
            case "verify":
                files = build_site(collect_content(project, server_url))
                return _report(differing_files(files, arguments.directory))
            case _:
                publish(project, os.environ.get("DBDOCS_TOKEN", ""))
    except DocsError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _verify_dbml(project: Project, server_url: str) -> int:
    found = verify(project, server_url)
    if found:
        print(f"{project.drawing.name} is not the schema:\n\n{found}", file=sys.stderr)
    return int(bool(found))


def _report(differing: list[str]) -> int:
    for path in differing:
        print(f"{path} is not what it is built to; run `make dbdocs`", file=sys.stderr)
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
