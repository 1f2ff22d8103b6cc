"""The GraphQL door under test: each request is a document that asks for one operation."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final

from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict

from bankapp.api.graphql.door import GraphqlDoor as Mount
from bankapp.api.graphql.table import LEFT_OUT, SERVED
from bankapp.api.http.mounting import add_graphql
from bankapp.api.http.server import create_app
from bankapp.api.problems import (
    DocumentTooLarge,
    InvalidDocument,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from bankapp.domain import errors
from bankapp.operations.bank import Bank
from bankapp.operations.operation import Operation
from tests.api.client import Answer, Api
from tests.api.graphql.documents import document_of, json_of, variables_of
from tests.doors.case import Fields
from tests.doors.door import DoorUnderTest, Outcome, Refused
from tests.doors.problems import STATUSES
from tests.factories import Make

_OWN_REFUSALS: Final = (InvalidDocument, DocumentTooLarge, PayloadTooLarge, UnsupportedMediaType)
_KINDS: Final = {**errors.REFUSALS, **{kind.code: kind for kind in _OWN_REFUSALS}}
_OF_ONE_ANSWER: Final = {"X-Request-Id", "Date", "Idempotent-Replayed"}
_MEMBERS: Final = {"code", "requestId", "retryable"}


class GraphqlDoor:
    """The GraphQL door of one bank, over a real socket."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def ask(
        self,
        operation: Operation,
        fields: Fields,
        *,
        token: str | None = None,
        keys: Sequence[str] = (),
    ) -> Outcome:
        """Ask for an operation and check status, media type, and the error."""
        answer = await self._api.request(
            "POST",
            "/graphql",
            token=token,
            headers=CIMultiDict(("Idempotency-Key", key) for key in keys),
            json={
                "query": document_of(operation, fields),
                "variables": variables_of(operation, fields),
            },
        )
        assert answer.headers["Content-Type"].startswith("application/graphql-response+json")
        refused = answer.body.get("errors")
        return Outcome(
            request_id=answer.headers["X-Request-Id"],
            body=None if refused else json_of(operation, answer.body["data"]["asked"]),
            refused=_refused(answer) if refused else None,
            is_replay=answer.headers.get("Idempotent-Replayed") == "true",
            envelope=_envelope(answer),
        )


def _refused(answer: Answer) -> Refused:
    """The refusal of the request as a whole, or of its one field."""
    [error] = answer.body["errors"]
    extensions: Mapping[str, Any] = error["extensions"]
    kind = _KINDS[extensions["code"]]
    if "data" in answer.body:
        assert answer.status == HTTPStatus.OK
        assert answer.body["data"] == {"asked": None}
        assert error["path"] == ["asked"]
    else:
        assert answer.status in STATUSES[kind.sort]
    assert extensions.keys() - {"violations", "retryAfterS"} == _MEMBERS
    violations = extensions.get("violations", ())
    retry_after_s = extensions.get("retryAfterS", answer.headers.get("Retry-After"))
    return Refused(
        kind=kind,
        title=kind.message(),
        detail=error["message"],
        is_retryable=extensions["retryable"],
        request_id=extensions["requestId"],
        wrong_fields=tuple(_snake_case(one["field"]) for one in violations),
        retry_after_s=None if retry_after_s is None else int(retry_after_s),
    )


def _snake_case(name: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()


def _envelope(answer: Answer) -> object:
    headers = sorted((name.title(), value) for name, value in answer.headers.items())
    return answer.status, [header for header in headers if header[0] not in _OF_ONE_ANSWER]


@asynccontextmanager
async def open_graphql(bank: Bank) -> AsyncGenerator[GraphqlDoor]:
    """The door of a bank, while the block runs."""
    app = create_app(bank)
    add_graphql(app, Mount(bank))
    async with TestClient(TestServer(app)) as client:
        yield GraphqlDoor(Api(client, bank, Make(bank.store)))


GRAPHQL: Final = DoorUnderTest(
    name="graphql",
    open=open_graphql,
    serves=SERVED,
    table="bankapp/api/graphql/table.py",
    refuses=_OWN_REFUSALS,
    leaves_out=LEFT_OUT,
)
