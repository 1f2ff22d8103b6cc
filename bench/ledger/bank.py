"""A bank to load: its accounts, its tokens, and the server that serves it."""

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg

from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker

KEY = bytes(32)
START_S = 15.0

PEOPLE = """
INSERT INTO users (username, hashed_password, full_name, email)
SELECT 'payer_' || n, 'x', 'x', n || '@payer' FROM generate_series(0, %(last)s) AS n
"""
ACCOUNTS = """
INSERT INTO accounts (owner, currency)
SELECT 'payer_' || n, 'USD' FROM generate_series(0, %(last)s) AS n ORDER BY n
RETURNING id
"""
FUNDS = """
SELECT count(*) FROM post_transfers(
    array_fill('deposit'::posting_kind, ARRAY[%(size)s]), array_fill(NULL::bigint, ARRAY[%(size)s]),
    %(ids)s::bigint[], array_fill(1000000000::bigint, ARRAY[%(size)s]),
    array_fill('USD'::text, ARRAY[%(size)s]), array_fill(NULL::text, ARRAY[%(size)s]),
    array_fill(NULL::text, ARRAY[%(size)s]), array_fill(NULL::text, ARRAY[%(size)s]),
    array_fill(NULL::bigint, ARRAY[%(size)s]),
    array_fill(NULL::interval, ARRAY[%(size)s]), array_fill(NULL::text, ARRAY[%(size)s]),
    array_fill(NULL::text, ARRAY[%(size)s]), array_fill(NULL::bytea, ARRAY[%(size)s]),
    array_fill(NULL::text, ARRAY[%(size)s]), false
)
WHERE refusal IS NULL
"""
SESSIONS = """
INSERT INTO sessions (id, username, user_agent, expires_at)
SELECT s.id, 'payer_' || (s.n - 1), '', now() + interval '1 day'
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS s (id, n)
"""


def fill(url: str, account_count: int) -> tuple[int, list[str]]:
    """Accounts of as many people, all rich and signed in: the first id, and a token for each."""
    tokens = TokenMaker(PasetoCodec([KEY]), Purpose.ACCESS, timedelta(hours=1))
    sessions = [uuid.uuid4() for _ in range(account_count)]
    with psycopg.connect(url) as connection:
        connection.execute(PEOPLE, {"last": account_count - 1})
        ids = [row[0] for row in connection.execute(ACCOUNTS, {"last": account_count - 1})]
        connection.commit()
        assert ids == list(range(ids[0], ids[0] + account_count))
        for start in range(0, account_count, 1000):
            some = ids[start : start + 1000]
            [(paid,)] = connection.execute(FUNDS, {"ids": some, "size": len(some)}).fetchall()
            assert paid == len(some)
        connection.execute(SESSIONS, {"ids": sessions})
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    return ids[0], [tokens.create(session).text for session in sessions]


@contextmanager
def served(url: str, directory: Path) -> Generator[str]:
    """The URL of a server of the bank, which runs until the block ends."""
    log = directory / "serve.log"
    settings = {
        "DATABASE_URL": url,
        "BANK_DATA_DIR": str(directory),
        "BANK_HTTP_ADDRESS": "127.0.0.1:0",
        "BANK_TOKEN_KEYS": KEY.hex(),
        "BANK_RATE_LIMITS": "off",
        "BANK_LOG_FORMAT": "json",
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bankapp", "serve"],
            env={**os.environ, **settings},
            stdout=output,
            stderr=output,
        )
    try:
        yield _address(log)
    finally:
        process.terminate()
        process.wait()


def _address(log: Path) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        for line in log.read_text().splitlines():
            if '"event": "listening"' in line or '"event":"listening"' in line:
                return str(json.loads(line)["url"])
        time.sleep(0.05)
    raise RuntimeError(log.read_text())
