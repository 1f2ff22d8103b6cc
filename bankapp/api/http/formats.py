"""The formats that an answer can have, and which of them a client accepts (RFC 9110, 12.5.1)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from aiohttp.helpers import MimeType, parse_mimetype


@dataclass(frozen=True, slots=True)
class Format:
    """A media type: how a response is rendered in it, and the headers of the answer."""

    media_type: str
    render: Callable[[Any], str]
    headers: tuple[tuple[str, str], ...] = ()

    def respond(self, response: object) -> web.Response:
        """The answer in this format."""
        return web.Response(
            text=self.render(response),
            content_type=self.media_type,
            charset="utf-8",
            headers=dict(self.headers),
        )


JSON_TYPE: Final = "application/json"


def choose(accept: str, media_types: Sequence[str]) -> str:
    """The media type that the header `Accept` prefers; of equal ones the first.

    If none is accepted it is the first one, because an answer in another format helps more than no
    answer.
    """
    ranges = [_parse(element) for element in accept.split(",") if element.strip()]
    if not ranges:
        return media_types[0]
    return max(media_types, key=lambda media_type: _quality(media_type, ranges))


def _parse(element: str) -> MimeType:
    return parse_mimetype(element.strip())


def _quality(media_type: str, ranges: Sequence[MimeType]) -> float:
    """The weight of a media type, from the most specific range that matches it."""
    wanted = parse_mimetype(media_type)
    matching = [
        (range_.type != "*", range_.subtype != "*", _q(range_))
        for range_ in ranges
        if range_.type in ("*", wanted.type) and range_.subtype in ("*", wanted.subtype)
    ]
    return max(matching)[2] if matching else 0.0


def _q(range_: MimeType) -> float:
    with suppress(ValueError):
        return float(range_.parameters.get("q", 1))
    return 0.0
