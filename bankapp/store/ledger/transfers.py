"""Transfers, found by their ids."""

from collections.abc import Sequence

from bankapp import tuning
from bankapp.store.engine.batching import Batcher, in_order
from bankapp.store.engine.transaction import Transactions
from gen.transfers import ListTransfersByIdRow


class Transfers:
    """Reads of transfers."""

    def __init__(self, transactions: Transactions) -> None:
        self._run_statement = transactions.run_statement
        self._reads = Batcher(
            self._get_all,
            count_max=tuning.READ_COUNT_MAX,
            undivided_count_max=tuning.UNDIVIDED_READ_COUNT_MAX,
        )

    async def get(self, transfer_id: int) -> ListTransfersByIdRow | None:
        """The transfer with the owners of its accounts, or None. Concurrent calls share a query."""
        return await self._reads.submit(transfer_id)

    async def _get_all(self, transfer_ids: Sequence[int]) -> list[ListTransfersByIdRow | None]:
        rows = await self._run_statement(
            lambda q: q.transfers.list_transfers_by_id(ids=transfer_ids)
        )
        return in_order(transfer_ids, rows, lambda row: row.transfer.id)
