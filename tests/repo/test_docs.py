"""Every command in the documents works to the letter and prints what the document shows."""

from pathlib import Path
from typing import Final

import pytest

from tests.processes.processes import needs_curl
from tests.repo.markdown import blocks, documents
from tests.repo.sessions import checkout, shows, steps

# Targets that a document names in a console block and that are not run here but only looked up.
LOOKED_UP: Final = {
    "bench": "takes an hour",
    "fuzz": "takes minutes",
    "mutants": "takes minutes",
    "storm": "takes minutes",
    "test": "contains this test",
    "types": "takes minutes, and `make check` contains it",
}
# Documents whose commands need a server of their own, and the tests that run them there.
RUN_ELSEWHERE: Final = {
    "docs/how-to/back-up-and-restore.md": "tests/db/test_roles.py",
    "docs/how-to/own-postgresql.md": "tests/db/test_roles.py",
    "docs/how-to/call-over-grpc.md": "tests/api/grpc/test_docs.py",
    "packages/bankapp-client/README.md": "tests/client/test_wheel.py",
    "packages/own-postgres/README.md": "packages/own-postgres/tests/postgres_tests/test_wheel.py",
    "packages/schema-docs/README.md": "packages/schema-docs/tests/docs_tests/test_wheel.py",
}
DOCUMENTS: Final = [path for path in documents() if steps(path) and path not in RUN_ELSEWHERE]


@needs_curl
@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_of_document_print_its_output(
    document: str, scratch: Path, stopped_bank: Path
) -> None:
    with checkout(scratch, stopped_bank) as reader:
        for command, output in steps(document):
            printed = reader.run(_looked_up(command) or command)
            assert shows(output, printed), f"{command}\nprints\n{printed}"


def test_commands_that_are_only_looked_up_are_listed_with_a_reason() -> None:
    commands = {step.command for path in documents() for step in steps(path)}
    named = {_target(command) for command in commands} & LOOKED_UP.keys()
    assert named == LOOKED_UP.keys()


def test_documents_that_are_run_elsewhere_have_commands(root: Path) -> None:
    """A block of `sh` shows no output; only documents that are run elsewhere have any."""
    for document, test in RUN_ELSEWHERE.items():
        assert {"console", "sh"} & {block.language for block in blocks(document)}
        assert Path(document).name in (root / test).read_text()
    for document in {*documents()} - RUN_ELSEWHERE.keys():
        assert "sh" not in {block.language for block in blocks(document)}, document


def _looked_up(command: str) -> str | None:
    """The command that looks a target up instead of making it; None where it is to be made."""
    arguments = command.removeprefix("make ")
    return f"make -n {arguments} >/dev/null" if _target(command) in LOOKED_UP else None


def _target(command: str) -> str | None:
    words = command.split()
    return words[1] if words[0] == "make" and len(words) > 1 else None
