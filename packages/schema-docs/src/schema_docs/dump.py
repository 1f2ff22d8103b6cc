"""A schema as pg_dump writes it, taken apart into its objects."""

import re
import subprocess
from collections.abc import Mapping
from typing import Final, NamedTuple

import psycopg
from psycopg.conninfo import conninfo_to_dict

from schema_docs.errors import DocsError


class Key(NamedTuple):
    """The name of an object in pg_dump: type, schema, and name, after that of its table."""

    type: str
    schema: str
    name: str

    def __str__(self) -> str:
        place = "" if self.schema == "-" else f"{self.schema}."
        return f"{self.type} {place}{self.name}"


Dump = Mapping[Key, tuple[str, ...]]
"""The lines of SQL that create each object, without its owner."""

# The comment that pg_dump writes above each object.
_HEADER: Final = re.compile(
    r"^--\n-- Name: (.*); Type: ([A-Z ]+); Schema: (.*); Owner: .*\n--\n", re.MULTILINE
)
_END: Final = "\n--\n-- PostgreSQL database dump complete\n"
# Types whose lines end in a comma when another line follows.
_LISTS: Final = ("TABLE", "TYPE", "FOREIGN TABLE")


def dump_schema(url: str) -> Dump:
    """The objects of a database. An owner is compared where it is not the database's owner.

    Raises DocsError when pg_dump is missing or fails.
    """
    # pg_dump sets both between the objects, for all that follow.
    options = ("--schema-only", "--no-tablespaces", "--no-table-access-method")
    command = ["pg_dump", *options, "--restrict-key=schemadocs", f"--dbname={url}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise DocsError("pg_dump is not on PATH; it must be of the server's version") from None
    if done.returncode != 0:
        raise DocsError(f"pg_dump failed: {done.stderr.strip()}")
    return parse_dump(done.stdout, _owner(url))


def _owner(url: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute("""
            SELECT quote_ident(pg_get_userbyid(datdba)) FROM pg_database
            WHERE datname = current_database()
        """).fetchone()
    assert row is not None, conninfo_to_dict(url)
    return str(row[0])


def parse_dump(text: str, owner: str) -> Dump:
    """Take apart what pg_dump wrote in a database of `owner`."""
    _, *parts = _HEADER.split(text.partition(_END)[0])
    objects: dict[Key, tuple[str, ...]] = {}
    for name, kind, schema, body in zip(*(parts[n::4] for n in range(4)), strict=True):
        key = Key(kind, schema, name)
        objects[key] = objects.get(key, ()) + tuple(_lines(key, body, owner))
    return {key: lines for key, lines in objects.items() if lines}


def _lines(key: Key, body: str, owner: str) -> list[str]:
    lines = "\n".join(
        line
        for line in body.splitlines()
        if not (line.startswith("ALTER ") and line.endswith(f" OWNER TO {owner};"))
    )
    is_list = key.type in _LISTS
    return [line.removesuffix(",") if is_list else line for line in lines.strip().splitlines()]
