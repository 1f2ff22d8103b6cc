"""The documents name only existing files, headings, targets, settings and commands."""

import ast
import re
from typing import Final

import pytest

from bankapp.cli.parser import COMMANDS
from bankapp.settings import EXAMPLES
from monitor.settings import EXAMPLES as EXAMPLES_OF_MONITOR
from tests.processes.processes import ROOT
from tests.repo.markdown import anchors, blocks, documents, prose

LANGUAGES: Final = {"console", "json", "python", "sh", "sql", "text", "yaml", ""}
# A changelog names files of earlier releases, too.
HISTORIES: Final = {"CHANGELOG.md"}
OF_TESTS: Final = {"BANK_TEST_KAFKA"}  # names a broker to the tests
TOP: Final = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] != ".")


def code(document: str) -> list[str]:
    """All that a document sets in the type of code, in its text and in its blocks."""
    inline = re.findall(r"`([^`\n]+)`", prose(document))
    return [*inline, *(block.text for block in blocks(document))]


@pytest.mark.parametrize("document", documents())
def test_links_lead_somewhere(document: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(document)):
        if re.match(r"https?://|mailto:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (ROOT / document).parent / path if path else ROOT / document
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), target


@pytest.mark.parametrize("document", sorted({*documents()} - HISTORIES))
def test_files_that_are_named_exist(document: str) -> None:
    if document.startswith("packages/"):
        return  # its paths are those of the projects that use the package
    for text in re.findall(r"`([^`\n]+)`", prose(document)):
        if re.fullmatch(rf"({'|'.join(TOP)})/[\w./-]*", text):
            assert (ROOT / text).exists(), text


@pytest.mark.parametrize("document", documents())
def test_targets_settings_and_commands_that_are_named_exist(document: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE))
    commands = {command.name for command in COMMANDS}
    for text in code(document):
        assert set(re.findall(r"\bmake ([a-z][a-z-]+)", text)) <= targets, text
        assert set(re.findall(r"\b(BANK_[A-Z_]+)\b", text)) <= EXAMPLES.keys() | OF_TESTS, text
        named = set(re.findall(r"\b(MONITOR_[A-Z_]+)\b", text))
        assert named <= EXAMPLES_OF_MONITOR.keys(), text
        assert set(re.findall(r"\bbankapp ([a-z]+(?:-[a-z]+)*)\b", text)) <= commands, text


@pytest.mark.parametrize("document", documents())
def test_blocks_are_marked_with_a_language_and_python_compiles(document: str) -> None:
    fences = re.findall(r"^ *```", (ROOT / document).read_text(), re.MULTILINE)
    assert len(fences) == 2 * len(blocks(document))
    for block in blocks(document):
        assert block.language in LANGUAGES
        if block.language == "python":
            ast.parse(block.text)


def test_the_index_lists_every_page_once() -> None:
    linked = re.findall(r"\]\(((?!\.\.)[^)]+\.md)\)", prose("docs/README.md"))
    pages = [str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")]
    assert sorted(linked) == sorted(set(pages) - {"README.md"})


def test_no_recipe_is_left_out_of_the_table_of_recipes() -> None:
    recipes = {path.name for path in (ROOT / "docs/how-to").glob("add-*.md")}
    assert recipes <= set(re.findall(r"\]\((add-[^)]+\.md)\)", prose("docs/how-to/README.md")))
