"""The committed client and OpenAPI document follow from the routes."""

import inspect
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from bankapp.api.http.route import Route
from bankapp.api.http.routes import ROUTES
from bankapp.contract.__main__ import main
from bankapp_client import AsyncClient, AsyncPages, Client, Pages
from bankapp_client.generated import calls

# httpx2 and pydantic, and what they need themselves.
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
SERVED = [route for route in ROUTES if route.has_json]


@pytest.mark.parametrize("route", SERVED, ids=lambda route: route.operation.name)
def test_every_route_is_a_method_of_both(route: Route) -> None:
    name = route.operation.name
    plain = inspect.signature(getattr(Client, name))
    awaited = inspect.signature(getattr(AsyncClient, name))
    assert list(plain.parameters.values()) == list(awaited.parameters.values())
    is_list = getattr(plain.return_annotation, "__origin__", None) is Pages
    if is_list:
        assert awaited.return_annotation.__origin__ is AsyncPages
    else:
        assert awaited.return_annotation == plain.return_annotation
        assert inspect.iscoroutinefunction(getattr(AsyncClient, name))


def test_every_route_is_a_call() -> None:
    described = inspect.getmembers(calls, inspect.isfunction)
    names = {name for name, function in described if function.__module__ == calls.__name__}
    assert names == {route.operation.name for route in SERVED}


def test_a_method_says_what_the_operation_says() -> None:
    assert Client.create_transfer.__doc__ is not None
    assert "Move money from an account of one's own" in Client.create_transfer.__doc__
    assert "InsufficientFunds" in Client.create_transfer.__doc__


def test_the_client_loads_nothing_else(root: Path) -> None:
    script = (
        "import sys; before = {*sys.modules}; import bankapp_client; "
        "print(*({*sys.modules} - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split()
    foreign = {name.split(".")[0] for name in loaded} - sys.stdlib_module_names - {"bankapp_client"}
    packages = {name for name in foreign if not name.startswith("_sysconfigdata")}
    assert {"httpx2", "pydantic"} <= packages <= NEEDED


@pytest.fixture
def written(root: Path, tmp_path: Path) -> Path:
    """A copy of the committed client and OpenAPI document."""
    directory = Path(
        shutil.copytree(
            root / "packages/bankapp-client/src/bankapp_client/generated", tmp_path / "generated"
        )
    )
    shutil.copy(root / "gen/openapi.json", directory)
    return directory


def contract(monkeypatch: pytest.MonkeyPatch, command: str, written: Path) -> int:
    """The exit code of a command."""
    document = written / "openapi.json"
    monkeypatch.setattr("sys.argv", ["bankapp.contract", command, str(written), str(document)])
    monkeypatch.setattr("bankapp.contract.__main__.STAMP", written / "stamp")
    return main()


def test_the_committed_contract_is_current(monkeypatch: pytest.MonkeyPatch, written: Path) -> None:
    assert contract(monkeypatch, "verify", written) == 0


def test_verify_names_stale_files_and_write_mends_them(
    monkeypatch: pytest.MonkeyPatch, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (written / "sync.py").write_text("")
    (written / "models.py").unlink()
    (written / "left_over.py").write_text("")
    assert contract(monkeypatch, "verify", written) == 1
    named = [Path(line.split()[0]).name for line in capsys.readouterr().err.splitlines()]
    assert named == ["left_over.py", "models.py", "sync.py"]
    assert contract(monkeypatch, "write", written) == 0
    assert contract(monkeypatch, "verify", written) == 0


def test_a_bank_that_does_not_load_leaves_the_files(
    monkeypatch: pytest.MonkeyPatch, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> NoReturn:
        raise ImportError("no query of that name")

    (written / "sync.py").write_text("")
    monkeypatch.setattr("bankapp.contract.client.client_files", fail)
    assert contract(monkeypatch, "write", written) == 0
    assert (written / "sync.py").read_text() == ""
    assert "no query of that name" in capsys.readouterr().err


def test_unchanged_sources_are_not_loaded_again(
    monkeypatch: pytest.MonkeyPatch, written: Path
) -> None:
    def fail() -> NoReturn:
        raise ZeroDivisionError

    assert contract(monkeypatch, "write", written) == 0
    monkeypatch.setattr("bankapp.contract.client.client_files", fail)
    assert contract(monkeypatch, "write", written) == 0
    (written / "sync.py").write_text("")
    with pytest.raises(ZeroDivisionError):
        contract(monkeypatch, "write", written)
