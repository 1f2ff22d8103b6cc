"""The file of a function: its definition, then the grants and the comment that belong to it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

from schema_docs.errors import DocsError
from schema_docs.tools import run_node

Node = Mapping[str, Any]
"""A node of PostgreSQL's parse tree."""

_BEFORE_STATEMENT: Final = re.compile(r"(?:\s+|--[^\n]*)*")
_UNDOING: Final = (
    (re.compile(r"GRANT (.+) TO (.+)", re.DOTALL | re.IGNORECASE), r"REVOKE \1 FROM \2"),
    (re.compile(r"REVOKE (.+) FROM (.+)", re.DOTALL | re.IGNORECASE), r"GRANT \1 TO \2"),
    (re.compile(r"(COMMENT ON .+? IS)\s.+", re.DOTALL | re.IGNORECASE), r"\1 NULL"),
)
_RESULT_MODES: Final = ("FUNC_PARAM_OUT", "FUNC_PARAM_TABLE")


class Text(NamedTuple):
    """The text of a function, and where it stands."""

    place: str
    name: str
    sql: str


@dataclass(frozen=True)
class FunctionSource:
    """A function as its text defines it.

    CREATE OR REPLACE takes another text for the same function only if `signature` is equal: the
    parameters and the result. `argument_types` tell it from others of its name. `details` are the
    grants and the comment after the definition.
    """

    name: str
    text: str
    signature: str
    argument_types: tuple[str, ...]
    details: tuple[str, ...]


def file_of(directory: Path, name: str) -> Path:
    """The file of a function, whose name begins with its schema where that is not `public`."""
    return directory / f"{name}.sql"


def functions_with_file(directory: Path) -> list[str]:
    """The names of the functions that have a file."""
    return sorted(path.stem for path in directory.glob("*.sql"))


def read_files(directory: Path, names: Sequence[str]) -> dict[str, FunctionSource]:
    """The functions of these names as their files define them.

    Raises DocsError, with a line for each file that is not the function of its name.
    """
    files = {name: file_of(directory, name) for name in names}
    return parse([Text(str(file), name, read_text(file)) for name, file in files.items()])


def read_text(path: Path) -> str:
    """What a file holds, byte for byte."""
    return path.read_bytes().decode()


def parse(texts: Sequence[Text]) -> dict[str, FunctionSource]:
    """The functions that texts define, by name.

    Raises DocsError, with a line for each text that is not the function of its name.
    """
    if not texts:
        return {}
    parsed: list[Node] = run_node("statements.mjs", json.dumps([text.sql for text in texts]))
    found: dict[str, FunctionSource] = {}
    wrong: list[str] = []
    for text, result in zip(texts, parsed, strict=True):
        try:
            found[text.name] = _function(text, result)
        except DocsError as error:
            wrong.append(str(error))
    if wrong:
        raise DocsError("\n".join(wrong))
    return found


def undo(detail: str) -> str:
    """The statement that takes back a grant, a revocation or a comment."""
    for pattern, replacement in _UNDOING:
        if pattern.fullmatch(detail):
            return pattern.sub(replacement, detail)
    raise AssertionError(detail)


def _function(text: Text, result: Node) -> FunctionSource:
    if "error" in result:
        line = text.sql.count("\n", 0, result["position"]) + 1
        raise DocsError(f"{text.place}:{line}: {result['error']}")
    statements: list[Node] = result["statements"]
    definition: Node = statements[0]["stmt"].get("CreateFunctionStmt", {}) if statements else {}
    is_function = definition.get("replace", False) and not definition.get("is_procedure", False)
    if not is_function or _dotted(definition["funcname"]) != text.name:
        raise DocsError(f"{text.place}: must begin with CREATE OR REPLACE FUNCTION {text.name}")
    _require_a_whole_text(text)
    signature: Node = {part: definition.get(part) for part in ("parameters", "returnType")}
    return FunctionSource(
        name=text.name,
        text=text.sql,
        signature=json.dumps(_without_places(signature), sort_keys=True),
        argument_types=tuple(_argument_types(definition)),
        details=tuple(_detail(text, statement) for statement in statements[1:]),
    )


def _argument_types(definition: Node) -> Iterator[str]:
    for parameter in definition.get("parameters", []):
        node = parameter["FunctionParameter"]
        if node["mode"] not in _RESULT_MODES:
            dimensions = "[]" * len(node["argType"].get("arrayBounds", []))
            yield _dotted(node["argType"]["names"]).removeprefix("pg_catalog.") + dimensions


def _require_a_whole_text(text: Text) -> None:
    if not text.sql.endswith("\n"):
        raise DocsError(f"{text.place}: must end with a newline")
    if re.search(r"^\s*--\s*migrate:", text.sql, re.MULTILINE):
        raise DocsError(f"{text.place}: must have no line that divides a migration, `-- migrate:`")


def _detail(text: Text, statement: Node) -> str:
    written = text.sql.encode()
    start: int = statement["stmt_location"]
    sql = written[start : start + statement["stmt_len"]].decode()
    blank = _BEFORE_STATEMENT.match(sql)
    assert blank is not None
    [(kind, node)] = statement["stmt"].items()
    if _function_named(kind, node) != text.name:
        line = (written[:start].decode() + blank.group()).count("\n") + 1
        raise DocsError(
            f"{text.place}:{line}: only grants and the comment of {text.name} belong here"
        )
    return sql[blank.end() :]


def _function_named(kind: str, node: Node) -> str | None:
    """The function that a grant or a comment is of; None for other statements."""
    objects: list[Node] = []
    if kind == "GrantStmt":
        objects = node.get("objects", [])
    elif kind == "CommentStmt":
        objects = [node["object"]]
    if node.get("objtype") != "OBJECT_FUNCTION" or len(objects) != 1:
        return None
    return _dotted(objects[0]["ObjectWithArgs"]["objname"])


def _dotted(name: Sequence[Node]) -> str:
    return ".".join(part["String"]["sval"] for part in name)


def _without_places(node: object) -> object:
    """A parse tree without where its parts stand in the text."""
    if isinstance(node, list):
        return [_without_places(part) for part in cast("list[object]", node)]
    if isinstance(node, dict):
        parts = cast("dict[str, object]", node)
        return {key: _without_places(part) for key, part in parts.items() if key != "location"}
    return node
