"""The statements of the repository about itself are true."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from bankapp.settings import EXAMPLES, Settings
from monitor import settings as monitor_settings

README_LINE_COUNT_MAX: Final = 130
SETTINGS: Final = {
    ".env.example": r"^#([A-Z_]+)=",
    "docs/reference/settings.md": r"^\| `([A-Z_]+)`",
}


def targets(root: Path) -> dict[str, str]:
    """The targets that `make` lists, with their help texts."""
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


def test_the_readme_maps_every_folder(root: Path) -> None:
    shown = set(re.findall(r"^\| `([^`]+)/` \|", (root / "README.md").read_text(), re.MULTILINE))
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    folders = {path.split("/")[0] for path in tracked if "/" in path and path[0] != "."}
    assert shown == folders


@pytest.mark.parametrize("document", SETTINGS)
def test_every_setting_is_documented(root: Path, document: str) -> None:
    variables = {field.alias for field in Settings.model_fields.values()}
    assert variables == EXAMPLES.keys()
    of_monitor = {field.alias for field in monitor_settings.Settings.model_fields.values()}
    assert of_monitor == monitor_settings.EXAMPLES.keys()
    assert variables & of_monitor == {"PGBIN"}
    found = re.findall(SETTINGS[document], (root / document).read_text(), re.MULTILINE)
    assert sorted(found) == sorted(map(str, variables | of_monitor))


def test_the_readme_is_short(root: Path) -> None:
    assert len((root / "README.md").read_text().splitlines()) <= README_LINE_COUNT_MAX
