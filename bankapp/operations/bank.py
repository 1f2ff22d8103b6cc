"""The bank that operations work with."""

from dataclasses import dataclass

from bankapp.auth.codes import CodeMaker
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import TokenMaker
from bankapp.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rules that the operator turns on or off."""

    limits_rates: bool = True
    requires_verified_email: bool = False


@dataclass(frozen=True, slots=True)
class Bank:
    """The store, the means of authentication, and the rules of the bank."""

    store: Store
    passwords: PasswordHasher
    tokens: TokenMaker
    refresh_tokens: TokenMaker
    codes: CodeMaker
    rules: Rules
