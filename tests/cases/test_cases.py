"""`make cases` on a small folder of cases."""

import os
from pathlib import Path

import pytest

from tests.cases.__main__ import main

CASE = """\
-- expect: ListThings({expected}); CountThings(int)
-- about: the tests of the runner
-- args ListThings: {{"id": 1}}
-- schema
CREATE TABLE things (id integer NOT NULL, note text);
-- data
INSERT INTO things VALUES (1, NULL);
-- queries
-- name: ListThings :many
{annotation}
SELECT {columns} FROM things WHERE id = sqlc.arg(id);
-- name: CountThings :one
SELECT count(*) FROM things;
"""


def write_case(
    folder: Path, name: str, expected: str, columns: str = "id, note", annotation: str = "-- Why."
) -> None:
    """Write a case of the generator to a folder in its folder."""
    path = folder / "generator" / "some" / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CASE.format(expected=expected, columns=columns, annotation=annotation))


def write_program(folder: Path, name: str, text: str) -> None:
    """Write a case of the bank."""
    path = folder / "bank" / f"{name}.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


@pytest.fixture(autouse=True)
def _server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", os.environ["TEST_DATABASE_URL"])


def test_cases_of_the_generator_get_verdicts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_case(tmp_path, "right", "id: int, note: str | None")
    write_case(tmp_path, "cautious", "id: int, note: str")
    write_case(tmp_path, "other", "id: str, note: str | None")
    write_case(tmp_path, "unsound", "str", "note", "-- @notnull note")
    write_case(tmp_path, "refused", "id: int", "nothing")
    (tmp_path / "generator" / "torn.sql").write_text("-- queries\n")
    assert main([str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    for line in (
        "CAUTIOUS: generator/some/cautious: note: str | None for str\n",
        "OTHER: generator/some/other: id: int for str\n",
        "UNSOUND: generator/some/unsound: ListThings: None is not <class 'str'>\n",
        "refused by sqlc: generator/some/refused: ",
        "could not be played: generator/torn: ",
        "6 cases: 1 ok, 1 CAUTIOUS, 1 OTHER, 1 UNSOUND, 1 refused by sqlc, 1 could not be played, ",
    ):
        assert line in printed


def test_cases_of_the_bank_get_verdicts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_program(tmp_path, "right", "import sys; assert sys.argv[1]")
    assert main([str(tmp_path)]) == 0
    write_program(tmp_path, "fault", "print('FAULT: money is gone'); raise SystemExit(1)")
    write_program(tmp_path, "broken", "import bankapp.no_such_module")
    write_program(tmp_path, "late", "raise SystemExit(2)")
    assert main([str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "FAULT: bank/fault: FAULT: money is gone\n" in printed
    assert "could not be played: bank/broken: exit code 1: ModuleNotFoundError: " in printed
    assert "4 cases: 1 ok, 1 FAULT, 2 could not be played, in " in printed
    assert main([str(tmp_path), "rig"]) == 0


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_a_folder_without_cases_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    assert main([folder and str(tmp_path / folder)]) == 2
    assert "FOLDER/bank/*.py or" in capsys.readouterr().err


def test_a_part_that_no_case_has_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_program(tmp_path, "right", "")
    assert main([str(tmp_path), "wrong"]) == 2
    assert capsys.readouterr() == ("bank/right\n", "no case has wrong in its name\n")
