"""Builds and verifies the docs of the database schema of a project.

The project is the present folder. DATABASE_URL names a PostgreSQL server, and a superuser on it,
for databases that are dropped again; pg_dump of its major version is on PATH.
"""

import argparse
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from schema_docs.content import collect_content
from schema_docs.errors import DocsError
from schema_docs.project import Project, find_dbml
from schema_docs.publishing import publish
from schema_docs.site.build import build_site
from schema_docs.site.files import differing_files, write_site
from schema_docs.verification import generate_not_in_dbml, verify


def main() -> int:
    """Entry point of the command `schema-docs`; the exit code."""
    arguments = _parser().parse_args()
    try:
        return _run(arguments, os.environ.get("DATABASE_URL", ""))
    except DocsError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="schema-docs", description=__doc__)
    parser.add_argument("--dbml", type=Path, help="the DBML file; default: the one in dbml/")
    parser.add_argument(
        "--migrations", type=Path, default=Path("db/migrations"), help="%(default)s"
    )
    parser.add_argument("--queries", type=Path, default=Path("db/queries"), help="%(default)s")
    parser.add_argument(
        "--package", default="gen", help="the Python package that sqlc generates; %(default)s"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="write the site").add_argument("directory", type=Path)
    check = commands.add_parser("verify", help="fail when the site is not up to date")
    check.add_argument("directory", type=Path)
    commands.add_parser("verify-dbml", help="fail when the DBML is not the schema")
    commands.add_parser("generate-dbml", help="write down what DBML cannot say of the schema")
    commands.add_parser("publish", help="send the DBML to dbdocs.io; needs DBDOCS_TOKEN")
    return parser


def _run(arguments: argparse.Namespace, server_url: str) -> int:
    root = Path.cwd()
    dbml = arguments.dbml or find_dbml(root)
    project = Project(root, dbml, arguments.migrations, arguments.queries, arguments.package)
    match arguments.command:
        case "verify-dbml":
            return _fail(_wrong_dbml(project, server_url))
        case "generate-dbml":
            generate_not_in_dbml(project, server_url)
        case "build":
            write_site(build_site(collect_content(project, server_url)), arguments.directory)
        case "verify":
            files = build_site(collect_content(project, server_url))
            differing = differing_files(files, arguments.directory)
            return _fail(f"{path} is not up to date; build the docs anew" for path in differing)
        case _:
            publish(project, os.environ.get("DBDOCS_TOKEN", ""))
    return 0


def _wrong_dbml(project: Project, server_url: str) -> list[str]:
    found = verify(project, server_url)
    return [f"{project.dbml} is not the schema:\n\n{found}"] if found else []


def _fail(complaints: Iterable[str]) -> int:
    """1 if there is anything to complain about, after saying it; else 0."""
    lines = list(complaints)
    for line in lines:
        print(line, file=sys.stderr)
    return int(bool(lines))
