"""Both clients offer the same methods, and importing them loads two libraries."""

import inspect
import subprocess
import sys

import pytest

from bankapp_client import AsyncClient, AsyncPages, Client, Pages
from bankapp_client.generated.sync import Operations

# httpx2 and pydantic with their dependencies.
NEEDED = {
    "annotated_types",
    "anyio",
    "h11",
    "httpcore2",
    "httpx2",
    "idna",
    "pydantic",
    "pydantic_core",
    "truststore",
    "typing_extensions",
    "typing_inspection",
}
NAMES = [
    name
    for name, _ in inspect.getmembers(Operations, inspect.isfunction)
    if not name.startswith("_")
]


@pytest.mark.parametrize("name", NAMES)
def test_both_clients_have_the_method(name: str) -> None:
    blocking = inspect.signature(getattr(Client, name))
    awaited = inspect.signature(getattr(AsyncClient, name))
    assert list(blocking.parameters.values()) == list(awaited.parameters.values())
    assert getattr(AsyncClient, name).__doc__ == getattr(Client, name).__doc__
    if getattr(blocking.return_annotation, "__origin__", None) is Pages:
        assert awaited.return_annotation.__origin__ is AsyncPages
    else:
        assert awaited.return_annotation == blocking.return_annotation
        assert inspect.iscoroutinefunction(getattr(AsyncClient, name))


def test_a_method_is_documented() -> None:
    documentation = inspect.getdoc(Client.create_transfer) or ""
    assert "Move money from an account of one's own" in documentation
    assert "InsufficientFunds" in documentation


def test_the_import_loads_two_libraries() -> None:
    script = (
        "import sys; before = {*sys.modules}; import bankapp_client; "
        "print(*({*sys.modules} - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    foreign = {name.split(".")[0] for name in loaded} - sys.stdlib_module_names - {"bankapp_client"}
    packages = {name for name in foreign if not name.startswith("_sysconfigdata")}
    assert {"httpx2", "pydantic"} <= packages <= NEEDED
