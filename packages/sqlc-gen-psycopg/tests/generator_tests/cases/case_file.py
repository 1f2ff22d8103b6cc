"""A case in one file: a schema, data and queries, and the annotations that their results have.

    -- expect: GetThing(id: int, note: str | None); CountThings(int)
    -- about: where the case is from
    -- args GetThing: {"id": 1}
    -- options: {"emit_pydantic_models": true}
    -- schema
    CREATE TABLE ...
    -- data
    INSERT INTO ...
    -- queries
    -- name: GetThing :many
    ...

`args` stands once for each call; a query without it is called with values of the types of its
parameters. `about`, `args`, `options`, `schema` and `data` may be left out. An annotation without a
name is that of a query of one column.
"""

import ast
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any, Final, get_args, get_origin

from generator_tests.cases.calling import Calls, call
from generator_tests.cases.compiling import Compiled
from generator_tests.cases.outcomes import Verdict
from generator_tests.project import Project, Server, write_project
from generator_tests.values import Arguments, row_fields, shown

VARIANTS: Final = (Arguments(), Arguments(gives_none=True), Arguments(turn=1))
_NO_SCHEMA: Final = "CREATE TABLE unused (id integer);"
_OR_NONE: Final = " | None"


@dataclass(frozen=True)
class CaseFile:
    """A case called `name`, in parts."""

    name: str
    expected: Mapping[str, Mapping[str, str]]
    arguments: Mapping[str, list[dict[str, Any]]]
    options: Mapping[str, Any]
    schema: str
    data: str
    queries: str

    def write(self, directory: Path, server: Server) -> Project:
        """Write the case's project to a folder."""
        options: dict[str, Any] = {"emit_async_querier": True, **self.options}
        return write_project(
            directory, server, self.schema or _NO_SCHEMA, {"query.sql": self.queries}, **options
        )

    def look(self, compiled: Compiled) -> tuple[Verdict, str]:
        """Call each query that something is expected of, and compare; the worst is the verdict."""
        compiled.connection.execute(self.data.encode())
        judged = [
            _judge(columns, call(compiled, query, self.arguments[query] or VARIANTS))
            for query, columns in self.expected.items()
        ]
        verdict = max((verdict for verdict, _ in judged), key=lambda verdict: verdict.badness)
        return verdict, "; ".join(detail for _, detail in judged if detail)

    def refused(self, verdict: Verdict, message: str) -> Verdict:
        """A case is expected to be compiled."""
        return verdict


def read_case(name: str, text: str) -> CaseFile:
    """The case of a file. Raises ValueError or SyntaxError for text of another form."""
    head, *rest = re.split(r"^-- (schema|data|queries):?\n", text, flags=re.MULTILINE)
    parts = dict(zip(rest[::2], rest[1::2], strict=True))
    fields = re.findall(r"^-- (expect|options|args \w+): *(.*)$", head, re.MULTILINE)
    arguments = defaultdict[str, list[dict[str, Any]]](list)
    for key, value in fields:
        if key.startswith("args "):
            arguments[key.removeprefix("args ")].append(ast.literal_eval(value))
    found = dict(fields)
    queries = re.findall(r"(\w+)\(([^()]*)\)", found.get("expect", ""))
    if not queries or "queries" not in parts:
        raise ValueError("no `-- expect: Query(column: annotation)`, or no `-- queries`")
    return CaseFile(
        name=name,
        expected={name: _columns(columns) for name, columns in queries},
        arguments=arguments,
        options=json.loads(found.get("options", "{}")),
        schema=parts.get("schema", ""),
        data=parts.get("data", ""),
        queries=parts["queries"],
    )


def _columns(text: str) -> dict[str, str]:
    """`a: int, b: str | None` by name. A subscript has the same syntax."""
    if not text.strip():
        return {}
    subscript = ast.parse(f"_[{text}]", mode="eval").body
    assert isinstance(subscript, ast.Subscript)
    inner = subscript.slice
    columns: dict[str, str] = {}
    for column in inner.elts if isinstance(inner, ast.Tuple) else [inner]:
        if isinstance(column, ast.Slice) and column.lower is not None and column.upper is not None:
            columns[ast.unparse(column.lower)] = ast.unparse(column.upper)
        else:
            columns[""] = ast.unparse(column)
    return columns


def _judge(expected: Mapping[str, str], calls: Calls) -> tuple[Verdict, str]:
    found = _found(expected, calls.returned)
    differing = [
        f"{column}: {found.get(column)} for {annotation}"
        for column, annotation in expected.items()
        if found.get(column) != annotation
    ]
    is_cautious = all(
        found.get(column) in (annotation, annotation + _OR_NONE)
        for column, annotation in expected.items()
    )
    if calls.broken:
        return Verdict.ERROR, "; ".join(calls.broken)
    if calls.wrong:
        return Verdict.UNSOUND, "; ".join(calls.wrong)
    if not is_cautious:
        return Verdict.OTHER, "; ".join(differing)
    if calls.failed and not calls.row_count:
        return Verdict.FAILS, "; ".join(dict.fromkeys(calls.failed))
    return (Verdict.CAUTIOUS if differing else Verdict.OK), "; ".join(differing)


def _found(expected: Mapping[str, str], returned: Any) -> dict[str, str]:
    """The annotations of a method's rows by column, called as they are expected."""
    element = get_args(returned)[0] if len(get_args(returned)) == 1 else returned
    is_one = element is returned and NoneType in get_args(returned)
    kinds = [kind for kind in get_args(element) or (element,) if kind is not NoneType]
    row = kinds[0] if get_origin(element) is not list and len(kinds) == 1 else element
    columns = {name: shown(hint) for name, hint in row_fields(row).items()}
    if len(expected) == 1:
        [(name, annotation)] = expected.items()
        whole = shown(element)
        # A row of `:one` may be missing, which looks as if its only column may be NULL.
        if is_one and annotation + _OR_NONE == whole:
            whole = annotation
        if not columns or annotation.removesuffix(_OR_NONE) == whole.removesuffix(_OR_NONE):
            return {name: whole}
        if len(columns) == 1:
            return {name: next(iter(columns.values()))}
    return columns
