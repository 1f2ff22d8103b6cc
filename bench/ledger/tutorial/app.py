"""The application. It has one route, because no other is measured."""
# pyright: basic, reportMissingImports=false

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, TypeAlias

from fastapi import Depends, FastAPI, HTTPException
from sqlalchemy import make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from bench.ledger.tutorial import schemas
from bench.ledger.tutorial.models import Account, Entry, Transfer
from bench.ledger.tutorial.security import Username

# The pool of the bank has the same size. With asyncpg a transfer takes two thirds of the CPU time
# that it takes with psycopg, and 64 connections are slower than 16.
POOL_SIZE = 16

url = make_url(os.environ["DATABASE_URL"]).set(drivername="postgresql+asyncpg")
engine = create_async_engine(
    url.difference_update_query(["sslmode"]), pool_size=POOL_SIZE, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Session: TypeAlias = Annotated[AsyncSession, Depends(get_session)]
app = FastAPI(lifespan=lifespan)


@app.post("/v1/transfers", status_code=201)
async def create_transfer(
    request: schemas.TransferRequest, username: Username, session: Session
) -> schemas.TransferResult:
    async with session.begin():
        source, target = await _lock_pair(session, request)
        if source.owner != username:
            raise HTTPException(403, "the account is not yours")
        if {source.currency, target.currency} != {request.currency}:
            raise HTTPException(422, "the currencies differ")
        if source.balance < request.amount:
            raise HTTPException(409, "the account does not hold that much")
        source.balance -= request.amount
        target.balance += request.amount
        transfer = Transfer(
            from_account_id=source.id, to_account_id=target.id, amount=request.amount
        )
        entry = Entry(account_id=source.id, amount=-request.amount)
        session.add_all([transfer, entry, Entry(account_id=target.id, amount=request.amount)])
    return schemas.TransferResult(
        transfer=schemas.Transfer.model_validate(transfer),
        from_account=schemas.Account.model_validate(source),
        from_entry=schemas.Entry.model_validate(entry),
    )


async def _lock_pair(
    session: AsyncSession, request: schemas.TransferRequest
) -> tuple[Account, Account]:
    """Lock both accounts in ascending id, so that two opposite transfers do not deadlock."""
    ids = (request.from_account_id, request.to_account_id)
    locked = select(Account).where(Account.id.in_(ids)).order_by(Account.id)
    rows = await session.scalars(locked.with_for_update(key_share=True))
    accounts = {account.id: account for account in rows}
    if len(accounts) != 2:
        raise HTTPException(404, "there is no such account")
    return accounts[ids[0]], accounts[ids[1]]
