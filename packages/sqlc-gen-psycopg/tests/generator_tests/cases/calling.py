"""Calls a generated method in several ways and compares what comes with its annotations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, get_type_hints

import psycopg

from generator_tests.cases.compiling import Compiled
from generator_tests.values import Arguments, Findings


@dataclass
class Calls:
    """What the calls of one method brought; `broken` are errors that PostgreSQL did not raise."""

    returned: Any
    wrong: list[str] = field(default_factory=list[str])
    failed: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])
    done_count: int = 0
    row_count: int = 0


def call(
    compiled: Compiled, query: str, variants: Iterable[Mapping[str, Any] | Arguments]
) -> Calls:
    """Call the method of a query with each of these arguments; nothing of it stays."""
    method = compiled.method(query)
    calls = Calls(get_type_hints(method)["return"])
    findings = Findings()
    for variant in variants if signature(method).parameters else [dict[str, Any]()]:
        try:
            arguments = variant.of(method) if isinstance(variant, Arguments) else variant
            with compiled.connection.transaction(force_rollback=True):
                result = method(**arguments)
                calls.row_count += findings.check_result(result, calls.returned, query)
            calls.done_count += 1
        except Exception as error:  # noqa: BLE001 - all of them are shown at once
            is_of_server = isinstance(error, psycopg.Error) and error.sqlstate is not None
            message = f"{query}: {type(error).__name__}: {error}".splitlines()[0]
            (calls.failed if is_of_server else calls.broken).append(message)
    calls.wrong = sorted(set(findings.wrong))
    return calls
