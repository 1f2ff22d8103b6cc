"""The files written for the shop, to the letter: a change of their shape shows in a diff.

`make generate-golden` writes them anew.
"""

import difflib
import os
from pathlib import Path

import pytest

from generator_tests.project import Project, Server
from generator_tests.test_commands import compiled

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, sqlc_server: Server) -> Project:
    directory = tmp_path_factory.mktemp("golden") / "shop"
    return compiled(directory, sqlc_server, emit_querier_protocol=True, emit_async_reads=True)


def test_what_is_written_is_what_shall_be(written: Project) -> None:
    files = {f"{name}.golden": content.decode() for name, content in written.files().items()}
    if os.environ.get("GENERATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        for path in GOLDEN.iterdir():
            path.unlink()
        for name, text in files.items():
            (GOLDEN / name).write_text(text)
    expected = {path.name: path.read_text() for path in GOLDEN.iterdir()}
    assert files.keys() == expected.keys()
    for name, text in files.items():
        lines = difflib.unified_diff(
            expected[name].splitlines(), text.splitlines(), name, "what is written now", lineterm=""
        )
        assert text == expected[name], "\n".join(lines)
