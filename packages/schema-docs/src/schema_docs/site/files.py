"""The site on disk."""

import shutil
from collections.abc import Mapping
from pathlib import Path


def write_site(files: Mapping[str, bytes], directory: Path) -> None:
    """Make the directory hold these files and nothing else."""
    shutil.rmtree(directory, ignore_errors=True)
    for path, content in files.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_bytes(content)


def differing_files(files: Mapping[str, bytes], directory: Path) -> list[str]:
    """The paths at which the directory does not hold exactly these files."""
    there = {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }
    paths = sorted(files.keys() | there.keys())
    return [str(directory / path) for path in paths if files.get(path) != there.get(path)]
