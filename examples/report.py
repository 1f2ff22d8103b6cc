"""A report on the generated queries: the cash that came in and went out of the bank."""

from collections import Counter

import psycopg

from bankapp.domain.limits import ID_MAX
from bankapp.postgres.database import open_database
from bankapp.settings import load_settings
from gen.queries import Queries

CASH_ACCOUNT_ID_MAX = 11  # the bank's own accounts, one per currency, come first
ROW_COUNT_MAX = 1000

with (
    open_database(load_settings(), beside_server=True) as database,
    psycopg.connect(database.url) as connection,
):
    connection.read_only = True
    queries = Queries(connection)
    totals: Counter[tuple[str, str]] = Counter()
    for account_id in range(1, CASH_ACCOUNT_ID_MAX + 1):
        for transfer in queries.transfers.list_account_transfers(
            account_id=account_id, before_id=ID_MAX, row_count_max=ROW_COUNT_MAX
        ):
            totals[transfer.currency, transfer.kind] += transfer.amount

for (currency, kind), amount in sorted(totals.items()):
    print(f"{currency} {kind:<10} {amount:>8}")

# Prints, after the other examples:
# EUR deposit       20000
# USD deposit       10000
