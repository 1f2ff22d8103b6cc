"""The project of this folder, which sqlc compiles in a scratch directory, and its database."""

import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import psycopg
from psycopg.conninfo import make_conninfo

HERE = Path(__file__).parent
ROW_COUNT = 100_000
_FILL = """
INSERT INTO payments (account_id, amount, currency, description, created_at)
SELECT
    n %% 1000,
    n * 7919 %% 1000000,
    (ARRAY['USD', 'EUR', 'JPY'])[1 + n %% 3],
    CASE WHEN n %% 4 > 0 THEN 'payment number ' || n END,
    '2026-11-20 08:00:00Z'::timestamptz + n * '1.001 s'::interval
FROM generate_series(1, %(row_count)s::bigint) AS n
"""


def compile_queries(directory: Path) -> ModuleType:
    """The module that sqlc generates from payments.sql, on the server of DATABASE_URL."""
    for name in ("schema.sql", "payments.sql", "sqlc.yaml"):
        shutil.copy(HERE / name, directory)
    subprocess.run(["sqlc", "generate"], cwd=directory, check=True)
    sys.path.insert(0, str(directory))
    return import_module("generated.payments")


def make_database(server_url: str) -> str:
    """Create a database with the schema and its rows; returns its connection string."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bench")
    url = make_conninfo(server_url, dbname="bench")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute((HERE / "schema.sql").read_bytes())
        connection.execute(_FILL, {"row_count": ROW_COUNT})
        connection.execute("VACUUM ANALYZE")
    return url
