"""Refuses two things that would have one name in the generated code."""

from collections.abc import Iterable, Mapping

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.program import EnumClass, Module, RowClass
from sqlc_gen_psycopg.request import Name


def require_distinct_modules(modules: Iterable[Module]) -> None:
    """Raises GeneratorError where two query files would become one module."""
    taken: dict[str, str] = {}
    for module in modules:
        # Some file systems do not tell capitals.
        other = taken.setdefault(module.name.lower(), module.source)
        if other != module.source:
            raise GeneratorError(
                f"query files {other} and {module.source} would both become {module.name}.py; "
                "rename one"
            )


def require_distinct_classes(
    module: str, kinds: Iterable[tuple[str, Mapping[Name, EnumClass | RowClass]]]
) -> None:
    """Raises GeneratorError where two types or tables would become one class of a module."""
    taken: dict[str, str] = {}
    for kind, known in kinds:
        for name, made in known.items():
            # A type has functions and mappings, too, which are called in lower or upper case.
            for spelled in (made.name, names.snake_case(made.name))[: 1 + (kind == "type")]:
                if spelled in taken:
                    raise GeneratorError(
                        f"{taken[spelled]} and {kind} {name} would both be {module}.{made.name}; "
                        f"add to rename: {{{name.label}: another_name}}"
                    )
                taken[spelled] = f"{kind} {name}"
