"""The frames of HTTP/2 that a client of gRPC needs, by RFC 9113 and, for headers, RFC 7541."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 1, 1, 4
WINDOW_MAX: Final = 2**31 - 1
_WINDOW_DEFAULT: Final = 2**16 - 1
_HEAD_BYTES: Final = 9
# Of the names that have a number in the static table, those that are sent.
_NAMES: Final = {":authority": 1, ":path": 4, "authorization": 23, "content-type": 31}


class Frame(NamedTuple):
    """A frame that was received."""

    kind: int
    flags: int
    stream: int
    payload: bytes


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """The bytes of a frame."""
    head = len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
    return head + payload


def opening() -> bytes:
    """The begin of a connection, on which the server may send as much as it likes."""
    window = (4).to_bytes(2, "big") + WINDOW_MAX.to_bytes(4, "big")
    update = (WINDOW_MAX - _WINDOW_DEFAULT).to_bytes(4, "big")
    return PREFACE + frame(SETTINGS, 0, 0, window) + frame(WINDOW_UPDATE, 0, 0, update)


def header_block(path: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """The headers of a POST, none of which has to be remembered."""
    named = [(":path", path), (":authority", "bank"), *headers]
    return b"\x83\x86" + b"".join(_header(name, value) for name, value in named)


def message(content: bytes) -> bytes:
    """A message of gRPC, not compressed."""
    return b"\0" + len(content).to_bytes(4, "big") + content


def frames(received: bytearray) -> Iterator[Frame]:
    """Take the frames that are complete out of what was received."""
    start = 0
    while len(received) >= start + _HEAD_BYTES:
        length = int.from_bytes(received[start : start + 3], "big")
        end = start + _HEAD_BYTES + length
        if len(received) < end:
            break
        stream = int.from_bytes(received[start + 5 : start + 9], "big") & WINDOW_MAX
        payload = bytes(received[start + _HEAD_BYTES : end])
        yield Frame(received[start + 3], received[start + 4], stream, payload)
        start = end
    del received[:start]


def _header(name: str, value: str) -> bytes:
    number = _NAMES.get(name, 0)
    known = _integer(number, 4) + (b"" if number else _text(name))
    return known + _text(value)


def _text(value: str) -> bytes:
    return _integer(len(value), 7) + value.encode("ascii")


def _integer(value: int, prefix_bits: int) -> bytes:
    limit = 2**prefix_bits - 1
    if value < limit:
        return bytes([value])
    rest, octets = value - limit, [limit]
    while rest >= 128:
        octets.append(rest % 128 + 128)
        rest //= 128
    return bytes([*octets, rest])
