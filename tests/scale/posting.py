"""The tables that the posting call scans; EXPLAIN does not show the statements inside it."""

from datetime import timedelta
from typing import Final
from uuid import uuid4

from bankapp.domain.idempotency import RequestKey
from bankapp.domain.postings import Posting, PostingKind
from bankapp.store.ledger import postings
from gen.queries import Queries
from gen.transfers import PostTransfersRow
from tests.scale.fill import Connection, Population
from tests.scale.plans import SMALL_TABLES, planning

# From the sixth time on a statement may get a generic plan.
ROUND_COUNT: Final = 8


def tables_scanned(connection: Connection, people: Population, mode: str) -> set[str]:
    """The tables that the posting call reads from end to end for items of every kind."""
    with planning(connection, mode):
        before = _rows_scanned(connection)
        for _ in range(ROUND_COUNT):
            _post_all_kinds(Queries(connection), people)
        after = _rows_scanned(connection)
    return {name for name, count in after.items() if count > before[name]} - {*SMALL_TABLES}


def _rows_scanned(connection: Connection) -> dict[str, int]:
    connection.execute("SELECT pg_stat_force_next_flush()")
    return dict(
        connection.execute("SELECT relname::text, seq_tup_read FROM pg_stat_user_tables").fetchall()
    )


def _post_all_kinds(queries: Queries, people: Population) -> None:
    name = str(uuid4())
    key = RequestKey(scope=name, key="key", request_hash=bytes(32), request_id=name)
    paid, held, other = _post(
        queries,
        [
            _moving(people, PostingKind.TRANSFER, key=key),
            _moving(people, PostingKind.HOLD, lifetime=timedelta(days=1)),
            _moving(people, PostingKind.HOLD, lifetime=timedelta(days=1)),
        ],
    )
    _post(
        queries,
        [
            _moving(people, PostingKind.TRANSFER, key=key),
            Posting(kind=PostingKind.REVERSAL, reference_id=paid.transfer_id),
            Posting(kind=PostingKind.CAPTURE, reference_id=held.hold_id, amount=1),
            Posting(kind=PostingKind.CAPTURE, reference_id=held.hold_id),
            Posting(kind=PostingKind.VOID, reference_id=other.hold_id),
        ],
    )


def _moving(
    people: Population,
    kind: PostingKind,
    *,
    lifetime: timedelta | None = None,
    key: RequestKey | None = None,
) -> Posting:
    return Posting(
        kind=kind,
        from_account_id=people.account_id(2),
        to_account_id=people.account_id(3),
        amount=3,
        currency="USD",
        required_owner="customer_2",
        lifetime=lifetime,
        key=key,
    )


def _post(queries: Queries, items: list[Posting]) -> list[PostTransfersRow]:
    rows = queries.transfers.post_transfers(postings.parameters(items))
    assert [row.refusal for row in rows] == [None] * len(items)
    return rows
