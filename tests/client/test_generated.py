"""The client follows from the routes, and needs nothing of the bank."""

import inspect
import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from bankapp.api.http.route import Route
from bankapp.api.http.routes import ROUTES
from bankapp_client import AsyncClient, AsyncPages, Client, Pages
from bankapp_client.generated import calls
from clientgen.__main__ import main

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
    """A copy of what is committed."""
    directory = Path(
        shutil.copytree(
            root / "packages/bankapp-client/src/bankapp_client/generated", tmp_path / "generated"
        )
    )
    shutil.copy(root / "gen/openapi.json", directory)
    return directory


def clientgen(monkeypatch: pytest.MonkeyPatch, command: str, written: Path, told: str = "") -> int:
    """Its exit code."""
    document = written / "openapi.json"
    monkeypatch.setattr("sys.argv", ["clientgen", command, str(written), str(document)])
    monkeypatch.setattr("sys.stdin", io.StringIO(told))
    monkeypatch.setattr("clientgen.__main__.STAMP", written / "stamp")
    return main()


def test_what_is_committed_is_what_is_written(
    monkeypatch: pytest.MonkeyPatch, written: Path
) -> None:
    assert clientgen(monkeypatch, "verify", written) == 0


def test_what_is_wrong_is_named_and_written_anew(
    monkeypatch: pytest.MonkeyPatch, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (written / "calls.py").write_text("")
    (written / "models.py").unlink()
    (written / "left_over.py").write_text("")
    assert clientgen(monkeypatch, "verify", written) == 1
    named = [Path(line.split()[0]).name for line in capsys.readouterr().err.splitlines()]
    assert named == ["calls.py", "left_over.py", "models.py"]
    assert clientgen(monkeypatch, "follow", written, told="done\n") == 0
    assert clientgen(monkeypatch, "verify", written) == 0


def test_nothing_follows_from_queries_that_do_not_compile(
    monkeypatch: pytest.MonkeyPatch, written: Path
) -> None:
    (written / "calls.py").write_text("")
    assert clientgen(monkeypatch, "follow", written) == 1
    assert (written / "calls.py").read_text() == ""


def test_what_is_written_already_is_not_made_again(
    monkeypatch: pytest.MonkeyPatch, written: Path
) -> None:
    def fail() -> NoReturn:
        raise ZeroDivisionError

    assert clientgen(monkeypatch, "follow", written, told="done\n") == 0
    monkeypatch.setattr("clientgen.source.client_files", fail)
    assert clientgen(monkeypatch, "follow", written, told="done\n") == 0
    (written / "calls.py").write_text("")
    with pytest.raises(ZeroDivisionError):
        clientgen(monkeypatch, "follow", written, told="done\n")
