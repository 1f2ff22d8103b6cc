"""The `.proto` files: their numbers stay, and buf refuses what would break a client."""

import re
import shutil
import subprocess
import sys
from pathlib import Path, PurePath

import pytest

from bankapp.api.grpc.methods import SERVED
from bankapp.contract.proto.files import proto_files
from bankapp.contract.proto.numbers import Numbers
from bankapp.contract.proto.parts import Enumeration, Field, Message
from bankapp.contract.proto.text import render_enumeration, render_message
from bankapp.operations.events.declared import DECLARED

BUF = Path(sys.prefix, "bin", "buf")


@pytest.fixture
def numbers(root: Path) -> Numbers:
    """The committed numbers."""
    return Numbers((root / "bankapp/contract/numbers.toml").read_text())


@pytest.fixture
def module(root: Path, tmp_path: Path) -> Path:
    """A copy of what buf reads."""
    shutil.copy(root / "buf.yaml", tmp_path)
    shutil.copytree(root / "gen/proto", tmp_path / "gen/proto")
    return tmp_path


def buf(module: Path, *command: str) -> list[str]:
    """The findings of buf."""
    done = subprocess.run([BUF, *command], cwd=module, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_each_operation_is_a_method(numbers: Numbers) -> None:
    written = "".join(proto_files(numbers).values())
    for method in SERVED:
        assert f"rpc {method.name}({method.request}) returns" in written


def test_each_event_has_a_member_of_the_choice(numbers: Numbers) -> None:
    text = proto_files(numbers)[PurePath("bank/v1/events.proto")]
    [choice] = re.findall(r"oneof data {(.*?)\n  }", text, re.DOTALL)
    members = re.findall(r"^    \w+ (\w+) = \d+;", choice, re.MULTILINE)
    assert members == [event.name.replace(".", "_") for event in DECLARED]


def test_a_new_field_gets_the_next_number_and_one_that_is_gone_is_reserved() -> None:
    numbers = Numbers("[Thing]\nid = 1\nold = 2\n")
    fields = (Field(name="new", type="string"), Field(name="id", type="int64"))
    assert render_message(Message("Thing", "", fields), numbers) == (
        'message Thing {\n  reserved 2;\n  reserved "old";\n  string new = 3;\n  int64 id = 1;\n}'
    )
    assert numbers.render().endswith("[Thing]\nid = 1\nold = 2\nnew = 3\n")


def test_a_label_that_is_gone_is_reserved() -> None:
    numbers = Numbers("[ThingStatus]\nOPEN = 1\nSHUT = 2\n")
    assert render_enumeration(Enumeration("ThingStatus", ("open",)), numbers) == (
        'enum ThingStatus {\n  reserved 2;\n  reserved "THING_STATUS_SHUT";\n'
        "  THING_STATUS_UNSPECIFIED = 0;\n  THING_STATUS_OPEN = 1;\n}"
    )


def test_no_number_is_given_twice(numbers: Numbers) -> None:
    text = numbers.render()
    for section in text.split("\n[")[1:]:
        given = re.findall(r"= (\d+)$", section, re.MULTILINE)
        assert len(given) == len(set(given)), section.partition("]")[0]


def test_buf_finds_nothing_in_the_committed_files(module: Path) -> None:
    assert buf(module, "lint") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("  int64 amount = 3;", "  int64 amount = 30;", id="another number"),
        pytest.param("  int64 amount = 3;", "  string amount = 3;", id="another type"),
        pytest.param("  int64 amount = 3;", "  reserved 3;", id="a field less"),
        pytest.param("rpc CreateTransfer(", "rpc MakeTransfer(", id="a method less"),
    ],
)
def test_buf_refuses_what_breaks_a_client(
    module: Path, root: Path, before: str, after: str
) -> None:
    released = str(root / "bankapp/contract/released.binpb")
    assert buf(module, "breaking", "--against", released) == []
    ledger = module / "gen/proto/bank/v1/ledger.proto"
    text = ledger.read_text()
    assert before in text
    ledger.write_text(text.replace(before, after, 1))
    assert buf(module, "breaking", "--against", released) != []
