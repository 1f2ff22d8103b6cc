"""One good request for every route, so that tests can walk the whole URL table."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bankapp.api.http.route import Route
from gen import models

SOME_SESSION: Final = uuid.UUID(int=1)


@dataclass(frozen=True)
class World:
    """What the requests are about: Alice's account, one that Bob has, and what is between them.

    That is a transfer by her, one to her, and a hold for her; and she has a session.
    """

    alices: models.Account
    bobs: models.Account
    transfer_id: int
    received_id: int
    hold_id: int
    session_id: uuid.UUID = SOME_SESSION


@dataclass(frozen=True)
class Request:
    """A request that its route accepts; `body` may depend on who asks."""

    path: str
    body: dict[str, Any] | None


def _cash(world: World, asker: str) -> dict[str, Any]:
    return {"amount": 1, "currency": "USD"}


def _transfer(world: World, asker: str) -> dict[str, Any]:
    accounts = {"from_account_id": world.alices.id, "to_account_id": world.bobs.id}
    return {**accounts, "amount": 1, "currency": "USD"}


def _sign_up(world: World, asker: str) -> dict[str, Any]:
    name = f"friend_of_{asker}"
    email = f"{name}@example.com"
    return {"username": name, "password": "tr0mbone-Fjord", "full_name": name, "email": email}


def _batch(world: World, asker: str) -> dict[str, Any]:
    return {"mode": "atomic", "transfers": [_transfer(world, asker)]}


def _nothing(world: World, asker: str) -> dict[str, Any]:
    return {}


BODIES: Final[dict[str, Callable[[World, str], dict[str, Any]]]] = {
    "POST /v1/users": _sign_up,
    "POST /v1/users/login": lambda _, __: {"username": "alice", "password": "wrong password"},
    "PUT /v1/users/{username}/role": lambda _, __: {"role": "depositor"},
    "POST /v1/users/logout": lambda _, __: {},
    "PATCH /v1/users/{username}": lambda _, __: {"full_name": "Alice L."},
    "POST /v1/users/{username}/block": lambda _, __: {},
    "POST /v1/users/{username}/unblock": lambda _, __: {},
    "POST /v1/users/{username}/verification": lambda _, __: {},
    "POST /v1/verify_email": lambda _, __: {"email_id": 1, "secret_code": "wrong"},
    "POST /v1/password_resets": lambda _, __: {"email": "alice@example.com"},
    "POST /v1/password_resets/confirm": lambda _, __: {
        "token": "wrong",
        "password": "tr0mbone-Fjord",
    },
    "POST /v1/tokens/renew_access": lambda _, __: {"refresh_token": "wrong"},
    "POST /v1/accounts": lambda _, __: {"currency": "EUR"},
    "POST /v1/accounts/{account_id}/deposits": _cash,
    "POST /v1/accounts/{account_id}/withdrawals": _cash,
    "POST /v1/accounts/{account_id}/freeze": _nothing,
    "POST /v1/accounts/{account_id}/thaw": _nothing,
    "POST /v1/accounts/{account_id}/close": _nothing,
    "POST /v1/transfers": _transfer,
    "POST /v1/transfers/batch": _batch,
    "POST /v1/transfers/{transfer_id}/reversals": lambda _, __: {"amount": 1},
    "POST /v1/holds": _transfer,
    "POST /v1/holds/{hold_id}/capture": lambda _, __: {"amount": 1},
    "POST /v1/holds/{hold_id}/void": _nothing,
}


def name_of(route: Route) -> str:
    """The route as a person writes it."""
    return f"{route.method} {route.path}"


def good_request(route: Route, world: World, asker: str) -> Request:
    """A request about Alice and what is hers. A route with a body must have one above."""
    path = route.path.format(
        username="alice",
        account_id=world.alices.id,
        transfer_id=world.received_id if route.method == "POST" else world.transfer_id,
        hold_id=world.hold_id,
        session_id=world.session_id,
    )
    if route.path.endswith("/statement"):
        path += "?month=2026-01"
    if name_of(route) == "GET /v1/verify_email":
        path += "?email_id=1&secret_code=wrong"
    if route.method in ("GET", "DELETE"):
        return Request(path, None)
    return Request(path, BODIES[name_of(route)](world, asker))
