"""The Markdown documents of the repository, and the blocks of code in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Final

from tests.processes.processes import ROOT

PLACES: Final = (
    "*.md",
    "docs/**/*.md",
    "examples/*.md",
    "packages/*/README.md",
)
_BLOCK: Final = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block of code and the language it is marked with."""

    language: str
    text: str


def documents() -> list[str]:
    """The paths of all documents, from the root of the repository."""
    found = {path for place in PLACES for path in ROOT.glob(place)}
    return sorted(str(path.relative_to(ROOT)) for path in found)


def blocks(document: str) -> list[Block]:
    """The blocks of a document, in order."""
    text = (ROOT / document).read_text()
    return [Block(language, dedent(block)) for _, language, block in _BLOCK.findall(text)]


def prose(document: str) -> str:
    """A document without its blocks."""
    return _BLOCK.sub("", (ROOT / document).read_text())


def anchors(path: Path) -> set[str]:
    """The names that a link to this file can have behind its #."""
    text = path.read_text()
    if path.suffix == ".html":
        return set(re.findall(r'id="([^"]+)"', text))
    return set(_slugs(_BLOCK.sub("", text)))


def _slugs(text: str) -> Iterator[str]:
    """The headings of a document as forges name them in links."""
    for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        yield kept.replace(" ", "-")
