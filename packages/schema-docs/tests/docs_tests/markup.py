"""Reads a page strictly: what it holds, and what is wrong with its HTML."""

from collections import Counter
from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset({"base", "meta", "link", "input", "br", "hr", "img"})
_BLOCKS: Final = frozenset(
    {"p", "pre", "ul", "ol", "dl", "table", "div", "section", "h1", "h2", "h3"}
)
_LOADING: Final = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src")}


class Page(HTMLParser):
    """A parsed page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.errors: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        self.errors += [f"{tag} is not closed" for tag in self._open]
        self.errors += [
            f"id {name} is there twice" for name, count in self.ids.items() if count > 1
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._check_place(tag)
        for name, value in attrs:
            if name == "id":
                self.ids[value or ""] += 1
            if (tag, name) in _LOADING:
                self.loaded.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            if name.startswith("on") or name == "style":
                self.errors.append(f"{tag} has {name}, which the security policy forbids")
        repeated = {name for name, count in Counter(name for name, _ in attrs).items() if count > 1}
        self.errors += [f"{tag} has {name} twice" for name in repeated]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "svg" not in self._open:
            self.errors.append(f"{tag} is closed like XML")
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.errors.append(f"{tag} ends inside {self._open[-1:]}, at {self.getpos()}")
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def _check_place(self, tag: str) -> None:
        if tag in _BLOCKS and "p" in self._open:
            self.errors.append(f"{tag} inside p, at {self.getpos()}")
        if tag == "a" and "a" in self._open:
            self.errors.append(f"a link inside a link, at {self.getpos()}")
        if tag == "li" and self._open[-1:] not in (["ul"], ["ol"]):
            self.errors.append(f"li outside a list, at {self.getpos()}")
