"""The tables of docs/reference, as the code declares their contents."""

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import timedelta
from typing import Final

from prometheus_client.metrics import MetricWrapperBase
from pydantic import BaseModel

from bankapp.api.http.route import Route
from bankapp.api.http.routes import ROUTES
from bankapp.api.kafka.commands import LEFT_OUT
from bankapp.api.problems import REFUSALS, status_of
from bankapp.cli.parser import COMMANDS
from bankapp.domain import errors, limits
from bankapp.domain.jobs import JOBS, PeriodicJob
from bankapp.domain.rates import RateLimit
from bankapp.domain.roles import Role
from bankapp.operations.catalog import OPERATIONS
from bankapp.operations.events.declared import DECLARED, INTERNAL
from bankapp.operations.operation import Operation
from bankapp.store.engine.transaction import create_pool
from bankapp.store.store import Store
from bankapp.telemetry import metrics
from tests.processes.processes import ROOT

ANYONE: Final = "anyone"


def refusals() -> str:
    """Every refusal, by status and code."""
    known: dict[str, type[errors.Refusal]] = {}
    for refusal in REFUSALS:
        known.setdefault(refusal.code, refusal)
    return _table(
        ("status", "code", "retryable", "message", "remedy"),
        (
            (
                str(status_of(refusal).value),
                f"`{code}`",
                "yes" if refusal.retryable else "no",
                refusal.message(),
                refusal.remedy,
            )
            for code, refusal in sorted(
                known.items(), key=lambda item: (status_of(item[1]), item[0])
            )
        ),
    )


def operations() -> str:
    """Every route with its operation, in the order of the URL table."""
    return _table(
        ("request", "operation", "for", "key", "effect"),
        (
            (
                f"`{route.method} {route.path}`",
                f"`{route.operation.name}`",
                _role(route.operation),
                "yes" if route.operation.idempotent else "",
                _effect(route),
            )
            for route in ROUTES
        ),
    )


def not_served() -> str:
    """Every operation that the Kafka door leaves out."""
    return _table(
        ("operation", "why"), ((f"`{name}`", reason) for name, reason in LEFT_OUT.items())
    )


def roles() -> str:
    """The operations that need each role."""
    by_role = {role: _names_for(role) for role in (None, *Role)}
    return _table(
        ("role", "operations"),
        ((ANYONE if role is None else role.value, names) for role, names in by_role.items()),
    )


def rate_limits() -> str:
    """Every rate limit, and the operations that count it."""
    declared = [limit for limit in vars(limits).values() if isinstance(limit, RateLimit)]
    return _table(
        ("limit", "attempts", "period", "counted per", "which", "operations"),
        (
            (
                f"`{limit.name}`",
                str(limit.count),
                _duration(limit.period),
                ", ".join(limit.by) + (" (in each process)" if limit.per_process else ""),
                limit.only,
                ", ".join(f"`{one.name}`" for one in OPERATIONS if limit in one.limits),
            )
            for limit in declared
        ),
    )


def events() -> str:
    """Every event, in the order of the catalogue."""
    return _table(
        ("event", "data", "meaning"),
        (
            (f"`{event.name}`", _members(content), event.meaning())
            for event, content in DECLARED.items()
        ),
    )


def internal_events() -> str:
    """Every event of the audit trail that readers are not told of."""
    return _table(
        ("event", "meaning", "why"),
        ((f"`{event.name}`", event.meaning(), reason) for event, reason in INTERNAL.items()),
    )


def jobs() -> str:
    """Every job."""
    return _table(
        ("job", "fields", "attempts", "schedule", "effect"),
        (
            (
                f"`{job.name}`",
                _fields(job),
                str(job.attempt_count_max),
                f"`{job.schedule}`" if issubclass(job, PeriodicJob) else "",
                _line(job.__doc__),
            )
            for job in JOBS
        ),
    )


def transactions() -> str:
    """Every transaction of the store, by noun."""
    store = Store(create_pool("postgresql:///bank"))
    nouns = {name: noun for name, noun in vars(store).items() if not name.startswith("_")}
    del nouns["read"]
    return _table(
        ("transaction", "effect"),
        (
            (f"`store.{name}.{call}`", effect)
            for name, noun in nouns.items()
            for call, effect in _methods(noun)
        ),
    )


def metric_list() -> str:
    """Every metric of the bank."""
    declared = [
        metric for metric in vars(metrics).values() if isinstance(metric, MetricWrapperBase)
    ]
    return _table(("metric", "type", "labels", "meaning"), map(_metric, declared))


def _metric(declared: MetricWrapperBase) -> Sequence[str]:
    [family] = declared.describe()
    name = f"{family.name}_total" if family.type == "counter" else family.name
    labels = getattr(declared, "_labelnames")  # noqa: B009 - they have no public name
    return (f"`{name}`", family.type, ", ".join(labels), family.documentation)


def commands() -> str:
    """Every command of `bankapp`."""
    return _table(
        ("command", "effect"), ((f"`bankapp {one.name}`", one.summary) for one in COMMANDS)
    )


def targets() -> str:
    """Every target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text()
    found = re.findall(r"^([a-z-]+):.*?## (.*)$", makefile, re.MULTILINE)
    return _table(("target", "effect"), ((f"`make {name}`", text) for name, text in found))


# By document and mark.
TABLES: Final[dict[tuple[str, str], Callable[[], str]]] = {
    ("docs/reference/refusals.md", "refusals"): refusals,
    ("docs/reference/http-api.md", "operations"): operations,
    ("docs/reference/roles-and-rate-limits.md", "roles"): roles,
    ("docs/reference/roles-and-rate-limits.md", "limits"): rate_limits,
    ("docs/reference/events.md", "events"): events,
    ("docs/reference/events.md", "internal events"): internal_events,
    ("docs/reference/jobs.md", "jobs"): jobs,
    ("docs/reference/store.md", "transactions"): transactions,
    ("docs/reference/metrics.md", "metrics"): metric_list,
    ("docs/reference/commands.md", "commands"): commands,
    ("docs/reference/kafka-commands.md", "not served"): not_served,
    ("docs/reference/commands.md", "targets"): targets,
}


def _methods(noun: object) -> Iterator[tuple[str, str]]:
    """The public methods as they are called, and the first paragraphs of their docstrings."""
    for name in vars(type(noun)):
        if not name.startswith("_"):
            method = getattr(noun, name)
            summary, _, _ = (inspect.getdoc(method) or "").partition("\n\n")
            assert summary, f"{name} of {noun} has no docstring"
            yield f"{name}({', '.join(inspect.signature(method).parameters)})", _line(summary)


def _names_for(role: Role | None) -> str:
    return ", ".join(f"`{one.name}`" for one in OPERATIONS if one.role is role)


def _role(operation: Operation) -> str:
    return ANYONE if operation.role is None else operation.role.value


def _effect(route: Route) -> str:
    summary, _, _ = _line(route.operation.run.__doc__).partition(". ")
    return summary.rstrip(".")


def _line(docstring: str | None) -> str:
    return " ".join((docstring or "").split())


def _fields(declared: type[object]) -> str:
    assert is_dataclass(declared)
    return ", ".join(f"`{field.name}`" for field in fields(declared))


def _members(content: type[BaseModel]) -> str:
    return ", ".join(f"`{name}`" for name in content.model_fields)


def _duration(period: timedelta) -> str:
    minutes = period // timedelta(minutes=1)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h"


def _table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [header, ["---"] * len(header), *lines]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
