"""The standard's test vectors for v4.local, and its v4.public tokens, which must be refused."""

import json
from dataclasses import dataclass
from datetime import timedelta

import pyseto
import pytest

from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker
from bankapp.domain import errors

KEY = bytes(range(0x70, 0x90))
NONCE = bytes.fromhex("df654812bac492663825520ba2f6e67cf5ca5bdc13d4e7507a98cc4c2fcc3ad8")
SECRET, HIDDEN = (
    json.dumps(
        {"data": f"this is a {word} message", "exp": "2022-01-01T00:00:00+00:00"},
        separators=(",", ":"),
    )
    for word in ("secret", "hidden")
)
KID = '{"kid":"zVhMiPBP9fRf2snEcT7gFTioeA9COcNy9DfgL1W60haN"}'
KID_FOOTER = ".eyJraWQiOiJ6VmhNaVBCUDlmUmYyc25FY1Q3Z0ZUaW9lQTlDT2NOeTlEZmdMMVc2MGhhTiJ9"
TEXT_FOOTER = ".YXJiaXRyYXJ5LXN0cmluZy10aGF0LWlzbid0LWpzb24"
ZEROS = "v4.local.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQAr68PS4AXe7If_ZgesdkUMv"
START = "v4.local.32VIErrEkmY4JVILovbmfPXKW9wT1OdQepjMTC_MOtjA4kiqw7_tcaOM5GNEcnTxl60W"
SECRET_BODY = START + "kwMsYXw6FSNb_UdJPXjpzm0KW9ojM5f4O2mRvE2IcweP-PRdoHjd5-RHCiExR1IK6t"
HIDDEN_BODY = START + "iA8rd3wgFSNb_UdJPXjpzm0KW9ojM5f4O2mRvE2IcweP-PRdoHjd5-RHCiExR1IK6t"


@dataclass(frozen=True)
class Vector:
    """A test vector of the standard, by its name there."""

    name: str
    payload: str
    token: str
    nonce: bytes = NONCE
    footer: str = ""
    assertion: str = ""


VECTORS = [
    Vector(
        "4-E-1",
        SECRET,
        ZEROS + "SwscFlAl1pk5HC0e8kApeaqMfGo_7OpBnwJOAbY9V7WU6abu74MmcUE8YWAiaArVI8XJ5hOb_4v9"
        "RmDkneN0S92dx0OW4pgy7omxgf3S8c3LlQg",
        bytes(32),
    ),
    Vector(
        "4-E-2",
        HIDDEN,
        ZEROS + "S2csCgglvpk5HC0e8kApeaqMfGo_7OpBnwJOAbY9V7WU6abu74MmcUE8YWAiaArVI8XIemu9chy3"
        "WVKvRBfg6t8wwYHK0ArLxxfZP73W_vfwt5A",
        bytes(32),
    ),
    Vector("4-E-3", SECRET, SECRET_BODY + "6-tyebyWG6Ov7kKvBdkrrAJ837lKP3iDag2hzUPHuMKA"),
    Vector("4-E-4", HIDDEN, HIDDEN_BODY + "4gt6TiLm55vIH8c_lGxxZpE3AWlH4WTR0v45nsWoU3gQ"),
    Vector(
        "4-E-5",
        SECRET,
        SECRET_BODY + "4x-RMNXtQNbz7FvFZ_G-lFpk5RG3EOrwDL6CgDqcerSQ" + KID_FOOTER,
        footer=KID,
    ),
    Vector(
        "4-E-6",
        HIDDEN,
        HIDDEN_BODY + "6pWSA5HX2wjb3P-xLQg5K5feUCX4P2fpVK3ZLWFbMSxQ" + KID_FOOTER,
        footer=KID,
    ),
    Vector(
        "4-E-7",
        SECRET,
        SECRET_BODY + "40KCCWLA7GYL9KFHzKlwY9_RnIfRrMQpueydLEAZGGcA" + KID_FOOTER,
        footer=KID,
        assertion='{"test-vector":"4-E-7"}',
    ),
    Vector(
        "4-E-8",
        HIDDEN,
        HIDDEN_BODY + "5uvqQbMGlLLNYBc7A6_x7oqnpUK5WLvj24eE4DVPDZjw" + KID_FOOTER,
        footer=KID,
        assertion='{"test-vector":"4-E-8"}',
    ),
    Vector(
        "4-E-9",
        HIDDEN,
        HIDDEN_BODY + "6tybdlmnMwcDMw0YxA_gFSE_IUWl78aMtOepFYSWYfQA" + TEXT_FOOTER,
        footer="arbitrary-string-that-isn't-json",
        assertion='{"test-vector":"4-E-9"}',
    ),
]
SIGNED = (
    "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIiwiZXhwIjoiMjAyMi0wMS0wMVQwMDowMDow"
    "MCswMDowMCJ9"
)
PUBLIC_TOKENS = [
    SIGNED
    + "bg_XBBzds8lTZShVlwwKSgeKpLT3yukTw6JUz3W4h_ExsQV-P0V54zemZDcAxFaSeef1QlXEFtkqxT1ciiQEDA",
    SIGNED
    + "v3Jt8mx_TdM2ceTGoqwrh4yDFn0XsHvvV_D0DtwQxVrJEBMl0F2caAdgnpKlt4p7xBnx1HcO-SPo8FPp214HDw"
    + KID_FOOTER,
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_library_does_what_the_standard_says(vector: Vector) -> None:
    key = pyseto.Key.new(version=4, purpose="local", key=KEY)
    assertion = vector.assertion.encode()
    read = pyseto.decode(key, vector.token, implicit_assertion=assertion)
    assert (read.payload, read.footer) == (vector.payload.encode(), vector.footer.encode())
    written = pyseto.encode(
        key,
        vector.payload,
        footer=vector.footer,
        implicit_assertion=assertion,
        nonce=vector.nonce,
    )
    assert written.decode() == vector.token


@pytest.mark.parametrize("token", [vector.token for vector in VECTORS] + PUBLIC_TOKENS)
def test_tokens_of_the_standard_are_refused(token: str) -> None:
    """Some are sealed with the bank's key, but their footers lack its id."""
    tokens = TokenMaker(PasetoCodec([KEY]), Purpose.ACCESS, timedelta(minutes=15))
    with pytest.raises(errors.Unauthenticated):
        tokens.verify(token)
