"""Users with accounts and tokens, for loading the bank."""

import uuid
from datetime import timedelta

import psycopg

from bankapp.auth.paseto import PasetoCodec
from bankapp.auth.tokens import Purpose, TokenMaker
from bench.ledger.servers import KEY

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
BANKER = """
WITH banker AS (
    INSERT INTO users (username, hashed_password, full_name, email, role)
    VALUES ('banker', 'x', 'x', 'banker@bank', 'banker')
    RETURNING username
)
INSERT INTO sessions (id, username, user_agent, expires_at)
SELECT %(id)s, username, '', now() + interval '1 day' FROM banker
"""


def add_payers(url: str, account_count: int) -> tuple[list[int], list[str]]:
    """Add users with a funded account and a session each; returns account ids and tokens."""
    tokens = _tokens()
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
    return ids, [tokens.create(session).text for session in sessions]


def banker_token(url: str) -> str:
    """Add a banker, who may read all accounts; returns the access token."""
    session = uuid.uuid4()
    with psycopg.connect(url) as connection:
        connection.execute(BANKER, {"id": session})
    return _tokens().create(session).text


def _tokens() -> TokenMaker:
    return TokenMaker(PasetoCodec([KEY]), Purpose.ACCESS, timedelta(hours=1))
