"""Generated files that no query file asks for any more."""

from pathlib import Path

import pytest

from generator_tests.project import Project
from sqlc_gen_psycopg.emit.text import HEADER
from sqlc_gen_psycopg.errors import GeneratorError
from sqlc_gen_psycopg.stale_files import MANIFEST, find_stale_files, manifest


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A folder of which only `kept.py` is still wanted."""
    (tmp_path / MANIFEST).write_text(manifest(["kept.py"]))
    (tmp_path / "kept.py").write_text(HEADER)
    return tmp_path


def test_wanted_files_are_not_left_over(directory: Path) -> None:
    assert find_stale_files(directory) == []


def test_leftovers_are_sorted(directory: Path) -> None:
    stale = [directory / "a.py", directory / "z.py"]
    for path in reversed(stale):
        path.write_text(f"{HEADER}x = 1\n")
    assert find_stale_files(directory) == stale


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("by_hand.py", "x = 1\n", id="a module written by hand"),
        pytest.param("empty.py", "", id="an empty module"),
        pytest.param("quotes.py", f"# Like this:\n{HEADER}", id="one that quotes the header"),
        pytest.param("notes.md", HEADER, id="a file that is no Python"),
    ],
)
def test_files_of_others_are_not_left_over(directory: Path, name: str, text: str) -> None:
    (directory / name).write_text(text)
    assert find_stale_files(directory) == []


def test_folder_never_generated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match=r"has no manifest\.json; generate first"):
        find_stale_files(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        pytest.param(("check", "nowhere"), 1, "nowhere has no manifest.json", id="no such folder"),
        pytest.param(("check",), 2, "usage: sqlc-gen-psycopg prune DIR", id="no folder"),
        pytest.param(("destroy", "."), 2, "usage: sqlc-gen-psycopg", id="an unknown command"),
        pytest.param(
            ("/plugin.CodegenService/Generate",), 1, "this is no JSON", id="an empty request"
        ),
    ],
)
def test_command_line_refuses(
    tmp_path: Path, arguments: tuple[str, ...], status: int, complaint: str
) -> None:
    done = Project(tmp_path, "").run("sqlc-gen-psycopg", *arguments)
    assert done.returncode == status
    assert done.stderr.startswith(complaint)
    assert done.stdout == ""
