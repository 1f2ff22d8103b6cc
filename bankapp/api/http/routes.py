"""The whole URL table."""

from typing import Final

from bankapp.api.http.endpoint import Route
from bankapp.operations import accounts, health, transfers, users

ROUTES: Final = (
    Route("POST", "/v1/users", users.create_user, location="/v1/users/{username}"),
    Route("POST", "/v1/users/login", users.log_in),
    Route("GET", "/v1/users/{username}", users.get_user),
    Route("PUT", "/v1/users/{username}/role", users.change_role),
    Route("POST", "/v1/accounts", accounts.open_account, location="/v1/accounts/{id}"),
    Route("GET", "/v1/accounts", accounts.list_accounts),
    Route("GET", "/v1/accounts/{account_id}", accounts.get_account),
    Route("GET", "/v1/accounts/{account_id}/entries", accounts.list_entries),
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
    Route("GET", "/v1/transfers", transfers.list_transfers),
    Route("GET", "/v1/transfers/{transfer_id}", transfers.get_transfer),
    Route("GET", "/healthz", health.check_health),
    Route("GET", "/readyz", health.check_readiness),
)
