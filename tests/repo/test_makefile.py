"""Targets of the Makefile that run several programs, and what they say."""

import os
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder of programs that print their names, and fail if they are listed in FAILING."""
    names = ("mypy", "pyright", "ruff", "sqlfluff", "squawk", "python", "sqlc-gen-psycopg")
    for name in names:
        program = tmp_path / name
        program.write_text(
            f'#!/bin/sh\necho {name} ran\ncase " $FAILING " in *" {name} "*) exit 1 ;; esac\n'
        )
        program.chmod(0o755)
    return tmp_path


def make(root: Path, programs: Path, *arguments: str, failing: str = "") -> tuple[int, str]:
    """The exit code and the output of a target, whose programs are these."""
    done = subprocess.run(
        ["make", "--old-file=setup", f"BIN={programs}", *arguments],
        cwd=root,
        env={**os.environ, "FAILING": failing},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("failing", ["", "mypy", "pyright", "mypy pyright"])
def test_types_runs_both_programs_whichever_fails(root: Path, programs: Path, failing: str) -> None:
    code, printed = make(root, programs, "types", failing=failing)
    assert "mypy ran\npyright ran\n" in printed
    assert (code == 0) == (failing == "")


@pytest.mark.parametrize("failing", ["", "ruff", "sqlfluff", "squawk"])
def test_lint_runs_every_program_whichever_fails(root: Path, programs: Path, failing: str) -> None:
    code, printed = make(root, programs, "lint", failing=failing)
    assert all(f"{name} ran" in printed for name in ("ruff", "sqlfluff", "squawk"))
    assert (code == 0) == (failing == "")


@pytest.mark.parametrize("failing", ["python", "sqlc-gen-psycopg"])
def test_verify_generate_names_the_target_that_mends(
    root: Path, programs: Path, failing: str
) -> None:
    code, printed = make(root, programs, "verify-generate", "WITH_DATABASE=true", failing=failing)
    assert code != 0
    assert "run `make generate`" in printed


def test_a_migration_needs_a_reason(root: Path, programs: Path) -> None:
    code, printed = make(root, programs, "migration", "NAME=add_fees", "WHY=")
    assert code != 0
    assert 'WHY="' in printed
