"""The users who send generated requests, and their knowledge from earlier responses."""

import itertools
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.factories import PASSWORD
from tests.processes.processes import Served

ROLES: Final = ("visitor", "depositor", "banker", "admin")
# What tells one kind of object that has an id from another.
_KINDS: Final = {
    "available_balance": "account_id",
    "kind": "transfer_id",
    "captured_amount": "hold_id",
    "user_agent": "session_id",
}
_LEARNED: Final = ("username", "next_cursor", "account_id", "transfer_id")


@dataclass(frozen=True)
class Actor:
    """A user, logged in or not, and their account."""

    token: str | None = None
    account_id: int = 1
    username: str = "nobody"
    session_id: str = "00000000-0000-4000-8000-000000000000"
    refresh_token: str = "none"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that authenticate the actor."""
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}


class Actors:
    """One for each role, replaced by another when they have ended their own session."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._admin = served.log_in_admin()
        self._numbers = itertools.count(1)
        self._actors: dict[str, Actor] = {"visitor": Actor()}
        self.renewal_count = 0

    def get(self, role: str) -> Actor:
        """The present actor of this role."""
        if role not in self._actors:
            self._actors[role] = self._make(role)
        return self._actors[role]

    def lose(self, role: str) -> None:
        """They cannot go on."""
        if role != "visitor" and self._actors.pop(role, None) is not None:
            self.renewal_count += 1

    def _make(self, role: str) -> Actor:
        name = f"{role}_{next(self._numbers)}"
        person = {"username": name, "password": PASSWORD, "full_name": name}
        ask = self._served.ask
        assert ask("POST", "/v1/users", {**person, "email": f"{name}@example.com"}).status == 201
        path = f"/v1/users/{name}/role"
        assert ask("PUT", path, {"role": role}, token=self._admin).status == 200
        login = ask("POST", "/v1/users/login", {"username": name, "password": PASSWORD}).body
        token = login["access_token"]
        account = ask("POST", "/v1/accounts", {"currency": "USD"}, token=token).body
        assert self._served.deposit(account["id"], 10**9, self._admin).status == 201
        return Actor(token, account["id"], name, login["session_id"], login["refresh_token"])


class Knowledge:
    """The ids and other values that answers have told."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._values: dict[str, list[Any]] = {}

    def learn(self, data: Any) -> None:
        """Remember what is in an answer."""
        if isinstance(data, list):
            for item in data:  # pyright: ignore[reportUnknownVariableType]
                self.learn(item)
        if isinstance(data, dict):
            self._learn_object(data)  # pyright: ignore[reportUnknownArgumentType]

    def _learn_object(self, data: Mapping[str, Any]) -> None:
        for key in _LEARNED:
            if data.get(key) is not None:
                self._values.setdefault(key, []).append(data[key])
        for mark, name in _KINDS.items():
            if mark in data and "id" in data:
                self._values.setdefault(name, []).append(data["id"])
        for value in data.values():
            self.learn(value)

    def apply(self, actor: Actor, data: Any) -> None:
        """Put what is known in place of most of what was made up."""
        if isinstance(data, list):
            for item in data:  # pyright: ignore[reportUnknownVariableType]
                self.apply(actor, item)
        if isinstance(data, dict):
            self._apply_to_object(actor, data)  # pyright: ignore[reportUnknownArgumentType]

    def _apply_to_object(self, actor: Actor, data: dict[str, Any]) -> None:
        for name, value in data.items():
            if (known := self._known(actor, name)) and self._dice.random() < 0.8:
                data[name] = self._dice.choice(known)
            else:
                self.apply(actor, value)

    def _known(self, actor: Actor, name: str) -> list[Any]:
        seen = self._values.get
        return {
            "username": [*[actor.username] * 3, *seen("username", [])[-5:]],
            "owner": [actor.username],
            "account_id": [actor.account_id, *seen("account_id", [])[-5:]],
            "from_account_id": [actor.account_id],
            "to_account_id": seen("account_id", [])[-5:],
            "transfer_id": seen("transfer_id", [])[-5:],
            "hold_id": seen("hold_id", [])[-5:],
            "session_id": [actor.session_id, *seen("session_id", [])[-1:]],
            "cursor": seen("next_cursor", [])[-5:],
            "amount": [1, 2, 100],
            "currency": ["USD", "USD", "USD", "EUR", "JPY"],
            "password": [PASSWORD],
            "current_password": [PASSWORD],
            "expires_in_s": [3600],
            "refresh_token": [actor.refresh_token],
            "month": ["2026-01"],
        }.get(name, [])
