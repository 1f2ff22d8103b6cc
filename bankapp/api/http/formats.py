"""The formats that an answer can have, and which of them a client accepts (RFC 9110, 12.5.1)."""

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from aiohttp.helpers import parse_mimetype


@dataclass(frozen=True, slots=True)
class Format:
    """A media type: how a response is rendered in it, and the headers of the answer.

    One that may be large has a `stream` of its parts, which is read as they are sent.
    """

    media_type: str
    render: Callable[[Any], str] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    stream: Callable[[Any], AsyncIterator[str]] | None = None

    def respond(self, response: object) -> web.Response:
        """The answer in this format."""
        return web.Response(
            body=self._body(response),
            content_type=self.media_type,
            charset="utf-8",
            headers=dict(self.headers),
        )

    def _body(self, response: object) -> bytes | AsyncIterator[bytes]:
        if self.stream is not None:
            return _encoded(self.stream(response))
        assert self.render is not None
        return self.render(response).encode()


async def _encoded(parts: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for part in parts:
        yield part.encode()


JSON_TYPE: Final = "application/json"
_WEIGHT: Final = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def choose(accept: str, media_types: Sequence[str]) -> str:
    """The media type that the header `Accept` prefers; of equal ones the first.

    If none is accepted it is the first one, because an answer in another format helps more than no
    answer.
    """
    weights: dict[str, float] = {}
    for element in filter(str.strip, accept.split(",")):
        media_range, weight = _parse(element)
        weights[media_range] = max(weight, weights.get(media_range, 0.0))
    return max(media_types, key=lambda media_type: _weight_of(media_type, weights))


def _parse(element: str) -> tuple[str, float]:
    """A media range and its weight, which is 0 where it is garbage."""
    parsed = parse_mimetype(element.strip())
    suffix = parsed.suffix and f"+{parsed.suffix}"
    weight = parsed.parameters.get("q", "1")
    is_weight = _WEIGHT.fullmatch(weight) is not None
    return f"{parsed.type}/{parsed.subtype}{suffix}", float(weight) if is_weight else 0.0


def _weight_of(media_type: str, weights: Mapping[str, float]) -> float:
    """The weight of the most specific range that a media type is in."""
    kind, _, _ = media_type.partition("/")
    ranges = (media_type, f"{kind}/*", "*/*")
    return next((weights[range_] for range_ in ranges if range_ in weights), 0.0)
