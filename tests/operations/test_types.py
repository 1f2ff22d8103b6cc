"""Mistakes in operations that the type checker refuses."""

import re
from pathlib import Path
from typing import Final

import pytest
from mypy import api

# The lines that end with `# wrong` are errors, and no others.
SNIPPET: Final = """\
from bankapp.domain.idempotency import RequestKey
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Caller, SessionHolder, Visitor
from bankapp.operations.fields import RequestModel, ResponseModel
from bankapp.operations.operation import operation, public_operation, session_operation
from bankapp.store.engine.idempotency import Answer

class Question(RequestModel):
    pass

class Reply(ResponseModel):
    pass

async def visit(bank: Bank, visitor: Visitor, request: Question) -> Reply:
    return Reply()

async def hold(bank: Bank, holder: SessionHolder, request: Question) -> Reply:
    holder.origin
    holder.role  # wrong
    holder.is_banker()  # wrong
    holder.may_see("alice")  # wrong
    holder.is_email_verified  # wrong
    return Reply()

async def call(bank: Bank, caller: Caller, request: Question) -> Reply:
    caller.may_see("alice")
    return Reply()

async def call_once(
    bank: Bank, caller: Caller, request: Question, key: RequestKey | None
) -> Answer[Reply]:
    return Answer(Reply())

public_operation()(visit)
public_operation()(hold)  # wrong
public_operation()(call)  # wrong
session_operation()(visit)
session_operation()(hold)
session_operation()(call)  # wrong
operation()(hold)
operation()(call)
operation(idempotent=True)(call)  # wrong
operation(idempotent=True)(call_once)
operation()(call_once)  # wrong
"""


def test_an_operation_cannot_use_what_is_not_known_of_its_caller(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: a session that nobody has looked at has no role. Method: mypy, as on our code."""
    monkeypatch.chdir(root)
    (tmp_path / "snippet.py").write_text(SNIPPET)
    output, problems, _ = api.run(["--no-pretty", str(tmp_path / "snippet.py")])
    assert problems == ""
    found = {int(line) for line in re.findall(r"snippet.py:(\d+): error", output)}
    wrong = {n for n, line in enumerate(SNIPPET.splitlines(), 1) if line.endswith("# wrong")}
    assert found == wrong, output
