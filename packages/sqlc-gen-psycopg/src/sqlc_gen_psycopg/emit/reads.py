"""reads.py: the queries that only read, each on a connection that a callable chooses."""

from collections.abc import Iterable
from typing import Final

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.emit.bodies import needs_iterator, return_type
from sqlc_gen_psycopg.emit.queriers import describe, parameters
from sqlc_gen_psycopg.emit.text import HEADER, TYPE_IMPORTS
from sqlc_gen_psycopg.program import Method, Module, Program

# Names in reads.py that a module could have, too.
_IMPORTED: Final = frozenset(
    {"datetime", "decimal", "ipaddress", "operator", "uuid", "Any", "Awaitable", "Callable"}
    | {"Multirange", "Protocol", "Range", "Result", "Sequence", "TypeVar"}
    | {"AsyncQueries", "AsyncReads", "AsyncRun", "Queries", "Reads", "Run"}
)


def reads_file(program: Program) -> str:
    """The text of reads.py."""
    aliases = _aliases(program)
    parts = [
        f'{HEADER}"""The queries that only read: Reads(run).<file>.<query>(...)."""\n',
        TYPE_IMPORTS,
        *(f"import {module}" for module in program.imports),
        "from collections.abc import Awaitable, Callable, Sequence",
        "from typing import Any, Protocol, TypeVar",
        f"from {program.package} import enums, models",
        *(f"from {program.package} import {_import(*names)}" for names in aliases.items()),
        f"from {program.package}.queries import AsyncQueries, Queries",
        '\nResult = TypeVar("Result")\n',
    ]
    for is_wanted, is_async in ((program.emit_sync_reads, False), (program.emit_async_reads, True)):
        if is_wanted:
            parts.append(_run_protocol(is_async=is_async))
            reading = [module for module in program.modules if _reads(module)]
            parts += [
                _reader(module, aliases[module.name], is_async=is_async) for module in reading
            ]
            parts.append(_facade(reading, is_async=is_async))
    return "\n".join(parts)


def _aliases(program: Program) -> dict[str, str]:
    """The names of the modules in reads.py: others where an import or a method has the name."""
    overrides = {module.partition(".")[0] for module in program.imports}
    return {
        module.name: f"{module.name}_module"
        if module.name in _IMPORTED | overrides | {method.name for method in module.methods}
        else module.name
        for module in program.modules
    }


def _import(name: str, alias: str) -> str:
    return name if name == alias else f"{name} as {alias}"


def _reads(module: Module) -> list[Method]:
    """The queries that only read, can be called again, and are complete when they return.

    Queries whose name begins with an underscore are private to their module.
    """
    return [
        method
        for method in module.methods
        if method.reads_only
        and method.command in (":one", ":many")
        and not needs_iterator(method)
        and not method.name.startswith("_")
    ]


def _run_protocol(*, is_async: bool) -> str:
    prefix, result = ("Async", "Awaitable[Result]") if is_async else ("", "Result")
    return f'''

class {prefix}Run(Protocol):
    """Calls the query with the queries of a connection, perhaps more than once."""

    def __call__(self, query: Callable[[{prefix}Queries], {result}], /) -> {result}:
        ...
'''


def _reader(module: Module, alias: str, *, is_async: bool) -> str:
    prefix = "Async" if is_async else ""
    methods = "\n".join(
        _method(module, method, f"{alias}.", is_async=is_async) for method in _reads(module)
    )
    return f'''

class {_class_name(module, prefix)}:
    """The queries of {module.source} that only read."""

    __slots__ = ("_run",)

    def __init__(self, run: {prefix}Run) -> None:
        self._run = run

{methods}
'''


def _method(module: Module, method: Method, rows: str, *, is_async: bool) -> str:
    keyword, wait = ("async def", "await ") if is_async else ("def", "")
    *_, queries = names.distinct([*(value.name for value in method.parameters), "arg", "q"])
    call = f"{queries}.{module.name}.{method.name}({', '.join(_arguments(method))})"
    returned = return_type(method, is_async=is_async, rows=rows)
    return (
        f"    {keyword} {method.name}(self{parameters(method, rows=rows)})"
        f" -> {returned}:\n{describe(method)}"
        f"        return {wait}self._run(lambda {queries}: {call})\n"
    )


def _arguments(method: Method) -> Iterable[str]:
    if method.parameters_class is not None:
        return ["arg"]
    return [f"{value.name}={value.name}" for value in method.parameters]


def _facade(reading: Iterable[Module], *, is_async: bool) -> str:
    prefix = "Async" if is_async else ""
    slots = "".join(f'"{module.name}", ' for module in reading)
    fields = "".join(
        f"        self.{module.name} = {_class_name(module, prefix)}(run)\n" for module in reading
    )
    return f'''

class {prefix}Reads:
    """Every query that only reads, each in a call of `run`."""

    __slots__ = ({slots})

    def __init__(self, run: {prefix}Run) -> None:
{fields or "        pass"}
'''


def _class_name(module: Module, prefix: str) -> str:
    return f"{prefix}{names.class_name(module.name)}Reads"
