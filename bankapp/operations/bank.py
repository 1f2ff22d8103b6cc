"""The bank that operations work with."""

from dataclasses import dataclass, field

from bankapp import tuning
from bankapp.auth.codes import CodeMaker
from bankapp.auth.passwords import PasswordHasher
from bankapp.auth.tokens import TokenMaker
from bankapp.auth.webhook_secrets import SecretMaker
from bankapp.operations.process_rates import ProcessRates
from bankapp.store.engine.turns import Turns
from bankapp.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Rules that the operator turns on or off."""

    limits_rates: bool = True
    requires_verified_email: bool = False
    requires_tls: bool = False


def _create_intake() -> Turns:
    return Turns(
        count_each=tuning.LARGE_REQUEST_COUNT_EACH,
        count_all=tuning.LARGE_REQUEST_COUNT_MAX,
        waiting_count_max=tuning.WAITING_BATCH_COUNT_MAX,
    )


@dataclass(frozen=True, slots=True)
class Bank:
    """The store, the means of authentication, and the rules of the bank.

    `rates` counts tries against the limits of this process. `intake` bounds the large requests
    that are received and served at the same time.
    """

    store: Store
    passwords: PasswordHasher
    tokens: TokenMaker
    refresh_tokens: TokenMaker
    codes: CodeMaker
    webhook_secrets: SecretMaker
    rules: Rules
    rates: ProcessRates = field(default_factory=ProcessRates)
    intake: Turns = field(default_factory=_create_intake)
