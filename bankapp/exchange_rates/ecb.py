"""The daily reference rates of the European Central Bank, as eurofxref-daily.xml has them.

    <gesmes:Envelope …><gesmes:subject>…<gesmes:Sender>…
      <Cube><Cube time="2026-11-27"><Cube currency="USD" rate="1.0823"/>…</Cube></Cube>
    </gesmes:Envelope>

Read with expat as it comes with Python, because a document type is refused before any of it is
read: no entity is ever defined, so none can be expanded or fetched.
"""

from typing import Final
from xml.parsers import expat

from bankapp.domain.exchange_rates import Fault, RateSheet, RatesRejected
from bankapp.exchange_rates.sheet import create_sheet

_ENVELOPE: Final = "http://www.gesmes.org/xml/2002-08-01 Envelope"
_CUBE: Final = "http://www.ecb.int/vocabulary/2002-08-01/eurofxref Cube"
_DEPTH_MAX: Final = 4


def parse_ecb(content: bytes) -> RateSheet:
    """The rates of the day. Raises RatesRejected."""
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(content, True)  # noqa: FBT003 - it takes no keywords
    except (expat.ExpatError, ValueError, LookupError):  # the last ones for its encoding
        raise RatesRejected(Fault.UNREADABLE) from None
    return reader.sheet()


def _refuse_document_type(*_: object) -> None:
    raise RatesRejected(Fault.DOCUMENT_TYPE)


class _Reader:
    """Collects the days and the rates at their place in the tree, and no others."""

    def __init__(self) -> None:
        self._open: list[str] = []
        self._days: list[str] = []
        self._quotations: list[tuple[str, str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self._open.append(name)
        if (len(self._open) == 1 and name != _ENVELOPE) or len(self._open) > _DEPTH_MAX:
            raise RatesRejected(Fault.STRUCTURE)
        if name != _CUBE or self._open[1:] != [_CUBE] * (len(self._open) - 1):
            return
        try:
            match len(self._open):
                case 3:
                    self._days.append(attributes["time"])
                case 4:
                    self._quotations.append((attributes["currency"], attributes["rate"]))
                case _:
                    pass
        except KeyError:
            raise RatesRejected(Fault.STRUCTURE) from None

    def end(self, _: str) -> None:
        """The last element that began ends."""
        self._open.pop()

    def sheet(self) -> RateSheet:
        """What was collected."""
        if len(self._days) != 1:
            raise RatesRejected(Fault.STRUCTURE)
        return create_sheet("ecb", self._days[0], self._quotations)
