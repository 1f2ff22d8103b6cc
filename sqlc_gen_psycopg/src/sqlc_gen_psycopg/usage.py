"""Which models and enums the queries use."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlc_gen_psycopg.program import Embedded, Program, RowClass, Value


def without_unused(program: Program) -> Program:
    """The program without the models and enums that no query needs."""
    methods = [method for module in program.modules for method in module.methods]
    values = [value for method in methods for value in method.parameters]
    results = [method.result for method in methods]
    rows = {row.name: row for result in results for row in _rows(result)}
    models = tuple(model for model in program.models if model.name in rows)
    values += [result for result in results if isinstance(result, Value)]
    values += [field for row in rows.values() for field in row.fields if isinstance(field, Value)]
    used = _enums(values)
    enums = tuple(enum for enum in program.enums if enum.name in used)
    return replace(program, models=models, enums=enums)


def _rows(result: RowClass | Value | None) -> Iterator[RowClass]:
    if isinstance(result, RowClass):
        yield result
        for field in result.fields:
            if isinstance(field, Embedded):
                yield from _rows(field.row)


def _enums(values: Iterable[Value]) -> set[str]:
    return {value.type.enum for value in values if value.type.enum is not None}
