"""Tells readers of facts: what they may see of each."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple, assert_never

from bankapp.domain.feed import Place
from bankapp.operations.events.declared import MODELS, Event
from bankapp.store.events.facts import AuditFact, Fact, HoldEndFact, HoldFact, TransferFact
from gen import models


class _Told(NamedTuple):
    subject: str
    timestamp: datetime
    request_id: str | None
    account_ids: list[int]
    data: Mapping[str, object]


def tell(fact: Fact, epoch: int, visible_ids: Collection[int] | None) -> Event:
    """The event of a fact, for a reader who may see these accounts; None stands for all."""
    told = _told(fact, visible_ids)
    return MODELS[fact.name].model_validate(
        {
            "id": str(Place(epoch, fact.position)),
            "type": fact.name,
            "timestamp": told.timestamp,
            "subject": told.subject,
            "account_ids": [
                account_id
                for account_id in told.account_ids
                if visible_ids is None or account_id in visible_ids
            ],
            "request_id": told.request_id,
            "data": told.data,
        }
    )


def _told(fact: Fact, visible_ids: Collection[int] | None) -> _Told:
    match fact:
        case TransferFact():
            return _transfer(fact, visible_ids)
        case HoldFact():
            hold = fact.hold
            sees_payer = visible_ids is None or hold.from_account_id in visible_ids
            return _hold(hold, hold.created_at, hold.request_id if sees_payer else None)
        case HoldEndFact():
            # The request that ended it is not noted with the hold.
            return _hold(fact.hold, fact.ended_at, None)
        case AuditFact():
            is_own = visible_ids is None or fact.row.actor == fact.row.username
            return _audited(fact.row, fact.row.request_id if is_own else None)
        case _:
            assert_never(fact)


def _transfer(fact: TransferFact, visible_ids: Collection[int] | None) -> _Told:
    transfer = fact.row.transfer
    payer, payee = transfer.from_account_id, transfer.to_account_id
    sees_payer, sees_payee = (
        visible_ids is None or account_id in visible_ids for account_id in (payer, payee)
    )
    data: dict[str, object] = {
        "transfer_id": transfer.id,
        "kind": transfer.kind,
        "from_account_id": payer,
        "to_account_id": payee,
        "amount": transfer.amount,
        "currency": transfer.currency,
        "description": transfer.description,
        "reverses_transfer_id": transfer.reverses_transfer_id,
        "captures_hold_id": transfer.captures_hold_id,
        "from_balance_after": fact.row.from_balance_after if sees_payer else None,
        "to_balance_after": fact.row.to_balance_after if sees_payee else None,
    }
    # The payer chooses the request id, and its text is none of the payee's business.
    request_id = transfer.request_id if sees_payer else None
    return _Told(f"transfer:{transfer.id}", transfer.created_at, request_id, [payer, payee], data)


def _hold(hold: models.Hold, timestamp: datetime, request_id: str | None) -> _Told:
    data: dict[str, object] = {
        "hold_id": hold.id,
        "from_account_id": hold.from_account_id,
        "to_account_id": hold.to_account_id,
        "amount": hold.amount,
        "captured_amount": hold.captured_amount,
        "currency": hold.currency,
        "description": hold.description,
        "expires_at": hold.expires_at,
    }
    account_ids = [hold.from_account_id, hold.to_account_id]
    return _Told(f"hold:{hold.id}", timestamp, request_id, account_ids, data)


def _audited(row: models.AuditEvent, request_id: str | None) -> _Told:
    kind, _, key = row.subject.partition(":")
    before: dict[str, Any] = row.before or {}
    after: dict[str, Any] = row.after or {}
    # Each event's data takes from it what it tells.
    data: dict[str, object] = {
        "username": row.username,
        "owner": row.username,
        "session_id": key,
        "account_id": int(key) if kind == "account" else None,
        "webhook_id": int(key) if kind == "webhook" else None,
        "reason": after.get("reason"),
        "currency": after.get("currency"),
        "role": after.get("role"),
        "before": before.get("role"),
        "after": after.get("role"),
        "changed": sorted(after),
    }
    account_ids = [int(key)] if kind == "account" else []
    return _Told(row.subject, row.created_at, request_id, account_ids, data)
