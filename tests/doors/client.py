"""Sends the requests of cases to a door, as the users of a world."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pytest

from bankapp.domain import errors
from bankapp.operations.admission import authenticate
from bankapp.operations.bank import Bank
from bankapp.operations.callers import Visitor
from bankapp.operations.operation import Operation
from bankapp.operations.serving import perform
from tests.doors.case import Case, Changes, Fields, Provocation, fields_of
from tests.doors.door import Door, DoorUnderTest, Outcome
from tests.doors.world import Requester, World, Worlds
from tests.factories import Make

_NOBODY: Final = Visitor.at_door(None, "", "test")
# The refusals that every operation shares.
_ALWAYS: Final = (errors.MalformedRequest, errors.ValidationFailed, errors.Unavailable)


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A user with an open session."""

    username: str
    session_id: uuid.UUID
    token: str


class Client:
    """Asks one door of one bank. Fails on a refusal that the operation does not declare.

    A test that needs an operation by its name is skipped where the door does not serve it.
    """

    def __init__(self, kind: DoorUnderTest, door: Door, bank: Bank, worlds: Worlds) -> None:
        self.bank = bank
        self.cases = [*kind.cases.values()]
        self._kind = kind
        self.door = door
        self._worlds = worlds
        self._make = Make(bank.store)

    def require(self, name: str) -> None:
        """Skip the test where the door does not serve an operation."""
        if name not in self._kind.cases:
            pytest.skip(f"{self._kind.name} does not serve {name}")

    async def new_world(self) -> World:
        """A world that no request has changed."""
        return await self._worlds.make()

    async def log_in(self, requester: Requester, world: World) -> SignedIn:
        """A new session of a user, without the cost of checking the password."""
        session_id = await self._make.session(world.names[requester])
        token = self.bank.tokens.create(session_id).text
        return SignedIn(username=world.names[requester], session_id=session_id, token=token)

    async def remember(self, user: SignedIn) -> None:
        """Put the session into the bank's cache."""
        await authenticate(self.bank, _NOBODY, user.token)
        assert self.bank.store.sessions.cached_username(user.session_id) == user.username

    async def ask(
        self,
        operation: Operation,
        fields: Fields,
        *,
        token: str | None = None,
        keys: Sequence[str] = (),
    ) -> Outcome:
        """Ask for an operation."""
        outcome = await self.door.ask(operation, fields, token=token, keys=keys)
        declared = (None, *operation.refuses, *_ALWAYS, *self._kind.refuses)
        assert outcome.refusal in declared, (operation.name, outcome)
        return outcome

    async def send(
        self,
        case: Case,
        world: World,
        requester: Requester | None = None,
        changes: Changes | None = None,
        *,
        keys: Sequence[str] = (),
        user: SignedIn | None = None,
    ) -> Outcome:
        """The good request of a case with changes.

        It comes from a new session of the requester, who is that of the case unless given, or from
        the session of `user`.
        """
        self.require(case.name)
        requester = requester or case.requester
        if user is None and requester is not Requester.NOBODY:
            user = await self.log_in(requester, world)
        token = None if user is None else user.token
        fields = {**case.request(world), **fields_of(changes or {}, world)}
        return await self.ask(case.operation, fields, token=token, keys=keys)

    async def do(
        self, operation: Operation, world: World, requester: Requester, fields: Changes
    ) -> Any:
        """Ask for an operation that must succeed, and return the body of the answer.

        One that the door does not serve is done behind it.
        """
        token = (await self.log_in(requester, world)).token
        if operation.name in self._kind.leaves_out:
            caller = await authenticate(self.bank, _NOBODY, token)
            request = operation.request.model_validate(fields_of(fields, world))
            served = await perform(self.bank, operation, caller, request)
            return served.response.model_dump(mode="json")
        outcome = await self.ask(operation, fields_of(fields, world), token=token)
        assert outcome.refused is None, outcome
        return outcome.body

    async def provoke(
        self,
        case: Case,
        provocation: Provocation,
        world: World,
        *,
        keys: Sequence[str] = (),
    ) -> Outcome:
        """Send the request that gets the refusal."""
        changes = fields_of(provocation.changes, world)
        if provocation.given is not None:
            changes = {**changes, **await provocation.given(self.do, world)}
        return await self.send(case, world, provocation.requester, changes, keys=keys)
