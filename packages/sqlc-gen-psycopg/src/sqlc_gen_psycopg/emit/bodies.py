"""The bodies of the methods: one function per command."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.emit.classes import result_type
from sqlc_gen_psycopg.emit.text import tuple_of
from sqlc_gen_psycopg.emit.values import attribute, encode
from sqlc_gen_psycopg.program import Method, Value


@dataclass(frozen=True)
class _Context:
    """The words of one method in one of the two flavours."""

    method: Method
    is_async: bool
    cursor: str
    row: str
    rows: str

    @property
    def wait(self) -> str:
        return "await " if self.is_async else ""

    @property
    def repeat(self) -> str:
        return "async for" if self.is_async else "for"

    @property
    def open(self) -> str:
        """Makes the cursor."""
        cursor_class = "AsyncRawCursor" if self.is_async else "RawCursor"
        if self.method.command in (":many", ":execresult"):
            # For many rows a call from here costs less than one from inside of psycopg.
            factory = "tuple_row"
        elif self.method.result is None:
            return f"{self.cursor} = {cursor_class}(self._connection)"
        else:
            factory = f"lambda _: {self.method.maker}"
        return f"{self.cursor} = {cursor_class}(self._connection, row_factory={factory})"

    @property
    def execute(self) -> str:
        """Runs the query once."""
        return f"{self.wait}{self.cursor}.execute({self.method.constant}{self.arguments})"

    @property
    def arguments(self) -> str:
        """The parameters as a tuple, after the comma; nothing where there are none."""
        return f", {_tuple(self.method, '')}" if self.method.parameters else ""

    @property
    def items(self) -> str:
        """The parameters of every row of a batch."""
        return f"[{_tuple(self.method, 'row')} for row in rows]"


def body(method: Method, *, is_async: bool) -> list[str]:
    """The lines of the method, after its docstring."""
    parameters = [value.name for value in method.parameters]
    *_, cursor, row, rows = names.distinct([*parameters, "cursor", "row", "rows"])
    context = _Context(method, is_async, cursor, row, rows)
    return (_stream if needs_iterator(method) else _BODIES[method.command])(context)


def needs_iterator(method: Method) -> bool:
    """Whether the method yields its rows."""
    return method.stream_size is not None


def return_type(method: Method, *, is_async: bool, rows: str = "") -> str:
    """The type of the result; `rows` is the prefix of the classes of the method's own module."""
    if method.result is None:
        cursor = "AsyncRawCursor[TupleRow]" if is_async else "RawCursor[TupleRow]"
        return {":exec": "None", ":execresult": cursor}.get(method.command, "int")
    row = result_type(method.result, rows=rows)
    if needs_iterator(method):
        return f"AsyncIterator[{row}]" if is_async else f"Iterator[{row}]"
    optional = row if method.is_required or row.endswith("| None") else f"{row} | None"
    return {
        ":one": optional,
        ":many": f"list[{row}]",
        ":batchone": f"list[{optional}]",
        ":batchmany": f"list[list[{row}]]",
    }[method.command]


def _one(context: _Context) -> list[str]:
    fetch = f"{context.wait}{context.cursor}.fetchone()"
    if not context.method.is_required:
        return [context.open, context.execute, f"return {fetch}"]
    assert context.method.result is not None
    # A value that may be None, as NULL or as null in JSON, does not tell whether there was a row.
    is_none = result_type(context.method.result).endswith(("None", "Any"))
    is_missing = f"{context.cursor}.rowcount == 0" if is_none else f"{context.row} is None"
    return [
        context.open,
        context.execute,
        f"{context.row} = {fetch}",
        f"if {is_missing}:",
        f'    raise NoDataFound("{context.method.query_name} returned no row")',
        f"return {context.row}",
    ]


def _many(context: _Context) -> list[str]:
    return [
        context.open,
        context.execute,
        f"{context.rows} = {context.wait}{context.cursor}.fetchall()",
        f"return [{context.method.maker}({context.row}) for {context.row} in {context.rows}]",
    ]


def _exec(context: _Context) -> list[str]:
    return [context.open, context.execute]


def _execrows(context: _Context) -> list[str]:
    return [context.open, context.execute, f"return {context.cursor}.rowcount"]


def _execresult(context: _Context) -> list[str]:
    return [context.open, f"return {context.execute}"]


def _stream(context: _Context) -> list[str]:
    method = context.method
    arguments = context.arguments or ", ()"
    call = f"{context.cursor}.stream({method.constant}{arguments}, size={method.stream_size})"
    return [
        context.open,
        f"{context.repeat} {context.row} in {call}:",
        f"    yield {context.method.maker}({context.row})",
    ]


def _copyfrom(context: _Context) -> list[str]:
    block = "async with" if context.is_async else "with"
    return [
        context.open,
        f"{block} {context.cursor}.copy({context.method.constant}) as copy:",
        "    for row in rows:",
        f"        {context.wait}copy.write_row({_tuple(context.method, 'row', is_copy=True)})",
        f"return {context.cursor}.rowcount",
    ]


def _batchexec(context: _Context) -> list[str]:
    call = f"{context.cursor}.executemany({context.method.constant}, {context.items})"
    return [context.open, f"{context.wait}{call}", f"return {context.cursor}.rowcount"]


def _batch_results(context: _Context, fetch: str) -> list[str]:
    constant = context.method.constant
    call = f"{context.cursor}.executemany({constant}, {context.items}, returning=True)"
    results = f"{context.repeat} _ in {context.cursor}.results()"
    return [
        context.open,
        f"{context.wait}{call}",
        f"return [{context.wait}{context.cursor}.{fetch}() {results}]",
    ]


def _batchone(context: _Context) -> list[str]:
    return _batch_results(context, "fetchone")


def _batchmany(context: _Context) -> list[str]:
    return _batch_results(context, "fetchall")


_BODIES: Final[dict[str, Callable[[_Context], list[str]]]] = {
    ":one": _one,
    ":many": _many,
    ":exec": _exec,
    ":execrows": _execrows,
    ":execresult": _execresult,
    ":copyfrom": _copyfrom,
    ":batchexec": _batchexec,
    ":batchone": _batchone,
    ":batchmany": _batchmany,
}
COMMANDS: Final = tuple(_BODIES)


def _tuple(method: Method, row: str, *, is_copy: bool = False) -> str:
    """The parameters as psycopg takes them; `row` is their holder in a batch."""
    encoded = [
        _encoded(value, _given(method, row, value), is_copy=is_copy) for value in method.parameters
    ]
    return tuple_of(encoded)


def _given(method: Method, row: str, value: Value) -> str:
    if method.parameters_class is not None:
        return attribute(row or "arg", value.name)
    return row or value.name


def _encoded(value: Value, name: str, *, is_copy: bool) -> str:
    # COPY knows the types of its columns: a number needs no type of its own.
    is_number = value.type.annotation in ("int", "float") and not value.array_dims
    return name if is_copy and is_number and not value.type.encoder else encode(value, name)
