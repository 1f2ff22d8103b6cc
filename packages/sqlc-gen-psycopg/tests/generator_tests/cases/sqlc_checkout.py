"""The end-to-end cases of sqlc, in a checkout or a bare repository of it."""

import hashlib
import io
import json
import os
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from generator_tests.project import Project, Server, write_config

FOLDER: Final = "internal/endtoend/testdata"
_CONFIGS: Final = ("sqlc.json", "sqlc.yaml", "sqlc.yml")
_EXPECTED_ERRORS: Final = ("stderr.txt", "stderr/managed-db.txt")


@dataclass(frozen=True)
class SqlcCase:
    """Files of a schema and of queries, relative to `directory`."""

    name: str
    directory: Path
    schema: Sequence[str]
    queries: Sequence[str]

    def write(self, directory: Path, server: Server) -> Project:
        """Write a project of these files to another folder."""
        directory.mkdir(parents=True)
        source = os.path.relpath(self.directory, directory)
        schema = [f"{source}/{path}" for path in self.schema]
        queries = [f"{source}/{path}" for path in self.queries]
        # Makes the hash of the schema unique, by which sqlc names its database.
        (directory / "unique.sql").write_text(f"-- {directory.name} of {os.getpid()}\n")
        return write_config(
            directory, server, [*schema, "unique.sql"], queries, emit_async_querier=True
        )

    def digest(self) -> str | None:
        """What tells two cases apart, whatever their white space; None if a file is missing."""
        digest = hashlib.sha256()
        for path in (*self.schema, *self.queries):
            named = self.directory / path
            files = sorted(named.rglob("*.sql")) if named.is_dir() else [named]
            for file in files:
                if not file.is_file():
                    return None
                digest.update(b" ".join([*file.read_bytes().split(), b"\0"]))
        return digest.hexdigest()


def extract(checkout: Path, directory: Path) -> Path:
    """The folder of the cases; of a bare repository those of HEAD, written below `directory`.

    Raises LookupError if there are none.
    """
    if (checkout / FOLDER).is_dir():
        return checkout / FOLDER
    archive = ["git", "-C", str(checkout), "archive", "HEAD", FOLDER]
    done = subprocess.run(archive, capture_output=True, check=False)
    if done.returncode:
        raise LookupError(f"no {FOLDER} in {checkout}: {done.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as files:
        files.extractall(directory, filter="data")
    return directory / FOLDER


def find_cases(folder: Path, skipped: Counter[str]) -> Iterator[SqlcCase]:
    """The cases that the generator should compile; the others are counted by reason."""
    seen = set[str]()
    for path in sorted(path for name in _CONFIGS for path in folder.rglob(name)):
        name = path.parent.relative_to(folder).as_posix()
        if (reason := _reason_to_skip(path.parent)) is not None:
            skipped[reason] += 1
            continue
        parts = _of_postgresql(path)
        if not parts:
            skipped["other engine or no config"] += 1
        for number, part in enumerate(parts, start=1):
            case = SqlcCase(
                name if len(parts) == 1 else f"{name}#{number}",
                path.parent,
                _listed(part.get("schema", [])),
                _listed(part.get("queries", [])),
            )
            digest = case.digest()
            if digest is None or digest in seen:
                skipped["missing file" if digest is None else "duplicate"] += 1
                continue
            seen.add(digest)
            yield case


def _reason_to_skip(directory: Path) -> str | None:
    if any((directory / name).exists() for name in _EXPECTED_ERRORS):
        return "expected stderr"
    execution = directory / "exec.json"
    if not execution.exists():
        return None
    command = json.loads(execution.read_text()).get("command", "generate")
    return None if command == "generate" else "other command"


def _of_postgresql(path: Path) -> list[dict[str, Any]]:
    """The parts of a config, of version 1 or 2, whose engine is PostgreSQL."""
    try:
        config = yaml.safe_load(path.read_text())  # JSON is YAML
    except yaml.YAMLError:
        return []
    is_first = str(config.get("version")) == "1"
    parts: list[dict[str, Any]] = config.get("packages" if is_first else "sql") or []
    default = "postgresql" if is_first else None
    return [part for part in parts if part.get("engine", default) == "postgresql"]


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
