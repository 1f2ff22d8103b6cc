"""The catalogue of operations; each door serves all of them."""

from typing import Final

from bankapp.operations import health
from bankapp.operations.events import deliveries, feed, webhooks
from bankapp.operations.identity import (
    email_verification,
    password_reset,
    sessions,
    token_keys,
    users,
)
from bankapp.operations.ledger import (
    accounts,
    batches,
    currencies,
    exchange_rates,
    holds,
    statements,
    totals,
    transfers,
)
from bankapp.operations.operation import Operation

IDENTITY: Final = (
    users.create_user,
    users.get_user,
    users.change_user,
    users.change_role,
    users.block_user,
    users.unblock_user,
    email_verification.send_verification,
    email_verification.verify_email,
    password_reset.request_password_reset,
    password_reset.confirm_password_reset,
    sessions.log_in,
    sessions.renew_access,
    sessions.log_out,
    sessions.list_sessions,
    sessions.end_session,
    sessions.end_sessions,
    token_keys.list_token_keys,
)
LEDGER: Final = (
    currencies.list_currencies,
    accounts.open_account,
    accounts.get_account,
    accounts.list_accounts,
    accounts.list_entries,
    accounts.freeze_account,
    accounts.thaw_account,
    accounts.close_account,
    statements.get_balance,
    statements.get_statement,
    transfers.create_transfer,
    transfers.create_deposit,
    transfers.create_withdrawal,
    transfers.reverse_transfer,
    transfers.get_transfer,
    transfers.list_transfers,
    batches.create_batch,
    holds.create_hold,
    holds.get_hold,
    holds.list_holds,
    holds.capture_hold,
    holds.void_hold,
    exchange_rates.list_rates,
    exchange_rates.accept_rate,
    exchange_rates.refuse_rate,
    totals.get_total,
)
EVENTS: Final = (
    feed.list_events,
    webhooks.create_webhook,
    webhooks.list_webhooks,
    webhooks.get_webhook,
    webhooks.change_webhook,
    webhooks.pause_webhook,
    webhooks.resume_webhook,
    webhooks.delete_webhook,
    webhooks.rotate_webhook_secret,
    webhooks.ping_webhook,
    deliveries.list_failed_deliveries,
    deliveries.retry_delivery,
    deliveries.replay_webhook,
)
HEALTH: Final = (health.check_health, health.check_readiness)
OPERATIONS: Final[tuple[Operation, ...]] = (*IDENTITY, *LEDGER, *EVENTS, *HEALTH)
