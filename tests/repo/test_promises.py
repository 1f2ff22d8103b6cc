"""What the repository says about itself is so."""

import re
import subprocess
from pathlib import Path

import pytest

from bankapp.settings import EXAMPLES, Settings


@pytest.fixture(scope="module")
def readme(root: Path) -> str:
    return (root / "README.md").read_text()


def targets(root: Path) -> dict[str, str]:
    """The targets `make` lists, with what it says of them."""
    makefile = (root / "Makefile").read_text()
    return dict(re.findall(r"^([a-z-]+):.*?## (.*)$", makefile, re.MULTILINE))


def test_make_alone_lists_every_target(root: Path) -> None:
    listed = subprocess.run(["make"], cwd=root, capture_output=True, text=True, check=True).stdout
    for name, purpose in targets(root).items():
        assert re.search(rf"^  make {name} +{re.escape(purpose)}$", listed, re.MULTILINE)


def test_every_phony_target_says_what_it_does(root: Path) -> None:
    makefile = (root / "Makefile").read_text()
    assert set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE)) == targets(root).keys()


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_documents_name_targets_that_exist(root: Path, document: str) -> None:
    named = re.findall(r"(?:`|\$ )make ([a-z-]+)[ `]", (root / document).read_text())
    assert set(named) <= targets(root).keys()


def test_every_generate_has_its_verify_in_check(root: Path) -> None:
    makefile = (root / "Makefile").read_text()
    [checks] = re.findall(r"^check: (.*?) ##", makefile, re.MULTILINE)
    verifying = {name for name in targets(root) if name.startswith("verify-")}
    assert verifying | {"lint", "types", "contracts", "test"} == set(checks.split())
    assert {f"verify-{name}" for name in targets(root) if name == "generate"} <= verifying


def test_the_readme_maps_what_is_there(root: Path, readme: str) -> None:
    [table] = re.findall(r"\| where \| what \|\n\|---\|---\|\n(.*?)\n\n", readme, re.DOTALL)
    paths = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert all((root / path).exists() for path in paths), paths
    shown = {path.split("/")[0] for path in paths}
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    folders = {path.split("/")[0] for path in tracked if "/" in path and path[0] != "."}
    assert shown == folders


@pytest.mark.parametrize("document", ["README.md", ".env.example"])
def test_every_setting_is_documented(root: Path, document: str) -> None:
    variables = {field.alias for field in Settings.model_fields.values()}
    assert variables == EXAMPLES.keys()
    pattern = r"^\| `([A-Z_]+)`" if document == "README.md" else r"^#([A-Z_]+)="
    found = re.findall(pattern, (root / document).read_text(), re.MULTILINE)
    assert sorted(found) == sorted(str(variable) for variable in variables)
