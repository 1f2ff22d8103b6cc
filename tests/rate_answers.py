"""Answers of a source of exchange rates: good ones, and everything that can be wrong with one."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from bankapp.domain.exchange_rates import Fault
from bankapp.egress.interface import Failure
from bankapp.exchange_rates.source import RatesFormat
from tests.web_server import WebServer, http

RATES: Final = {"USD": "1.0823", "GBP": "0.85", "JPY": "158.4"}
_JSON: Final = "application/json"
_DOCTYPE: Final = "<!DOCTYPE x [{}]>\n"
_BOMB: Final = _DOCTYPE.format(
    '<!ENTITY a "1111111111">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
)


@dataclass(frozen=True)
class Wrong:
    """An answer, and the reason that is logged for it. It may drip, or never come."""

    reason: Fault | Failure
    answer: bytes = b""
    drips: bool = False
    hangs: bool = False

    def play(self, server: WebServer) -> None:
        """Have the server answer so."""
        server.answer = self.answer
        server.drip_s = 0.01 if self.drips else None
        server.hangs = self.hangs


def today() -> date:
    """The day in UTC."""
    return datetime.now(UTC).date()


def ecb(
    rates: Mapping[str, str] | str = RATES,
    day: date | str | None = None,
    *,
    before: str = "",
    after: str = "",
) -> str:
    """The XML of a day, as the European Central Bank has it; `before` and `after` are put in."""
    if not isinstance(rates, str):
        rates = "".join(f"<Cube currency='{code}' rate='{rate}'/>" for code, rate in rates.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{before}'
        '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"'
        ' xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">\n'
        "<gesmes:subject>Reference rates</gesmes:subject>\n<gesmes:Sender>"
        "<gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>\n"
        f"<Cube>\n<Cube time='{day or today()}'>\n{rates}</Cube>\n{after}</Cube>\n"
        "</gesmes:Envelope>"
    )


def frankfurter(rates: str = '{"USD": 1.0823, "GBP": 0.85, "JPY": 158.4}', **changes: Any) -> str:
    """The JSON of a day, as frankfurter has it; `rates` is JSON, as floats would change it."""
    fields = {"amount": 1.0, "base": "EUR", "date": str(today()), "rates": "RATES", **changes}
    kept = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(kept).replace('"RATES"', rates)


def of_rate(text: str) -> bytes:
    """XML in which a good rate is followed by this one."""
    return http(ecb({"USD": "1.0823", "GBP": text}))


def of_json_rate(text: str) -> bytes:
    """The same in JSON."""
    return http(frankfurter(f'{{"USD": 1.0823, "GBP": {text}}}'), content_type=_JSON)


def _json(body: str | bytes) -> bytes:
    return http(body, content_type=_JSON)


_GOOD: Final = ecb()
_TOMORROW: Final = today() + timedelta(days=2)  # also when the test runs at midnight

ECB: Final[dict[str, Wrong]] = {
    "no XML": Wrong(Fault.UNREADABLE, http("rates: none today")),
    "nothing": Wrong(Fault.UNREADABLE, http("")),
    "truncated XML": Wrong(Fault.UNREADABLE, http(_GOOD[:-30])),
    "XML truncated to a rate": Wrong(
        Fault.UNREADABLE, http(_GOOD[: _GOOD.index("<Cube currency")])
    ),
    "two documents": Wrong(Fault.UNREADABLE, http(_GOOD + _GOOD)),
    "an unknown encoding": Wrong(Fault.UNREADABLE, http(_GOOD.replace("UTF-8", "klingon"))),
    "bytes that are no UTF-8": Wrong(
        Fault.UNREADABLE, http(_GOOD.encode().replace(b"ECB", b"\xff") + b"\xff")
    ),
    "an entity bomb": Wrong(Fault.DOCUMENT_TYPE, http(ecb({"USD": "&i;"}, before=_BOMB))),
    "an entity": Wrong(
        Fault.DOCUMENT_TYPE, http(ecb({"USD": "&r;"}, before=_DOCTYPE.format('<!ENTITY r "1.1">')))
    ),
    "an external entity": Wrong(
        Fault.DOCUMENT_TYPE,
        http(
            ecb({"USD": "1"}, before=_DOCTYPE.format('<!ENTITY r SYSTEM "file:///etc/hostname">'))
        ),
    ),
    "an external document type": Wrong(
        Fault.DOCUMENT_TYPE, http(ecb(before='<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">\n'))
    ),
    "an undefined entity": Wrong(Fault.UNREADABLE, of_rate("&nothing;")),
    "HTML as XML": Wrong(Fault.STRUCTURE, http("<html><body>Down for maintenance</body></html>")),
    "no namespace": Wrong(Fault.STRUCTURE, http(_GOOD.replace("xmlns=", "x="))),
    "no day": Wrong(Fault.STRUCTURE, http(_GOOD.replace("time=", "day="))),
    "two days": Wrong(Fault.STRUCTURE, http(ecb(after="<Cube time='2020-01-01'></Cube>"))),
    "no rates": Wrong(Fault.STRUCTURE, http(ecb({}))),
    "a rate without currency": Wrong(Fault.STRUCTURE, http(ecb("<Cube rate='1.1'/>"))),
    "a currency without rate": Wrong(Fault.STRUCTURE, http(ecb("<Cube currency='USD'/>"))),
    "elements within rates": Wrong(
        Fault.STRUCTURE, http(ecb("<Cube currency='USD' rate='1.1'><Cube/></Cube>"))
    ),
    "rates in another place": Wrong(
        Fault.STRUCTURE,
        http(_GOOD.replace("<Cube>", "<Other>").replace("</Cube>\n</g", "</Other>\n</g")),
    ),
    "deep elements": Wrong(Fault.STRUCTURE, http(ecb("<Cube>" * 100_000))),
    "not a number": Wrong(Fault.RATE, of_rate("NaN")),
    "infinity": Wrong(Fault.RATE, of_rate("Infinity")),
    "a negative rate": Wrong(Fault.RATE, of_rate("-0.85")),
    "a sign": Wrong(Fault.RATE, of_rate("+0.85")),
    "zero": Wrong(Fault.RATE, of_rate("0")),
    "zero with decimals": Wrong(Fault.RATE, of_rate("0.000")),
    "an exponent": Wrong(Fault.RATE, of_rate("8.5e-1")),
    "a comma": Wrong(Fault.RATE, of_rate("0,85")),
    "no digits": Wrong(Fault.RATE, of_rate("")),
    "spaces": Wrong(Fault.RATE, of_rate(" 0.85")),
    "underscores": Wrong(Fault.RATE, of_rate("1_0")),
    "other digits": Wrong(Fault.RATE, of_rate("\u0661.\u0662")),
    "ten decimals": Wrong(Fault.RATE, of_rate("0.8500000001")),
    "ten digits": Wrong(Fault.RATE, of_rate("1000000000")),
    "a long number": Wrong(Fault.RATE, of_rate("1" * 100_000)),
    "a code in lower case": Wrong(Fault.CURRENCY, http(ecb({"USD": "1.1", "gbp": "0.85"}))),
    "a long code": Wrong(Fault.CURRENCY, http(ecb({"USD": "1.1", "GBPX": "0.85"}))),
    "the euro itself": Wrong(Fault.CURRENCY, http(ecb({"USD": "1.1", "EUR": "1"}))),
    "a currency twice": Wrong(
        Fault.REPEATED,
        http(ecb("<Cube currency='USD' rate='1'/>" * 2)),
    ),
    "unknown currencies alone": Wrong(Fault.UNKNOWN_CURRENCIES, http(ecb({"XTS": "1"}))),
    "a day in the future": Wrong(Fault.FUTURE_DAY, http(ecb(day=_TOMORROW))),
    "an impossible day": Wrong(Fault.DAY, http(ecb(day="2026-02-30"))),
    "a time": Wrong(Fault.DAY, http(ecb(day="2026-11-27T16:00:00Z"))),
    "a day of a week": Wrong(Fault.DAY, http(ecb(day="2026-W48-5"))),
    "a year of five digits": Wrong(Fault.DAY, http(ecb(day="12026-11-27"))),
}
HTTP: Final[dict[str, Wrong]] = {
    "HTML": Wrong(Fault.CONTENT_TYPE, http("<html></html>", content_type="text/html")),
    "another content type": Wrong(Fault.CONTENT_TYPE, http(_GOOD, content_type="text/plain")),
    "no content type": Wrong(Fault.CONTENT_TYPE, http(_GOOD, content_type=None)),
    "the other format": Wrong(Fault.CONTENT_TYPE, _json(frankfurter())),
    "304 without being asked": Wrong(Fault.STATUS, http("", status="304 Not Modified")),
    "204": Wrong(Fault.STATUS, b"HTTP/1.1 204 No Content\r\n\r\n"),
    "206": Wrong(Fault.STATUS, http(_GOOD, status="206 Partial Content")),
    "301": Wrong(Fault.STATUS, http(_GOOD, status="301 Moved", headers={"Location": "/"})),
    "302 inward": Wrong(
        Fault.STATUS, http("", status="302 Found", headers={"Location": "http://127.0.0.1:5432/"})
    ),
    "403": Wrong(Fault.STATUS, http(_GOOD, status="403 Forbidden")),
    "404": Wrong(Fault.STATUS, http(_GOOD, status="404 Not Found")),
    "429": Wrong(Fault.STATUS, http("", status="429 Too Many", headers={"Retry-After": "60"})),
    "500": Wrong(Fault.STATUS, http(_GOOD, status="500 Internal Server Error")),
    "503": Wrong(Fault.STATUS, http("", status="503 Service Unavailable")),
    "a byte too much": Wrong(Fault.TOO_LARGE, http(_GOOD.ljust(1024 * 1024 + 1))),
    "a huge answer": Wrong(Fault.TOO_LARGE, http(b" " * 20_000_000)),
    "endless chunks": Wrong(
        Fault.TOO_LARGE,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\n"
        + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 64,
    ),
    "a gzip bomb": Wrong(
        Fault.ENCODING,
        http(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"}),
    ),
    "gzip": Wrong(
        Fault.ENCODING, http(gzip.compress(_GOOD.encode()), headers={"Content-Encoding": "gzip"})
    ),
    "gzip that is not told": Wrong(Fault.UNREADABLE, http(gzip.compress(_GOOD.encode()))),
    "a shorter body than said": Wrong(
        Failure.BROKEN_ANSWER, http(_GOOD, headers={"Content-Length": "5000"})
    ),
    "a wrong length": Wrong(Failure.BROKEN_ANSWER, http(_GOOD, headers={"Content-Length": "-1"})),
    "wrong chunks": Wrong(
        Failure.BROKEN_ANSWER,
        b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ),
    "a huge header": Wrong(
        Failure.BROKEN_ANSWER, http(_GOOD, headers={"X-Large": "x" * 1_000_000})
    ),
    "another protocol": Wrong(Failure.BROKEN_ANSWER, b"SSH-2.0-OpenSSH_9.6\r\n"),
    "hanging up": Wrong(Failure.BROKEN_ANSWER, b""),
    "a slow answer": Wrong(Failure.TIMEOUT, http(_GOOD), drips=True),
    "no answer": Wrong(Failure.TIMEOUT, hangs=True),
}
FRANKFURTER: Final[dict[str, Wrong]] = {
    "an amount in quotes": Wrong(Fault.BASE, _json(frankfurter(amount="1"))),
    "no JSON": Wrong(Fault.UNREADABLE, _json("none")),
    "truncated JSON": Wrong(Fault.UNREADABLE, _json(frankfurter()[:-2])),
    "bytes that are no UTF-8": Wrong(Fault.UNREADABLE, _json(b'{"base": "\xff"}')),
    "deep JSON": Wrong(Fault.UNREADABLE, _json("[" * 1_000_000)),
    "a list": Wrong(Fault.STRUCTURE, _json(f"[{frankfurter()}]")),
    "no day": Wrong(Fault.STRUCTURE, _json(frankfurter(date=None))),
    "no base": Wrong(Fault.STRUCTURE, _json(frankfurter(base=None))),
    "rates in a list": Wrong(Fault.STRUCTURE, _json(frankfurter('[["USD", 1.0823]]'))),
    "no rates": Wrong(Fault.STRUCTURE, _json(frankfurter("{}"))),
    "an error as JSON": Wrong(Fault.STRUCTURE, _json('{"message": "not found"}')),
    "another base": Wrong(Fault.BASE, _json(frankfurter(base="USD"))),
    "another amount": Wrong(Fault.BASE, _json(frankfurter(amount=100))),
    "a flag for an amount": Wrong(Fault.BASE, _json(frankfurter(amount=True))),
    "not a number": Wrong(Fault.RATE, of_json_rate("NaN")),
    "infinity": Wrong(Fault.RATE, of_json_rate("-Infinity")),
    "a negative rate": Wrong(Fault.RATE, of_json_rate("-0.85")),
    "zero": Wrong(Fault.RATE, of_json_rate("0.0")),
    "an exponent": Wrong(Fault.RATE, of_json_rate("8.5e-1")),
    "a large exponent": Wrong(Fault.RATE, of_json_rate("1e999999999")),
    "text for a rate": Wrong(Fault.RATE, of_json_rate('"0.85"')),
    "null for a rate": Wrong(Fault.RATE, of_json_rate("null")),
    "true for a rate": Wrong(Fault.RATE, of_json_rate("true")),
    "an object for a rate": Wrong(Fault.RATE, of_json_rate('{"mid": 0.85}')),
    "a long number": Wrong(Fault.RATE, of_json_rate("1" * 100_000)),
    "ten decimals": Wrong(Fault.RATE, of_json_rate("0.8500000001")),
    "a name twice": Wrong(Fault.REPEATED, _json(frankfurter('{"USD": 1.0823, "USD": 2}'))),
    "a code in lower case": Wrong(Fault.CURRENCY, _json(frankfurter('{"usd": 1.0823}'))),
    "unknown currencies alone": Wrong(Fault.UNKNOWN_CURRENCIES, _json(frankfurter('{"XTS": 1}'))),
    "a day in the future": Wrong(Fault.FUTURE_DAY, _json(frankfurter(date=str(_TOMORROW)))),
    "a day without dashes": Wrong(Fault.DAY, _json(frankfurter(date="20261127"))),
    "XML": Wrong(Fault.CONTENT_TYPE, http(_GOOD)),
}
WRONG: Final[list[tuple[RatesFormat, str, Wrong]]] = [
    *(("ecb", name, wrong) for name, wrong in (ECB | HTTP).items()),
    *(("frankfurter", name, wrong) for name, wrong in FRANKFURTER.items()),
]
