"""The marks of generated files, by which a forge folds them in a review."""

import subprocess
from pathlib import Path

GENERATED_PARTS = ("gen", "generated", "golden")
GENERATED_NAMES = ("examples.json", "package-lock.json", "schema.sql", "uv.lock")


def test_generated_files_are_marked_and_no_others(root: Path) -> None:
    def git(*command: str, stdin: str = "") -> list[str]:
        done = subprocess.run(
            ["git", *command], cwd=root, input=stdin, capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    tracked = git("ls-files")
    answers = git("check-attr", "--stdin", "linguist-generated", stdin="\n".join(tracked))
    marked = {line.removesuffix(": linguist-generated: set") for line in answers} & {*tracked}
    expected = {path for path in tracked if _is_generated(Path(path))}
    assert len(expected) > 100
    assert marked == expected


def _is_generated(path: Path) -> bool:
    if path.name == "schema.sql":
        return path.parts == ("db", "schema.sql")
    return path.name in GENERATED_NAMES or bool({*GENERATED_PARTS} & {*path.parent.parts})
