"""Migrations that change rows: what they make of a bank that was there before them."""

import re
from pathlib import Path

from bankapp.postgres.migrations import MIGRATIONS
from bankapp.store.operator.verification import verify_ledger
from tests.scale.fill import Connection, fill

[FILL] = MIGRATIONS.glob("*_fill_the_time_of_accounts.sql")
# As a bank is that was migrated to just before.
FORGET = """
SET session_replication_role = replica;
UPDATE accounts SET final_at = NULL;
RESET session_replication_role
"""


def up(path: Path) -> bytes:
    """What a migration does."""
    [statements] = re.findall(
        r"^-- migrate:up.*?\n(.*)^-- migrate:down", path.read_text(), re.MULTILINE | re.DOTALL
    )
    return str(statements).encode()


async def test_accounts_get_their_time_in_batches(superuser: Connection, database_url: str) -> None:
    fill(superuser, 10_000)
    superuser.execute(FORGET)
    before = await verify_ledger(database_url, lambda _: None)
    assert len(before.findings) > 10
    fill_by_three = up(FILL).replace(b":= 5000", b":= 3")
    assert fill_by_three != up(FILL)
    superuser.execute(fill_by_three)
    after = await verify_ledger(database_url, lambda _: None)
    assert after.findings == []
