"""The tables of classic.sql."""
# pyright: basic, reportMissingImports=false

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The base of all tables. Integers have 64 bits, times a zone; the database sets them."""

    type_annotation_map: ClassVar[dict[type, Any]] = {
        int: BigInteger,
        datetime: DateTime(timezone=True),
    }


class Account(Base):
    """An account of a user."""

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(index=True)
    balance: Mapped[int]
    currency: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Transfer(Base):
    """A transfer from one account to another."""

    __tablename__ = "transfers"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    from_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    to_account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    amount: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Entry(Base):
    """One side of a transfer."""

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    amount: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
