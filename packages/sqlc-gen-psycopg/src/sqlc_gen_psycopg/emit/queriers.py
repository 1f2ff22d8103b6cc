"""One module per query file: SQL, classes, and the queriers that run it."""

from collections.abc import Iterable, Iterator

from sqlc_gen_psycopg.emit.bodies import body, needs_iterator, return_type
from sqlc_gen_psycopg.emit.classes import (
    CLASS_IMPORTS,
    PSYCOPG_TYPES,
    row_class,
    row_maker,
)
from sqlc_gen_psycopg.emit.text import HEADER, TYPE_IMPORTS, docstring, sql_literal, string
from sqlc_gen_psycopg.emit.values import annotation, argument_annotation
from sqlc_gen_psycopg.program import Method, Module, Program, RowClass


def queries_file(program: Program, module: Module) -> str:
    """The text of a module."""
    methods = module.methods
    parts = [
        f'{HEADER}"""The queries of {module.source}."""\n',
        TYPE_IMPORTS,
        CLASS_IMPORTS,
        *(f"import {module}" for module in program.imports),
        "from collections.abc import AsyncIterator, Iterable, Iterator, Sequence",
        "from typing import Protocol",
        "from psycopg import AsyncConnection, AsyncRawCursor, Connection, RawCursor",
        "from psycopg.errors import NoDataFound",
        "from psycopg.rows import TupleRow, tuple_row",
        PSYCOPG_TYPES,
        f"from {program.package} import Query, enums, models",
        *(f"\n{method.constant}: Final = {sql_literal(method.sql)}\n" for method in methods),
        _list_of_queries(module),
        *_classes(methods, program),
        *_row_makers(methods, program),
    ]
    for is_wanted, is_async in ((program.emit_sync, False), (program.emit_async, True)):
        if is_wanted:
            parts.append(_querier(module, is_async=is_async))
            if program.emit_querier_protocol:
                parts.append(_protocol(module, is_async=is_async))
    return "\n".join(parts)


def _list_of_queries(module: Module) -> str:
    queries = "".join(f"    {_query(module, method)},\n" for method in module.methods)
    return f"\nQUERIES: Final = (\n{queries})\n"


def _query(module: Module, method: Method) -> str:
    words = ", ".join(map(string, (method.query_name, module.name, method.name)))
    is_stream = ", is_stream=True" if needs_iterator(method) else ""
    return f"Query({words}, {method.constant}, reads_only={method.reads_only}{is_stream})"


def _classes(methods: Iterable[Method], program: Program) -> Iterator[str]:
    for method in methods:
        if method.parameters_class is not None:
            parameters = RowClass(method.parameters_class, method.parameters)
            yield row_class(parameters, argument_annotation, program)
        if isinstance(method.result, RowClass) and not method.result.is_model:
            yield row_class(method.result, annotation, program)


def _row_makers(methods: Iterable[Method], program: Program) -> Iterator[str]:
    makers: dict[str, str] = {}
    for method in methods:
        if method.result is not None:
            makers[method.maker] = row_maker(method.maker, method.result, program)
    return iter(makers.values())


def _querier(module: Module, *, is_async: bool) -> str:
    prefix = "Async" if is_async else ""
    methods = "\n".join(_method(method, is_async=is_async) for method in module.methods)
    return f'''

class {prefix}Querier:
    """Runs the queries of {module.source} on one connection."""

    __slots__ = ("_connection",)

    def __init__(self, connection: {prefix}Connection[Any]) -> None:
        self._connection = connection

{methods}
'''


def _method(method: Method, *, is_async: bool) -> str:
    lines = "".join(f"        {line}\n" for line in body(method, is_async=is_async))
    return f"    {_signature(method, is_async=is_async)}:\n{describe(method)}{lines}"


def _protocol(module: Module, *, is_async: bool) -> str:
    prefix = "Async" if is_async else ""
    methods = "\n".join(
        f"    {_signature(method, is_async=is_async, is_declaration=True)}:\n"
        f"{describe(method)}        ...\n"
        for method in module.methods
    )
    return f'''

class {prefix}QuerierProtocol(Protocol):
    """The methods of {prefix}Querier, which a stand-in can have, too."""

{methods}
'''


def describe(method: Method) -> str:
    """The docstring of the method."""
    return docstring(method.description, "        ")


def _signature(method: Method, *, is_async: bool, is_declaration: bool = False) -> str:
    # A declared generator is a plain function that returns an iterator.
    is_plain = is_declaration and needs_iterator(method)
    keyword = "async def" if is_async and not is_plain else "def"
    returned = return_type(method, is_async=is_async)
    return f"{keyword} {method.name}(self{parameters(method)}) -> {returned}"


def parameters(method: Method, *, rows: str = "") -> str:
    """The parameters after `self`; `rows` stands before the classes of the method's module."""
    if method.command.startswith((":batch", ":copyfrom")):
        [*singles] = method.parameters
        item = method.parameters_class or argument_annotation(singles[0])
        return f", rows: Iterable[{item}]"
    if method.parameters_class is not None:
        return f", arg: {rows}{method.parameters_class}"
    if not method.parameters:
        return ""
    spelled = (f"{value.name}: {argument_annotation(value)}" for value in method.parameters)
    return f", *, {', '.join(spelled)}"
