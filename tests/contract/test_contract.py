"""The committed client and documents follow from the routes and the declared events."""

import inspect
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from bankapp.api.http.routes import ROUTES
from bankapp.contract.__main__ import main
from bankapp_client.call import Endpoint
from bankapp_client.generated import asynchronous, endpoints, sync

SERVED = {route.operation.name for route in ROUTES if route.has_json}


@pytest.mark.parametrize("module", [sync.Operations, asynchronous.AsyncOperations])
def test_every_operation_is_a_method(module: type) -> None:
    methods = {name for name, _ in inspect.getmembers(module, inspect.isfunction)}
    public = {name for name in methods if not name.startswith("_")}
    assert public == SERVED, f"{public ^ SERVED}: make generate"


def test_every_operation_is_an_endpoint() -> None:
    listed = {name for name, value in vars(endpoints).items() if isinstance(value, Endpoint)}
    served = {name.upper() for name in SERVED}
    assert listed == served, f"{listed ^ served}: make generate"


@pytest.fixture
def written(root: Path, tmp_path: Path) -> Path:
    """A copy of the committed client, of all documents, of the `.proto` files and numbers."""
    directory = Path(
        shutil.copytree(
            root / "packages/bankapp-client/src/bankapp_client/generated", tmp_path / "generated"
        )
    )
    shutil.copy(root / "gen/openapi.json", directory)
    for path in (
        *("gen/asyncapi.json", "gen/schema.graphql"),
        *("bankapp/contract/numbers.toml", "bankapp/contract/released.graphql"),
    ):
        shutil.copy(root / path, directory)
    shutil.copytree(root / "gen/proto", directory / "proto")
    return directory


def contract(monkeypatch: pytest.MonkeyPatch, command: str, written: Path) -> int:
    """The exit code of a command."""
    names = ("", "openapi.json", "asyncapi.json", "schema.graphql", "proto", "numbers.toml")
    places = [str(written / name) for name in names]
    monkeypatch.setattr("sys.argv", ["bankapp.contract", command, *places])
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
    (written / "asyncapi.json").write_text("{}")
    (written / "schema.graphql").write_text("")
    (written / "proto/bank.binpb").write_bytes(b"")
    (written / "proto/bank/v1/left_over.proto").write_text("")
    assert contract(monkeypatch, "verify", written) == 1
    named = [Path(line.split()[0]).name for line in capsys.readouterr().err.splitlines()]
    assert named == [
        "asyncapi.json",
        "left_over.py",
        "models.py",
        "left_over.proto",
        "bank.binpb",
        "schema.graphql",
        "sync.py",
    ]
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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("account(accountId: Long!): Account", "account: Account", id="argument"),
        pytest.param("DEPOSITOR", "DEPOSITOR\n  TELLER", id="value"),
        pytest.param("isVerified: Boolean!", "isVerified: Boolean!\n  at: Time!", id="field"),
    ],
)
def test_a_schema_that_breaks_released_clients_is_refused(
    monkeypatch: pytest.MonkeyPatch,
    written: Path,
    capsys: pytest.CaptureFixture[str],
    before: str,
    after: str,
) -> None:
    """Method: the released schema has what the present one lacks, or lacks what it needs."""
    released = written / "released.graphql"
    text = released.read_text()
    assert before in text
    released.write_text(text.replace(before, after))
    assert contract(monkeypatch, "verify", written) == 1
    assert "released.graphql is broken" in capsys.readouterr().err
