"""The bank and a model of it in a few lines of Python do the same, whatever is asked of them."""

import asyncio
import itertools
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bankapp.domain.money import Posting
from bankapp.store.postings import Posted
from bankapp.store.store import Store
from bankapp.store.transaction import create_pool
from bankapp.store.verification import verify_ledger
from gen import models
from tests.factories import Make, deposit, transfer, withdrawal

AMOUNTS = st.integers(min_value=1, max_value=500)
CURRENCIES = st.sampled_from(["USD", "JPY"])
usernames = map("model_{}".format, itertools.count())


class BankMachine(RuleBasedStateMachine):
    """Opens accounts and moves money, one posting or a batch at a time.

    The model: a balance per account; a posting of a customer without the funds is refused.
    """

    accounts = Bundle("accounts")

    def __init__(self, database_url: str) -> None:
        super().__init__()
        self.database_url = database_url
        self.runner = asyncio.Runner()
        self.pool = create_pool(database_url)
        self.run(self.pool.open(wait=True))
        self.store = Store(self.pool, retry_count_max=0)
        self.balances: dict[int, int] = {}
        self.entry_counts: dict[int, int] = {}

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @rule(target=accounts, currency=CURRENCIES)
    def open_account(self, currency: str) -> models.Account:
        make = Make(self.store)
        owner = self.run(make.user(next(usernames))).username
        account: models.Account = self.run(make.account(owner=owner, currency=currency))
        self.balances[account.id] = 0
        self.entry_counts[account.id] = 0
        return account

    @rule(account=accounts, amount=AMOUNTS)
    def deposit(self, account: models.Account, amount: int) -> None:
        self.post([deposit(account, amount)])

    @rule(account=accounts, amount=AMOUNTS)
    def withdraw(self, account: models.Account, amount: int) -> None:
        self.post([withdrawal(account, amount)])

    @rule(payer=accounts, payee=accounts, amount=AMOUNTS)
    def transfer(self, payer: models.Account, payee: models.Account, amount: int) -> None:
        self.post([transfer(payer, payee, amount)])

    @precondition(lambda self: len(self.balances) > 1)
    @rule(
        moves=st.lists(st.tuples(accounts, accounts, AMOUNTS), min_size=2, max_size=12),
        cash=accounts,
    )
    def batch(
        self, moves: list[tuple[models.Account, models.Account, int]], cash: models.Account
    ) -> None:
        self.post([deposit(cash, 100), *itertools.starmap(transfer, moves)])

    def post(self, batch: list[Posting]) -> None:
        """Post the batch to both, the bank and the model; they must agree on every item."""
        outcomes = self.run(self.store.post(batch))
        for posting, outcome in zip(batch, outcomes, strict=True):
            assert isinstance(outcome, Posted) == self.model(posting), (posting, outcome)

    def model(self, posting: Posting) -> bool:
        source, target = posting.from_account_id, posting.to_account_id
        assert posting.amount is not None
        if source is not None and target is not None:
            currencies = {self.currency(source), self.currency(target)}
            if source == target or len(currencies) > 1:
                return False
        if source is not None and self.balances[source] < posting.amount:
            return False
        for account_id, amount in ((source, -posting.amount), (target, posting.amount)):
            if account_id is not None:
                self.balances[account_id] += amount
                self.entry_counts[account_id] += 1
        return True

    def currency(self, account_id: int) -> str:
        account: models.Account = self.run(self.store.get_account(account_id)).account
        return account.currency

    @invariant()
    def balances_agree(self) -> None:
        for account_id, expected in self.balances.items():
            account: models.Account = self.run(self.store.get_account(account_id)).account
            assert account.balance == expected >= 0
            entries = self.run(
                self.store.list_entries(account_id, before_transfer_id=2**62, row_count_max=1000)
            )
            assert len(entries) == self.entry_counts[account_id]
            assert sum(entry.amount for entry in entries) == expected
            if entries:
                assert entries[0].balance_after == expected

    @invariant()
    def the_books_are_in_order(self) -> None:
        report = self.run(verify_ledger(self.database_url, lambda _: None))
        assert report.findings == []

    def teardown(self) -> None:
        self.run(self.pool.close())
        self.runner.close()


def test_the_bank_does_what_the_model_does(database_url: str) -> None:
    """Goal: no sequence of postings makes the bank differ from the model or break the books."""

    class Machine(BankMachine):
        def __init__(self) -> None:
            super().__init__(database_url)

    effort = settings(max_examples=25, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(Machine, settings=effort)
