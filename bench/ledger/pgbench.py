"""pgbench, which comes with PostgreSQL: the same work without HTTP and without Python."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from bench.ledger.figures import Figures, of_times

# The transaction of simple banks: eight round trips, with the accounts locked in ascending id.
CLASSIC: Final = """\
\\set a random(1, :count - 1)
\\set b {payee}
\\set low least(:a, :b)
\\set high greatest(:a, :b)
BEGIN;
INSERT INTO transfers (from_account_id, to_account_id, amount) VALUES (:a, :b, 1) RETURNING *;
INSERT INTO entries (account_id, amount) VALUES (:a, -1) RETURNING *;
INSERT INTO entries (account_id, amount) VALUES (:b, 1) RETURNING *;
SELECT * FROM accounts WHERE id IN (:low, :high) ORDER BY id FOR NO KEY UPDATE;
UPDATE accounts SET balance = balance - 1 WHERE id = :a RETURNING *;
UPDATE accounts SET balance = balance + 1 WHERE id = :b RETURNING *;
COMMIT;
"""
# The bank's posting call, for one transfer at a time.
POSTING: Final = """\
\\set a random(0, :count - 2)
\\set b {payee}
SELECT * FROM post_transfers(
    '{{transfer}}', ARRAY[:first::bigint + :a::bigint], ARRAY[:first::bigint + :b::bigint],
    '{{1}}', '{{USD}}', '{{NULL}}', ARRAY['payer_' || :a::text], '{{NULL}}', '{{NULL}}', '{{NULL}}',
    '{{NULL}}', '{{NULL}}', '{{NULL}}', '{{NULL}}', false
);
"""


def run_pgbench(
    binaries: Path,
    url: str,
    script: str,
    *,
    connection_count: int,
    duration_s: int,
    **variables: int,
) -> Figures:
    """The figures of a script on this number of connections.

    Raises subprocess.CalledProcessError if a transaction fails.
    """
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "script.sql"
        file.write_text(script)
        defined = [f"--define={name}={value}" for name, value in variables.items()]
        done = subprocess.run(
            [
                *(binaries / "pgbench", "--no-vacuum", "--protocol=prepared", f"--file={file}"),
                *(f"--client={connection_count}", "--jobs=1", f"--time={duration_s}"),
                *("--log", f"--log-prefix={directory}/log", *defined, url),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        [rate] = re.findall(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
        times = [
            int(line.split()[2]) / 1000
            for log in Path(directory).glob("log*")
            for line in log.read_text().splitlines()
        ]
    return of_times(times, float(rate))
