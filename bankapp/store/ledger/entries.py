"""The entries of accounts, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bankapp import tuning
from bankapp.store.engine.batching import Batcher
from bankapp.store.engine.transaction import Transactions
from gen.entries import ListEntriesRow


@dataclass(frozen=True, slots=True)
class _PageOf:
    account_id: int
    before_transfer_id: int
    row_count_max: int


class Entries:
    """Reads of the entries of accounts."""

    def __init__(self, transactions: Transactions) -> None:
        self._run_statement = transactions.run_statement
        self._pages = Batcher(
            self._list_pages,
            count_max=tuning.PAGE_COUNT_MAX,
            undivided_count_max=tuning.UNDIVIDED_READ_COUNT_MAX,
        )

    async def list_page(
        self, account_id: int, *, before_transfer_id: int, row_count_max: int
    ) -> Sequence[ListEntriesRow]:
        """The entries of an account, newest first. Concurrent calls share a query."""
        return await self._pages.submit(_PageOf(account_id, before_transfer_id, row_count_max))

    async def _list_pages(self, wanted: Sequence[_PageOf]) -> list[list[ListEntriesRow]]:
        rows = await self._run_statement(
            lambda q: q.entries.list_entries(
                account_ids=[one.account_id for one in wanted],
                before_transfer_ids=[one.before_transfer_id for one in wanted],
                row_counts_max=[one.row_count_max for one in wanted],
            )
        )
        if len(wanted) == 1:
            return [rows]
        # In memory: the database would sort what it has in order already.
        rows.sort(key=lambda row: (row.number, -row.transfer_id))
        pages = {number: [*page] for number, page in groupby(rows, lambda row: row.number)}
        return [pages.get(number, []) for number in range(1, len(wanted) + 1)]
