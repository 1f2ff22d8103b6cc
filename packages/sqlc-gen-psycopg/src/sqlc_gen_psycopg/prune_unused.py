"""Which models and enums the queries use."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlc_gen_psycopg.program import Embedded, Program, RowClass, Value


def without_unused(program: Program) -> Program:
    """The program without the models, composites and enums that no query needs."""
    methods = [method for module in program.modules for method in module.methods]
    values = [value for method in methods for value in method.parameters]
    results = [method.result for method in methods]
    rows = {row.name: row for result in results for row in _rows(result)}
    values += [result for result in results if isinstance(result, Value)]
    values += _values(rows.values())
    # What contains another comes after it.
    composites: list[RowClass] = []
    for composite in reversed(program.composites):
        if composite.name in {value.type.composite for value in values}:
            values += _values([composite])
            composites.insert(0, composite)
    enums = {value.type.enum for value in values}
    return replace(
        program,
        models=tuple(model for model in program.models if model.name in rows),
        composites=tuple(composites),
        enums=tuple(enum for enum in program.enums if enum.name in enums),
    )


def _rows(result: RowClass | Value | None) -> Iterator[RowClass]:
    if isinstance(result, RowClass):
        yield result
        for field in result.fields:
            if isinstance(field, Embedded):
                yield from _rows(field.row)


def _values(rows: Iterable[RowClass]) -> list[Value]:
    return [field for row in rows for field in row.fields if isinstance(field, Value)]
