"""`make sqlc-cases` on a small checkout of sqlc."""

import json
import os
from pathlib import Path

import pytest

from generator_tests.cases.__main__ import main

SCHEMA = "CREATE TABLE things (id integer NOT NULL, note text);\n"
SOUND = "-- name: Sound :many\nSELECT id, note, sqlc.arg(given)::text AS given FROM things;\n"
# An annotation of the query's own, which the values contradict.
UNSOUND = "-- name: Unsound :many\n-- @notnull note\nSELECT note FROM things;\n"
SLICE = "-- name: Slice :many\nSELECT id FROM things WHERE id IN (sqlc.slice(ids));\n"
REFUSED = "-- name: Refused :many\nSELECT nothing FROM things;\n"


def write_case(checkout: Path, name: str, query: str, version: int = 1, **files: str) -> None:
    """Write a case with a config of this version."""
    directory = checkout / "internal/endtoend/testdata" / name
    directory.mkdir(parents=True)
    part = {"schema": "schema.sql", "queries": "query.sql", "engine": "postgresql"}
    config = {"version": str(version), ("packages" if version == 1 else "sql"): [part]}
    (directory / "sqlc.json").write_text(json.dumps(config))
    (directory / "schema.sql").write_text(SCHEMA)
    (directory / "query.sql").write_text(query)
    for file, text in files.items():
        (directory / file.replace("_", ".")).write_text(text)


def test_faults_are_told_from_refusals_of_sqlc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", os.environ["TEST_DATABASE_URL"])
    write_case(tmp_path, "sound", SOUND)
    write_case(tmp_path, "unsound", UNSOUND)
    write_case(tmp_path, "zero", f"\n{SOUND}")  # the same
    write_case(tmp_path, "slice", SLICE)
    write_case(tmp_path, "refused", REFUSED, version=2)
    write_case(tmp_path, "failing", SOUND, stderr_txt="no")
    write_case(tmp_path, "diff", SOUND, exec_json='{"command": "diff"}')
    assert main([str(tmp_path), "refused", "slice"]) == 0
    printed = capsys.readouterr().out
    assert "refused by sqlc: refused: " in printed
    assert "refused on purpose: slice: " in printed
    assert "skipped: 1 other command, 1 expected stderr, 1 duplicate" in printed
    assert main([str(tmp_path), "sound"]) == 1
    printed = capsys.readouterr().out
    assert "UNSOUND: unsound: Unsound: None is not <class 'str'>\n" in printed
    assert "2 cases: 1 ok, 1 UNSOUND, in " in printed
    assert "2 queries: 2 ran, 2 of them gave rows" in printed


def test_a_folder_without_cases_of_sqlc_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "SQLC=PATH: a checkout of sqlc is expected" in capsys.readouterr().err
    assert main([""]) == 2
