"""A bank that is asked by GraphQL."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bankapp.api.graphql.door import GraphqlDoor
from bankapp.api.http.mounting import add_graphql
from bankapp.api.http.server import create_app
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.api.client import Answer, Api
from tests.factories import Make


@dataclass(frozen=True)
class Graph:
    """Asks a bank by GraphQL, beside its API."""

    api: Api

    async def post(
        self, body: Any, token: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """What answers this body."""
        return await self.api.request(
            "POST", "/graphql", token=token, headers=headers or {}, json=body
        )

    async def ask(
        self,
        query: str,
        token: str | None = None,
        variables: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """What answers a document."""
        body: dict[str, Any] = {"query": query}
        if variables is not None:
            body["variables"] = variables
        return await self.post(body, token, headers)

    async def data(
        self, query: str, token: str | None = None, variables: Mapping[str, Any] | None = None
    ) -> Any:
        """The data of an answer without errors."""
        answer = await self.ask(query, token, variables)
        assert "errors" not in answer.body, answer.body
        return answer.body["data"]


def code_of(answer: Answer) -> str:
    """The code of the only error."""
    [error] = answer.body["errors"]
    code: str = error["extensions"]["code"]
    return code


async def opened(bank: Bank, role: Role | None = None) -> AsyncGenerator[Graph]:
    app = create_app(bank)
    add_graphql(app, GraphqlDoor(bank, role), role)
    async with TestClient(TestServer(app)) as client:
        yield Graph(Api(client, bank, Make(bank.store)))


@pytest.fixture
async def graph(bank: Bank) -> AsyncGenerator[Graph]:
    """As in development: every user may read the schema."""
    async for one in opened(bank):
        yield one


@pytest.fixture
async def guarded_graph(bank: Bank) -> AsyncGenerator[Graph]:
    """As in production: the schema is for bankers."""
    async for one in opened(bank, Role.BANKER):
        yield one
