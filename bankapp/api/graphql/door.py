"""The GraphQL door, which answers at the HTTP door's listener."""

import asyncio
from typing import TYPE_CHECKING

from bankapp.api.graphql.answers import refuse
from bankapp.api.mount import Post, Reply
from bankapp.domain import errors
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank

if TYPE_CHECKING:
    from bankapp.api.graphql.service import GraphqlService


class GraphqlDoor:
    """Loads the library with the first request: a bank that nobody asks by GraphQL does without.

    `schema_role` is the least role that may read the schema; with None every user may.
    """

    def __init__(self, bank: Bank, schema_role: Role | None = None) -> None:
        self._bank = bank
        self._schema_role = schema_role
        self._loading: asyncio.Task[GraphqlService] | None = None

    async def answer(self, post: Post) -> Reply:
        """The answer to a request. Raises Refusal."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(self._load))
        service = await asyncio.shield(self._loading)
        return await service.answer(post)

    def refuse(self, refusal: errors.Refusal, request_id: str, accept: str) -> Reply:
        """The answer to a request that is refused as a whole."""
        return refuse(refusal, request_id, accept)

    def _load(self) -> "GraphqlService":
        # It takes a third of a second and 20 MB.
        from bankapp.api.graphql.service import GraphqlService  # noqa: PLC0415

        return GraphqlService(self._bank, self._schema_role)
