"""The whole URL table."""

from typing import Final

from bankapp.api.http.formats import Format
from bankapp.api.http.route import Route
from bankapp.api.http.site.password_reset import RESET_PAGE, show_password_reset
from bankapp.api.http.site.verification import VERIFICATION_PAGE, show_verification
from bankapp.domain import limits
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

ROUTES: Final = (
    Route("POST", "/v1/users", users.create_user, location="/v1/users/{username}"),
    Route("POST", "/v1/users/login", sessions.log_in),
    Route("POST", "/v1/users/logout", sessions.log_out),
    Route("GET", "/v1/users/{username}", users.get_user),
    Route("PATCH", "/v1/users/{username}", users.change_user),
    Route("PUT", "/v1/users/{username}/role", users.change_role),
    Route("POST", "/v1/users/{username}/block", users.block_user),
    Route("POST", "/v1/users/{username}/unblock", users.unblock_user),
    Route("POST", "/v1/users/{username}/verification", email_verification.send_verification),
    Route(
        "GET",
        "/v1/verify_email",
        show_verification,
        formats=(VERIFICATION_PAGE,),
        has_json=False,
    ),
    Route("POST", "/v1/verify_email", email_verification.verify_email),
    Route("POST", "/v1/password_resets", password_reset.request_password_reset),
    Route(
        "GET",
        "/v1/password_resets/confirm",
        show_password_reset,
        formats=(RESET_PAGE,),
        has_json=False,
    ),
    Route("POST", "/v1/password_resets/confirm", password_reset.confirm_password_reset),
    Route("POST", "/v1/tokens/renew_access", sessions.renew_access),
    Route("GET", "/.well-known/paseto-keys", token_keys.list_token_keys),
    Route("GET", "/v1/sessions", sessions.list_sessions),
    Route("DELETE", "/v1/sessions", sessions.end_sessions),
    Route("DELETE", "/v1/sessions/{session_id}", sessions.end_session),
    Route("GET", "/v1/currencies", currencies.list_currencies),
    Route("POST", "/v1/accounts", accounts.open_account, location="/v1/accounts/{id}"),
    Route("GET", "/v1/accounts", accounts.list_accounts),
    Route("GET", "/v1/accounts/{account_id}", accounts.get_account),
    Route("GET", "/v1/accounts/{account_id}/entries", accounts.list_entries),
    Route("GET", "/v1/accounts/{account_id}/balance", statements.get_balance),
    Route(
        "GET",
        "/v1/accounts/{account_id}/statement",
        statements.get_statement,
        formats=(Format("text/csv", stream=statements.Statement.as_csv),),
    ),
    Route("POST", "/v1/accounts/{account_id}/freeze", accounts.freeze_account),
    Route("POST", "/v1/accounts/{account_id}/thaw", accounts.thaw_account),
    Route("POST", "/v1/accounts/{account_id}/close", accounts.close_account),
    Route(
        "POST",
        "/v1/accounts/{account_id}/deposits",
        transfers.create_deposit,
        location="/v1/transfers/{id}",
    ),
    Route(
        "POST",
        "/v1/accounts/{account_id}/withdrawals",
        transfers.create_withdrawal,
        location="/v1/transfers/{id}",
    ),
    Route(
        "POST",
        "/v1/transfers",
        transfers.create_transfer,
        location="/v1/transfers/{transfer.id}",
    ),
    Route(
        "POST",
        "/v1/transfers/batch",
        batches.create_batch,
        body_bytes_max=limits.BATCH_BYTES_MAX,
    ),
    Route(
        "POST",
        "/v1/transfers/{transfer_id}/reversals",
        transfers.reverse_transfer,
        location="/v1/transfers/{id}",
    ),
    Route("GET", "/v1/transfers", transfers.list_transfers),
    Route("GET", "/v1/transfers/{transfer_id}", transfers.get_transfer),
    Route("GET", "/v1/events", feed.list_events),
    Route("POST", "/v1/webhooks", webhooks.create_webhook, location="/v1/webhooks/{id}"),
    Route("GET", "/v1/webhooks", webhooks.list_webhooks),
    Route("GET", "/v1/webhooks/{webhook_id}", webhooks.get_webhook),
    Route("PATCH", "/v1/webhooks/{webhook_id}", webhooks.change_webhook),
    Route("POST", "/v1/webhooks/{webhook_id}/pause", webhooks.pause_webhook),
    Route("POST", "/v1/webhooks/{webhook_id}/resume", webhooks.resume_webhook),
    Route("POST", "/v1/webhooks/{webhook_id}/secret", webhooks.rotate_webhook_secret),
    Route("POST", "/v1/webhooks/{webhook_id}/ping", webhooks.ping_webhook),
    Route("GET", "/v1/webhooks/{webhook_id}/failed", deliveries.list_failed_deliveries),
    Route("POST", "/v1/webhooks/{webhook_id}/failed/{event_id}/retry", deliveries.retry_delivery),
    Route("POST", "/v1/webhooks/{webhook_id}/replay", deliveries.replay_webhook),
    Route("DELETE", "/v1/webhooks/{webhook_id}", webhooks.delete_webhook),
    Route("POST", "/v1/holds", holds.create_hold, location="/v1/holds/{id}"),
    Route("GET", "/v1/holds", holds.list_holds),
    Route("GET", "/v1/holds/{hold_id}", holds.get_hold),
    Route("POST", "/v1/holds/{hold_id}/capture", holds.capture_hold),
    Route("POST", "/v1/holds/{hold_id}/void", holds.void_hold),
    Route("GET", "/v1/rates", exchange_rates.list_rates),
    Route("POST", "/v1/rates/accept", exchange_rates.accept_rate),
    Route("POST", "/v1/rates/refuse", exchange_rates.refuse_rate),
    Route("GET", "/v1/totals", totals.get_total),
    Route("GET", "/healthz", health.check_health),
    Route("GET", "/readyz", health.check_readiness),
)
