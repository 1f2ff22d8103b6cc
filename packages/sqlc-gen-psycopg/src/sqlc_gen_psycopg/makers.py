"""Names the functions that make results of rows."""

from collections.abc import Sequence
from dataclasses import replace

from sqlc_gen_psycopg import names
from sqlc_gen_psycopg.program import Method, RowClass


def with_makers(methods: Sequence[Method]) -> tuple[Method, ...]:
    """The methods with the names of their row makers, which only rows of one class share."""
    spelled = {_maker_key(method): _maker_name(method) for method in methods}
    makers = dict(zip(spelled, names.distinct(spelled.values()), strict=True))
    return tuple(replace(method, maker=makers[_maker_key(method)]) for method in methods)


def _maker_key(method: Method) -> tuple[str, str]:
    if not isinstance(method.result, RowClass):
        return "value", method.name
    return "model" if method.result.is_model else "row", method.result.name


def _maker_name(method: Method) -> str:
    if isinstance(method.result, RowClass):
        return f"_{names.snake_case(method.result.name).rstrip('_')}"
    # With two leading underscores it would be another name inside of a querier.
    return f"_{method.name.strip('_')}_value"
