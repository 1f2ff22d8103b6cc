"""queries.py: all query files behind one object, the list of their queries, and wrappers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.emit.text import HEADER
from sqlc_gen_psycopg.program import Program

QUERY: Final = '''\
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was compiled: `method` of the querier in `module` runs `sql`.

    `reads_only` says that a hot standby can run it; it is false where that is not known.
    """

    name: str
    module: str
    method: str
    sql: str
    reads_only: bool
    is_stream: bool = False
'''
_IMPORTS: Final = """\
from collections.abc import Awaitable, Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, ParamSpec, Protocol, TypeVar, cast
from psycopg import AsyncConnection, Connection
"""
_TYPE_VARIABLES: Final = """
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Querier = TypeVar("Querier")
"""
_WRAPPED_QUERIER: Final = '''

def wrapped_querier(
    querier: type[Querier],
    queries: Iterable[Query],
    wrappers: Iterable[Callable[[Query, Any], Any]],
) -> type[Querier]:
    """The querier with the methods of the queries as the wrappers make them, streams left out."""
    methods: dict[str, Any] = {}
    for query in queries:
        if not query.is_stream:
            methods[query.method] = getattr(querier, query.method)
            for wrapper in wrappers:
                methods[query.method] = wrapper(query, methods[query.method])
    wrapped = type(querier.__name__, (querier,), {"__slots__": (), **methods})
    return cast("type[Querier]", wrapped)
'''


@dataclass(frozen=True)
class _Import:
    """A module, what it is called in queries.py, and the attribute for the class of its querier."""

    name: str
    alias: str
    attribute: str

    def querier(self, prefix: str) -> str:
        """The class that runs its queries."""
        return f"{self.alias}.{prefix}Querier"


def facade_file(program: Program) -> str:
    """The text of queries.py."""
    imports = _imports([module.name for module in program.modules])
    parts = [
        f'{HEADER}"""All queries, by file: Queries(connection).<file>.<query>(...)."""\n',
        _IMPORTS,
        f"from {program.package} import Query",
        *(f"from {program.package} import {one.name} as {one.alias}" for one in imports),
        _TYPE_VARIABLES,
        _list_of_queries(imports),
    ]
    for is_wanted, prefix in ((program.emit_sync, ""), (program.emit_async, "Async")):
        if is_wanted:
            parts += [_facade(prefix, imports), _wrapper(prefix), _wrapping(prefix, imports)]
    if program.emit_sync or program.emit_async:
        parts.append(_WRAPPED_QUERIER)
    return "\n".join(parts)


def _imports(modules: Sequence[str]) -> list[_Import]:
    # A property called property would hide the decorator from those after it.
    modules = sorted(modules, key=lambda name: name == "property")
    # With two underscores it would be another attribute in a subclass.
    attributes = [f"_{name.lstrip('_')}" for name in modules]
    aliases = [f"{name}_module" for name in modules]
    apart = names.distinct(["_connection", *modules, *attributes, *aliases])[1:]
    count = len(modules)
    return [*map(_Import, modules, apart[2 * count :], apart[count:])]


def _list_of_queries(imports: Sequence[_Import]) -> str:
    queries = "".join(f"            *{one.alias}.QUERIES,\n" for one in imports)
    return f'''
QUERIES: Final[Mapping[str, Query]] = MappingProxyType(
    {{
        query.name: query
        for query in (
{queries}        )
    }}
)
"""Every query by its name."""
'''


def _facade(prefix: str, imports: Sequence[_Import]) -> str:
    attributes = "".join(f"    {one.attribute} = {one.querier(prefix)}\n" for one in imports)
    properties = "".join(_property(one, prefix) for one in imports)
    return f'''

class {prefix}Queries:
    """Every query, on one connection. A querier is made when it is asked for."""

    __slots__ = ("_connection",)

{attributes}
    def __init__(self, connection: {prefix}Connection[Any]) -> None:
        self._connection = connection
{properties}'''


def _property(of: _Import, prefix: str) -> str:
    return f"""
    @property
    def {of.name}(self) -> {of.querier(prefix)}:
        return self.{of.attribute}(self._connection)
"""


def _wrapper(prefix: str) -> str:
    call = f"Callable[Arguments, {'Awaitable[Result]' if prefix else 'Result'}]"
    return f'''

class {prefix}Wrapper(Protocol):
    """Returns a method that does something around the calls of a query's method."""

    def __call__(self, query: Query, call: {call}, /) -> {call}: ...
'''


def _wrapping(prefix: str, imports: Sequence[_Import]) -> str:
    function = "wrapped_async_queries" if prefix else "wrapped_queries"
    attributes = "".join(
        f"        {one.attribute} = "
        f"wrapped_querier({one.querier(prefix)}, {one.alias}.QUERIES, wrappers)\n"
        for one in imports
    )
    return f'''

def {function}(*wrappers: {prefix}Wrapper) -> type[{prefix}Queries]:
    """{prefix}Queries with each method as the wrappers make it; the last one is the outermost.

    Streams are not wrapped: they run while their rows are taken.
    """

    class WrappedQueries({prefix}Queries):
        __slots__ = ()

{attributes}
    return WrappedQueries
'''
