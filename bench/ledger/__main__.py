"""python -m bench.ledger: print how fast money moves, over HTTP and without."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import psycopg

from bankapp.embedded import EmbeddedServer, ensure_database, find_binaries
from bankapp.migrations import migrate
from bench.ledger.bank import fill, served
from bench.ledger.figures import Figures, middle, table
from bench.ledger.load import Orders
from bench.ledger.pgbench import CLASSIC, POSTING, run_pgbench

ACCOUNT_COUNT = 10_000
ROUND_COUNT = 3
DURATION_S = 6
CLASSIC_NAME = "pgbench, the classic transaction, 64 connections"
POSTING_NAME = "pgbench, our posting call for one, 64 connections"
HTTP_NAME = "the bank over HTTP, {} connections"


def main() -> None:
    """Measure on a durable server of our own."""
    binaries = find_binaries(None)
    with tempfile.TemporaryDirectory(prefix="bankapp-bench-") as name:
        directory = Path(name)
        server = EmbeddedServer(directory, binaries)
        server.start()
        try:
            for title, figures in _measure(server, binaries, directory).items():
                print(f"\n{table(title, figures)}")
        finally:
            server.stop()


def _measure(
    server: EmbeddedServer, binaries: Path, directory: Path
) -> dict[str, dict[str, Figures]]:
    bank, classic = (ensure_database(server, one, one) for one in ("bank", "classic"))
    with psycopg.connect(classic) as connection:
        connection.execute((Path(__file__).parent / "classic.sql").read_bytes())
        connection.execute(
            "INSERT INTO accounts SELECT n, n::text, 1000000000, 'USD' "
            "FROM generate_series(1, %s) AS n",
            [ACCOUNT_COUNT],
        )
    migrate(bank)
    first_id, tokens = fill(bank, ACCOUNT_COUNT)
    print(_machine(bank))
    with served(bank, directory) as url:

        def http(client_count: int, *, is_hot: bool) -> Figures:
            return _load(Orders(url, first_id, tokens, client_count, DURATION_S, is_hot))

        def pgbench(script: str, database: str, payee: str) -> Figures:
            return run_pgbench(
                binaries,
                database,
                script.format(payee=payee),
                connection_count=64,
                duration_s=DURATION_S,
                count=ACCOUNT_COUNT,
                first=first_id,
            )

        spread, hot = f"{ACCOUNT_COUNT:,} accounts", "everybody pays one account"
        ways: dict[tuple[str, str], Callable[[], Figures]] = {
            (spread, CLASSIC_NAME): lambda: pgbench(
                CLASSIC, classic, "1 + (:a + random(0, :count - 2)) % :count"
            ),
            (spread, POSTING_NAME): lambda: pgbench(
                POSTING, bank, "(:a + random(1, :count - 1)) % :count"
            ),
            (spread, HTTP_NAME.format(64)): lambda: http(64, is_hot=False),
            (spread, HTTP_NAME.format(256)): lambda: http(256, is_hot=False),
            (hot, CLASSIC_NAME): lambda: pgbench(CLASSIC, classic, ":count"),
            (hot, POSTING_NAME): lambda: pgbench(POSTING, bank, ":count - 1"),
            (hot, HTTP_NAME.format(64)): lambda: http(64, is_hot=True),
            (hot, HTTP_NAME.format(256)): lambda: http(256, is_hot=True),
        }
        rounds = [{way: run() for way, run in ways.items()} for _ in range(ROUND_COUNT)]
    return {
        title: {
            name: middle([one[title, name] for one in rounds])
            for known, name in ways
            if known == title
        }
        for title in (spread, hot)
    }


def _load(orders: Orders) -> Figures:
    done = subprocess.run(
        [sys.executable, "-m", "bench.ledger.load"],
        input=json.dumps(asdict(orders)),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return Figures(**json.loads(done.stdout))


def _machine(url: str) -> str:
    with psycopg.connect(url) as connection:
        version = connection.info.parameter_status("server_version")
    return (
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, PostgreSQL {version}, durable, "
        "clients and servers on one machine"
    )


main()
