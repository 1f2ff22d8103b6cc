"""Fixtures: the gRPC door of a bank, and a client of it."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import pytest

from bankapp.api.grpc.server import serving
from bankapp.domain.roles import Role
from bankapp.operations.bank import Bank
from tests.factories import Make
from tests.grpc_calls import GrpcClient, calling

LogIn = Callable[..., Awaitable[str]]


@pytest.fixture
async def port(bank: Bank) -> AsyncGenerator[int]:
    """The port of the door."""
    async with serving(bank, ["127.0.0.1:0"], reflects=True) as [port]:
        yield port


@pytest.fixture
async def client(port: int) -> AsyncGenerator[GrpcClient]:
    """Calls the door."""
    async with calling(port) as client:
        yield client


@pytest.fixture
def log_in(bank: Bank, make: Make) -> LogIn:
    """The access token of a new session of a new user."""

    async def log_in(username: str, role: Role = Role.DEPOSITOR) -> str:
        await make.user(username, role)
        return bank.tokens.create(await make.session(username)).text

    return log_in
