"""Speaks HTTP to the bank under test, so that tests read as prose."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from multidict import CIMultiDict

from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from gen import models
from tests.api.document import Exchange, require_documented
from tests.factories import Make


@dataclass(frozen=True)
class Answer:
    """A response, read."""

    status: int
    headers: CIMultiDict[str]
    body: Any

    @property
    def code(self) -> str:
        """The code of a refusal."""
        assert self.headers["Content-Type"] == "application/problem+json"
        assert self.body["status"] == self.status
        assert self.body["type"] == f"/problems/{self.body['code']}"
        is_replay = "Idempotent-Replayed" in self.headers
        assert (self.body["request_id"] == self.headers["X-Request-Id"]) != is_replay
        return str(self.body["code"])

    @property
    def wrong_fields(self) -> set[str]:
        """The fields a validation_failed names."""
        assert self.code == "validation_failed"
        return {error["field"] for error in self.body["errors"]}


class Person:
    """A user who is logged in."""

    def __init__(self, api: "Api", username: str, token: str) -> None:
        self.username = username
        self.token = token
        self._api = api

    async def get(self, path: str, **params: object) -> Answer:
        """GET with a query."""
        query = {name: str(value) for name, value in params.items()}
        return await self._api.request("GET", path, token=self.token, params=query)

    async def post(self, path: str, *, key: str | None = None, **body: object) -> Answer:
        """POST of a JSON object, perhaps under an idempotency key."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self._api.request("POST", path, token=self.token, headers=headers, json=body)

    async def put(self, path: str, **body: object) -> Answer:
        """PUT of a JSON object."""
        return await self._api.request("PUT", path, token=self.token, json=body)

    async def patch(self, path: str, **body: object) -> Answer:
        """PATCH of a JSON object."""
        return await self._api.request("PATCH", path, token=self.token, json=body)

    async def delete(self, path: str) -> Answer:
        """DELETE."""
        return await self._api.request("DELETE", path, token=self.token)

    async def transfer(
        self,
        source: models.CustomerAccount,
        target: models.CustomerAccount,
        amount: int,
        *,
        key: str | None = None,
        **other: Any,
    ) -> Answer:
        """POST /v1/transfers."""
        body: dict[str, Any] = {
            "from_account_id": source.id,
            "to_account_id": target.id,
            "amount": amount,
            "currency": source.currency,
        }
        return await self.post("/v1/transfers", key=key, **{**body, **other})


class Api:
    """The HTTP door of one bank."""

    def __init__(self, client: "TestClient[Any, Any]", bank: Bank, make: Make) -> None:
        self._client = client
        self.bank = bank
        self.make = make

    async def request(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        **kwargs: Any,
    ) -> Answer:
        """Any request; `kwargs` are aiohttp's."""
        all_headers = CIMultiDict(headers or {})
        if token is not None:
            all_headers["Authorization"] = f"Bearer {token}"
        async with self._client.request(method, path, headers=all_headers, **kwargs) as response:
            answer = await _read(response)
        sent = kwargs.get("json")
        require_documented(Exchange(method, path, sent, answer.status, answer.headers, answer.body))
        return answer

    async def person(self, username: str | None = None, role: Role = Role.DEPOSITOR) -> Person:
        """A new user of a role, logged in."""
        user = await self.make.user(username, role)
        return await self.log_in(user.username)

    async def log_in(self, username: str) -> Person:
        """A session for an existing user, without the cost of checking the password."""
        session_id = await self.make.session(username)
        return Person(self, username, self.bank.tokens.create(session_id).text)


async def _read(response: ClientResponse) -> Answer:
    is_json = response.content_type.endswith("json")
    body = await response.json(content_type=None) if is_json else await response.text()
    return Answer(response.status, CIMultiDict(response.headers), body)
