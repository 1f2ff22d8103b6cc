"""Builds and verifies the docs of the database schema of a project.

The project is the present folder. DATABASE_URL names a PostgreSQL server, and a superuser on it,
for databases that are dropped again; pg_dump of its major version is on PATH.
"""

import argparse
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from schema_docs.content import collect_content
from schema_docs.errors import DocsError
from schema_docs.functions.migration import write_migration
from schema_docs.functions.verification import MIGRATION_COMMAND, verify_functions
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
    parser.add_argument("--functions", type=Path, default=Path("db/functions"), help="%(default)s")
    parser.add_argument("--queries", type=Path, default=Path("db/queries"), help="%(default)s")
    parser.add_argument(
        "--package", default="gen", help="the Python package that sqlc generates; %(default)s"
    )
    parser.add_argument(
        "--home", default="", help="where every page links back to, as seen from the index"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="write the site").add_argument("directory", type=Path)
    check = commands.add_parser("verify", help="fail when the site is not up to date")
    check.add_argument("directory", type=Path)
    commands.add_parser("verify-dbml", help="fail when the DBML is not the schema")
    commands.add_parser("generate-dbml", help="write down what DBML cannot say of the schema")
    commands.add_parser("publish", help="send the DBML to dbdocs.io; needs DBDOCS_TOKEN")
    migration = commands.add_parser("migration", help="write the next migration")
    migration.add_argument("--why", required=True, help="a sentence, which becomes its first line")
    migration.add_argument("name", help="a word that says what it does")
    migration.add_argument("function", nargs="*", help="made what its file says; default: none")
    functions = commands.add_parser(
        "verify-functions", help="fail when a function is not what its file says"
    )
    functions.add_argument(
        "--foreign-schema", action="append", default=[], help="its functions need no files"
    )
    functions.add_argument(
        "--migration-command", default=MIGRATION_COMMAND, help="what to run for {name}; %(default)s"
    )
    return parser


def _run(arguments: argparse.Namespace, server_url: str) -> int:
    match arguments.command:
        case "migration":
            path = write_migration(
                arguments.name,
                arguments.function,
                arguments.functions,
                arguments.migrations,
                datetime.now(UTC),
                why=arguments.why,
            )
            print(path)
            return 0
        case "verify-functions":
            return _fail(
                verify_functions(
                    arguments.functions,
                    arguments.migrations,
                    server_url,
                    foreign_schemas=arguments.foreign_schema,
                    migration_command=arguments.migration_command,
                )
            )
        case _:
            return _run_on_project(arguments, server_url)


def _run_on_project(arguments: argparse.Namespace, server_url: str) -> int:
    root = Path.cwd()
    dbml = arguments.dbml or find_dbml(root)
    project = Project(
        root,
        dbml,
        migrations_folder=arguments.migrations,
        functions_folder=arguments.functions,
        queries_folder=arguments.queries,
        package=arguments.package,
        home=arguments.home,
    )
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
