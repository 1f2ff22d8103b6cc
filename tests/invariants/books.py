"""The replies to the clients of a storm, compared with the books of the bank."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

import psycopg
from psycopg.rows import dict_row

from tests.invariants.storm import BALANCE, Storm, hold_of, transfers_of

Row: TypeAlias = dict[str, Any]

TRANSFERS = """
SELECT id, from_account_id, to_account_id, amount, currency, kind::text, reverses_transfer_id,
    captures_hold_id, description, created_at
FROM transfers
WHERE kind <> 'deposit'
"""
ENTRIES = """
SELECT entries.id, entries.account_id, entries.transfer_id, entries.amount, balance_after,
    entries.created_at
FROM entries
INNER JOIN transfers ON transfers.id = entries.transfer_id AND transfers.kind <> 'deposit'
"""
HOLDS = """
SELECT id, from_account_id, to_account_id, amount, captured_amount, currency, status::text,
    expires_at, description, created_at
FROM holds
"""
KEYS = "SELECT key AS id, refusal, transfer_id, hold_id FROM idempotency_keys"
BALANCES = "SELECT id, balance FROM accounts WHERE kind = 'customer'"


class Told:
    """The books as the clients know them."""

    def __init__(self, storm: Storm) -> None:
        self.transfers: dict[int, Row] = {}
        self.entries: dict[int, Row] = {}  # of payers: nobody is told about a payee's balance
        self.holds: dict[int, Row] = {}
        self.keys: dict[str, Row] = {}
        self.balances = Counter(dict.fromkeys(storm.account_ids, BALANCE))
        self.told_twice: list[Row] = []
        captured: Counter[int] = Counter()
        voided: set[int] = set()
        for request, reply in storm.answered.values():
            transfers = transfers_of(reply.body)
            hold = hold_of(reply.body)
            captured_id = hold["id"] if hold is not None and transfers else None
            for transfer in transfers:
                self._add(transfer, captured_id)
                captured[captured_id or 0] += transfer["amount"]
            for answer in (reply.body, *(reply.body.get("results") or ())):
                entry = (answer.get("result") or answer).get("from_entry")
                if entry is not None:
                    self.entries[entry["id"]] = _with_times(entry)
            if hold is not None and request.path == "/v1/holds":
                self.holds[hold["id"]] = _with_times(hold)
            elif hold is not None and request.path.endswith("/void"):
                voided.add(hold["id"])
            if request.path != "/v1/transfers/batch":
                self.keys[request.key] = {
                    "id": request.key,
                    "refusal": reply.body["code"] if reply.status >= 400 else None,
                    "transfer_id": transfers[0]["id"] if transfers else None,
                    "hold_id": None if hold is None else hold["id"],
                }
        for hold_id, hold in self.holds.items():
            hold["captured_amount"] = captured[hold_id]
            is_captured = captured[hold_id] == hold["amount"]
            hold["status"] = (
                "voided" if hold_id in voided else "captured" if is_captured else "open"
            )

    def _add(self, transfer: Row, captured_id: int | None) -> None:
        if transfer["id"] in self.transfers:
            self.told_twice.append(transfer)
        self.transfers[transfer["id"]] = {
            **_with_times(transfer),
            "captures_hold_id": captured_id,
        }
        self.balances[transfer["from_account_id"]] -= transfer["amount"]
        self.balances[transfer["to_account_id"]] += transfer["amount"]


def differences(url: str, storm: Storm) -> list[str]:
    """The differences of the books from the replies; empty when they agree."""
    told = Told(storm)
    found = [f"told under two keys: {transfer}" for transfer in told.told_twice]
    with psycopg.connect(url) as connection, connection.cursor(row_factory=dict_row) as cursor:

        def read(query: str) -> dict[Any, Row]:
            return {row["id"]: row for row in cursor.execute(query.encode())}

        found += _compare("transfer", told.transfers, read(TRANSFERS))
        found += _compare("hold", told.holds, read(HOLDS))
        entries, keys = read(ENTRIES), read(KEYS)
        found += _compare("entry", told.entries, _only(entries, told.entries))
        found += _compare("key", told.keys, _only(keys, told.keys))
        if len(entries) != 2 * len(told.transfers):
            found.append(f"{len(entries)} entries of {len(told.transfers)} transfers")
        balances = {row["id"]: row["balance"] for row in read(BALANCES).values()}
        if balances != told.balances:
            found.append(f"balances: {dict(told.balances)} told, {balances} in the books")
    return found


def _compare(noun: str, told: dict[Any, Row], kept: dict[Any, Row]) -> list[str]:
    return [
        f"{noun} {key}: {told.get(key)} told, {kept.get(key)} in the books"
        for key in sorted(told.keys() | kept.keys())
        if told.get(key) != kept.get(key)
    ]


def _only(rows: dict[Any, Row], keys: Iterable[Any]) -> dict[Any, Row]:
    return {key: rows[key] for key in keys if key in rows}


def _with_times(told: Row) -> Row:
    """The same with its times read."""
    times = {
        name: datetime.fromisoformat(value) for name, value in told.items() if name.endswith("_at")
    }
    return {**told, **times}
