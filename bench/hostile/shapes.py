"""Requests that no honest client sends, as bytes."""

from collections.abc import Mapping
from typing import Final

HOST: Final = b"Host: bank"
LOGIN: Final = b"/v1/users/login"
BODY: Final = b'{"username":"nobody","password":"nothing"}'
SECOND: Final = b"GET /healthz HTTP/1.1\r\nHost: bank\r\n\r\n"


def get(
    *headers: bytes, target: bytes = b"/healthz", method: bytes = b"GET", version: bytes = b"1.1"
) -> bytes:
    """A request without a body."""
    first = b"%s %s HTTP/%s" % (method, target, version)
    return b"\r\n".join((first, HOST, *headers, b"", b""))


def post(*headers: bytes, body: bytes = BODY, target: bytes = LOGIN) -> bytes:
    """A request with a body; `headers` must give its length."""
    first = b"POST %s HTTP/1.1" % target
    return b"\r\n".join((first, HOST, b"Content-Type: application/json", *headers, b"", body))


def post_json(target: bytes, body: bytes, token: str) -> bytes:
    """An authenticated request that is well-formed except for its body."""
    length = b"Content-Length: %d" % len(body)
    return post(b"Authorization: Bearer " + token.encode(), length, body=body, target=target)


_LENGTH = b"Content-Length: %d" % len(BODY)
_CHUNKED = b"Transfer-Encoding: chunked"
_CHUNKS = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)

# Requests whose end two parsers could see differently, or that are not HTTP/1.1 at all.
REFUSED: Final[Mapping[str, bytes]] = {
    "a length and chunks": post(_LENGTH, _CHUNKED, body=_CHUNKS) + SECOND,
    "chunks and a length": post(_CHUNKED, _LENGTH, body=_CHUNKS) + SECOND,
    "two lengths": post(_LENGTH, b"Content-Length: 5") + SECOND,
    "one length twice": post(_LENGTH, _LENGTH) + SECOND,
    "a list of lengths": post(_LENGTH + b", 5") + SECOND,
    "a signed length": post(b"Content-Length: +%d" % len(BODY)) + SECOND,
    "a negative length": post(b"Content-Length: -1") + SECOND,
    "a hexadecimal length": post(b"Content-Length: 0x2a") + SECOND,
    "a length with an underscore": post(b"Content-Length: 4_2") + SECOND,
    "a length beyond 64 bits": post(b"Content-Length: " + b"9" * 30) + SECOND,
    "a length without end": post(b"Content-Length: " + b"0" * 9_000 + b"42") + SECOND,
    "chunked twice": post(_CHUNKED, _CHUNKED, body=_CHUNKS) + SECOND,
    "chunked, then something": post(b"Transfer-Encoding: chunked, x", body=_CHUNKS) + SECOND,
    "not quite chunked": post(b"Transfer-Encoding: xchunked", body=_CHUNKS) + SECOND,
    "chunked after a space": post(b"Transfer-Encoding : chunked", body=_CHUNKS) + SECOND,
    "chunked after a vertical tab": post(b"Transfer-Encoding:\x0bchunked", body=_CHUNKS) + SECOND,
    "a chunk of signed size": post(_CHUNKED, body=b"+2\r\n{}\r\n0\r\n\r\n") + SECOND,
    "a chunk of 0x size": post(_CHUNKED, body=b"0x2\r\n{}\r\n0\r\n\r\n") + SECOND,
    "a chunk longer than its size": post(_CHUNKED, body=b"1\r\n{}\r\n0\r\n\r\n") + SECOND,
    "a chunk beyond 64 bits": post(_CHUNKED, body=b"f" * 17 + b"\r\n{}\r\n0\r\n\r\n") + SECOND,
    "a line feed in a chunk's extension": post(_CHUNKED, body=b"2;\nx\r\n{}\r\n0\r\n\r\n") + SECOND,
    "a folded header": get(b"X: a\r\n b"),
    "a folded first header": b"GET /healthz HTTP/1.1\r\n Host: bank\r\n\r\n",
    "a space before the colon": get(b"X : a"),
    "a header without a name": get(b": a"),
    "a header without a colon": get(b"nothing"),
    "a space in a header's name": get(b"X Y: a"),
    "a NUL in a header": get(b"X: a\0b"),
    "a NUL in a header's name": get(b"X\0: a"),
    "a carriage return in a header": get(b"X: a\rb"),
    "a NUL in the target": get(target=b"/heal\0thz"),
    "a space in the target": get(target=b"/heal thz"),
    "a long target": get(target=b"/" + b"x" * 20_000),
    "a long header": get(b"X: " + b"x" * 20_000),
    "a long header's name": get(b"X" * 20_000 + b": x"),
    "many headers": get(*[b"X: x"] * 2_000),
    "a long method": get(method=b"G" * 10_000),
    "no method": get(method=b""),
    "a method that is none": get(method=b"G@T"),
    "no Host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two Hosts": get(b"Host: other"),
    "a target with a broken host": get(target=b"http://[::1/healthz"),
    "a target with a port of no number": get(target=b"http://bank:x/healthz"),
    "a target without a slash": get(target=b"healthz"),
    "a target of no UTF-8": get(target=b"/\xff\xfe"),
    "line feeds alone": b"GET /healthz HTTP/1.1\nHost: bank\n\n",
    "HTTP/1.10": get(version=b"1.10"),
    "HTTP/3.0": get(version=b"3.0"),
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
    "the hello of TLS": b"\x16\x03\x01\x00\xf5\x01\x00\x00\xf1\x03\x03" + bytes(range(240)),
    "SSH": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "nothing but NULs": bytes(2_000) + b"\r\n\r\n",
    "nothing but line ends": b"\r\n" * 5_000 + b"x\r\n\r\n",
}

# Requests that HTTP allows or that a parser may tolerate: any response is right except a 5xx.
HARMLESS: Final[Mapping[str, bytes]] = {
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "another Host": b"GET /healthz HTTP/1.1\r\nHost: evil.example:99999999/@\r\n\r\n",
    "a target with a host": get(target=b"http://evil.example/healthz"),
    "a target of two slashes": get(target=b"//healthz"),
    "a target of broken escapes": get(target=b"/%zz%u0000%"),
    "a fragment": get(target=b"/healthz#x"),
    "all of the server": get(target=b"*", method=b"OPTIONS"),
    "a tunnel": get(target=b"bank:443", method=b"CONNECT") + b"x" * 1_000,
    "a trace": get(method=b"TRACE"),
    "WebSocket": get(
        b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: eA==",
    ) + b"\x81\x85aaaaaaaaa",
    "HTTP/2 in clear text": get(
        b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"
    ),
    "many parameters": get(target=b"/healthz?" + b"a&" * 4_000),
    "many different parameters": post(
        _LENGTH, target=LOGIN + b"?" + b"&".join(b"%x" % n for n in range(1_600))
    ),
    "many cookies": get(b"Cookie: " + b"a=b; " * 1_500),
    "a body nobody asked for": get(_LENGTH) + BODY,
    "HTTP/1.0": get(version=b"1.0"),
}  # fmt: skip

_TRANSFER = b'{"from_account_id":1,"to_account_id":2,"currency":"USD","amount":%s,"description":%s}'
_AMOUNTS: Mapping[str, bytes] = {
    "a number as a string": b'"1"', "NaN": b"NaN", "2^63": b"%d" % 2**63, "-2^63": b"%d" % -(2**63),
    "negative zero": b"-0", "negative zero as a float": b"-0.0", "1e400": b"1e400",
    "infinity": b"-Infinity", "4,000 digits": b"9" * 4_000, "10,000 digits": b"9" * 10_000,
    "true": b"true", "null": b"null", "a list": b"[1]",
    "deep lists": b"[" * 8_000 + b"]" * 8_000, "deep objects": b'{"a":' * 2_500,
}  # fmt: skip
_TEXTS: Mapping[str, bytes] = {
    "NUL": rb'"a\u0000b"', "a raw NUL": b'"a\0b"', "a lone surrogate": rb'"\ud800"',
    "surrogates the wrong way round": rb'"\udc00\ud800"', "no UTF-8": b'"\xff"',
    "overlong UTF-8": b'"\xc0\xaf"', "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "a long text": b'"%s"' % (b"x" * 15_000), "another name again": b'"x","amount":2',
}  # fmt: skip

# Bodies of a transfer, all refused.
TRANSFERS: Final[Mapping[str, bytes]] = {
    **{name: _TRANSFER % (amount, b'"x"') for name, amount in _AMOUNTS.items()},
    **{name: _TRANSFER % (b"1", text) for name, text in _TEXTS.items()},
    "not JSON": b"amount=1&currency=USD",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    "cut short": _TRANSFER[:40],
    "UTF-16": '{"amount":1}'.encode("utf-16"),
    "many fields": b"{%s}" % b",".join(b'"%x":1' % n for n in range(1_700)),
    "beyond the limit": b" " * 16_385,
}

_ITEM = b'{"from_account_id":1,"to_account_id":2,"currency":"USD","amount":1}'

# Bodies of a batch, as large and as costly to parse as possible; all refused.
BATCHES: Final[Mapping[str, bytes]] = {
    "100,000 fields": b"{%s}" % b",".join(b'"%x":1' % n for n in range(100_000)),
    "an item of 80,000 fields": b'{"mode":"atomic","transfers":[{%s}]}'
    % b",".join(b'"%x":1' % n for n in range(80_000)),
    "100 wrong fields for each": b'{"mode":"atomic","transfers":[%s]}'
    % b",".join([b"{%s}" % b",".join(b'"%x":1' % n for n in range(100))] * 1_000),
    "a thousand broken items": b'{"mode":"atomic","transfers":[%s]}' % b",".join([b"{}"] * 1_000),
    "300,000 items": b'{"mode":"atomic","transfers":[%s]}' % b",".join([b"{}"] * 300_000),
    "300,000 lists": b'{"mode":[%s]}' % b",".join([b"[]"] * 300_000),
    "500,000 numbers": b'{"mode":[%s]}' % b",".join([b"1"] * 500_000),
    "1 MB of text": b'{"mode":"%s"}' % (b"x" * 1_000_000),
    "1 MB of escapes": b'{"mode":"%s"}' % (rb"\u0041" * 170_000),
    "1 MB of spaces": b" " * 1_000_000 + b"x",
    "1 MB of quotes": b'{"mode":"%s"}' % (rb"\"" * 500_000),
    "a text without end": b'"%s' % (rb"\"" * 500_000),
    "1,001 items": b'{"mode":"atomic","transfers":[%s]}' % b",".join([_ITEM] * 1_001),
    "beyond the limit": b" " * (1024 * 1024 + 1),
}
