"""The source of exchange rates: where it is, and the format in which it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bankapp import tuning
from bankapp.domain import limits
from bankapp.domain.exchange_rates import Fault, RateSheet, RatesRejected
from bankapp.egress.interface import Egress, IncomingAnswer, OutgoingRequest
from bankapp.exchange_rates.ecb import parse_ecb
from bankapp.exchange_rates.frankfurter import parse_frankfurter

RatesFormat: TypeAlias = Literal["ecb", "frankfurter"]
_UNCHANGED: Final = 304
_ETAG_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class _Reading:
    """How answers of a format are read."""

    content_types: tuple[str, ...]
    parse: Callable[[bytes], RateSheet]


_READINGS: Final[dict[RatesFormat, _Reading]] = {
    "ecb": _Reading(("text/xml", "application/xml"), parse_ecb),
    "frankfurter": _Reading(("application/json",), parse_frankfurter),
}


class RateSource:
    """A URL that answers with the newest rates.

    It remembers the tag of the last answer that was `kept`, and asks only for a newer one.
    """

    def __init__(self, egress: Egress, url: str, rates_format: RatesFormat) -> None:
        self._egress = egress
        self._url = url
        self._reading = _READINGS[rates_format]
        self._kept_tag: str | None = None
        self._last_tag: str | None = None

    async def fetch(self) -> RateSheet | None:
        """The newest rates; None if they are those that were kept last.

        Raises EgressFailed, RatesRejected.
        """
        headers = {"Accept": ", ".join(self._reading.content_types)}
        if self._kept_tag is not None:
            headers["If-None-Match"] = self._kept_tag
        answer = await self._egress.send(
            OutgoingRequest(
                method="GET",
                url=self._url,
                headers=headers,
                timeout_s=tuning.RATES_TIMEOUT_S,
                answer_bytes_max=limits.RATES_BYTES_MAX,
            )
        )
        if answer.status == _UNCHANGED and self._kept_tag is not None:
            return None
        self._require_readable(answer)
        sheet = self._reading.parse(answer.body)
        self._last_tag = _tag(answer)
        return sheet

    def keep(self) -> None:
        """Note that the last rates are stored, and need not be sent again."""
        self._kept_tag = self._last_tag

    def _require_readable(self, answer: IncomingAnswer) -> None:
        content_type, _, _ = answer.headers.get("content-type", "").partition(";")
        if answer.status != 200:
            raise RatesRejected(Fault.STATUS)
        if not answer.is_complete:
            raise RatesRejected(Fault.TOO_LARGE)
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            raise RatesRejected(Fault.ENCODING)
        if content_type.strip().lower() not in self._reading.content_types:
            raise RatesRejected(Fault.CONTENT_TYPE)


def _tag(answer: IncomingAnswer) -> str | None:
    """The tag of an answer, unless it is one that could not be sent back."""
    tag = answer.headers.get("etag", "")
    is_sane = tag.isascii() and tag.isprintable() and 0 < len(tag) <= _ETAG_LENGTH_MAX
    return tag if is_sane else None
