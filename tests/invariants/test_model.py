"""The bank and a model in a few lines of Python agree on random requests."""

import asyncio
import itertools
from typing import Any, cast

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bankapp.domain.postings import Posting
from bankapp.store.engine.transaction import create_pool
from bankapp.store.ledger.outcomes import Held, Posted
from bankapp.store.operator.verification import verify_ledger
from bankapp.store.store import Store
from gen import models
from tests.factories import (
    Make,
    capture,
    deposit,
    hold,
    keyed,
    reversal,
    transfer,
    void,
    withdrawal,
)

AMOUNTS = st.integers(min_value=1, max_value=500)
CURRENCIES = st.sampled_from(["USD", "JPY"])
keys = map("k{}".format, itertools.count())
NOTHING = cast("Any", multiple())
usernames = map("model_{}".format, itertools.count())


class BankMachine(RuleBasedStateMachine):
    """Opens accounts, moves money and holds it, one posting or a batch at a time.

    The model: a balance per account, what is left of every hold and of every transfer that can be
    reversed; a posting of a customer without the funds is refused.
    """

    accounts = Bundle("accounts")
    holds = Bundle("holds")
    paid = Bundle("paid")

    def __init__(self, database_url: str) -> None:
        super().__init__()
        self.database_url = database_url
        self.runner = asyncio.Runner()
        self.pool = create_pool(database_url)
        self.run(self.pool.open(wait=True))
        self.store = Store(self.pool, retry_count_max=0)
        self.balances: dict[int, int] = {}
        self.entry_counts: dict[int, int] = {}
        self.lefts: dict[int, int] = {}  # of holds
        self.held: dict[int, int] = {}  # the account that a hold is on
        self.unreversed: dict[int, int] = {}

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    @rule(target=accounts, currency=CURRENCIES)
    def open_account(self, currency: str) -> models.CustomerAccount:
        make = Make(self.store)
        owner = self.run(make.user(next(usernames))).username
        account: models.CustomerAccount = self.run(make.account(owner=owner, currency=currency))
        self.balances[account.id] = 0
        self.entry_counts[account.id] = 0
        return account

    @rule(account=accounts, amount=AMOUNTS)
    def deposit(self, account: models.CustomerAccount, amount: int) -> None:
        self.post([deposit(account, amount)])

    @rule(account=accounts, amount=AMOUNTS)
    def withdraw(self, account: models.CustomerAccount, amount: int) -> None:
        self.post([withdrawal(account, amount)])

    @rule(payer=accounts, payee=accounts, amount=AMOUNTS)
    def transfer(
        self, payer: models.CustomerAccount, payee: models.CustomerAccount, amount: int
    ) -> None:
        self.post([transfer(payer, payee, amount)])

    @rule(target=holds, payer=accounts, payee=accounts, amount=AMOUNTS)
    def hold(
        self, payer: models.CustomerAccount, payee: models.CustomerAccount, amount: int
    ) -> Any:
        """A hold that the model and the bank both make, or neither."""
        [outcome] = self.run(self.store.postings.post([hold(payer, payee, amount)]))
        may = payer.id != payee.id and payer.currency == payee.currency
        assert isinstance(outcome, Held) == (may and self.available(payer.id) >= amount), outcome
        if not isinstance(outcome, Held):
            return NOTHING
        self.lefts[outcome.hold.id] = amount
        self.held[outcome.hold.id] = payer.id
        return outcome.hold

    @rule(made=holds, amount=st.none() | AMOUNTS)
    def capture(self, made: models.CurrentHold, amount: int | None) -> None:
        left = self.lefts[made.id]
        wanted = left if amount is None else amount
        [outcome] = self.run(self.store.postings.post([capture(made.id, amount)]))
        assert isinstance(outcome, Posted) == (0 < wanted <= left), (made, amount, outcome)
        if isinstance(outcome, Posted):
            self.lefts[made.id] -= wanted
            self.move(made.from_account_id, made.to_account_id, wanted)

    @rule(made=holds)
    def void(self, made: models.CurrentHold) -> None:
        [outcome] = self.run(self.store.postings.post([void(made.id)]))
        assert isinstance(outcome, Held) == (self.lefts[made.id] > 0), (made, outcome)
        self.lefts[made.id] = 0

    @rule(target=paid, payer=accounts, payee=accounts, amount=AMOUNTS, is_again=st.booleans())
    def pay_under_a_key(
        self,
        payer: models.CustomerAccount,
        payee: models.CustomerAccount,
        amount: int,
        *,
        is_again: bool,
    ) -> Any:
        """Sent once or twice, it is done once."""
        posting = keyed(transfer(payer, payee, amount), next(keys))
        [outcome] = self.run(self.store.postings.post([posting]))
        assert isinstance(outcome, Posted) == self.model(posting), (posting, outcome)
        if is_again:
            [again] = self.run(self.store.postings.post([posting]))
            assert type(again) is type(outcome)
        if not isinstance(outcome, Posted):
            return NOTHING
        self.unreversed[outcome.transfer.id] = amount
        return outcome.transfer

    @rule(done=paid, amount=st.none() | AMOUNTS)
    def reverse(self, done: models.Transfer, amount: int | None) -> None:
        left = self.unreversed[done.id]
        wanted = left if amount is None else amount
        [outcome] = self.run(self.store.postings.post([reversal(done.id, amount)]))
        may = 0 < wanted <= left and wanted <= self.available(done.to_account_id)
        assert isinstance(outcome, Posted) == may, (done, amount, outcome)
        if isinstance(outcome, Posted):
            self.unreversed[done.id] -= wanted
            self.move(done.to_account_id, done.from_account_id, wanted)

    @precondition(lambda self: len(self.balances) > 1)
    @rule(
        moves=st.lists(st.tuples(accounts, accounts, AMOUNTS), min_size=2, max_size=12),
        cash=accounts,
    )
    def batch(
        self,
        moves: list[tuple[models.CustomerAccount, models.CustomerAccount, int]],
        cash: models.CustomerAccount,
    ) -> None:
        self.post([deposit(cash, 100), *itertools.starmap(transfer, moves)])

    def post(self, batch: list[Posting]) -> None:
        """Post the batch to both, the bank and the model; they must agree on every item."""
        outcomes = self.run(self.store.postings.post(batch))
        for posting, outcome in zip(batch, outcomes, strict=True):
            assert isinstance(outcome, Posted) == self.model(posting), (posting, outcome)

    def model(self, posting: Posting) -> bool:
        source, target = posting.from_account_id, posting.to_account_id
        assert posting.amount is not None
        if source is not None and target is not None:
            currencies = {self.currency(source), self.currency(target)}
            if source == target or len(currencies) > 1:
                return False
        if source is not None and self.available(source) < posting.amount:
            return False
        self.move(source, target, posting.amount)
        return True

    def available(self, account_id: int) -> int:
        """The balance less the amount that is held."""
        held = sum(left for one, left in self.lefts.items() if self.held[one] == account_id)
        return self.balances[account_id] - held

    def move(self, source: int | None, target: int | None, amount: int) -> None:
        for account_id, change in ((source, -amount), (target, amount)):
            if account_id is not None:
                self.balances[account_id] += change
                self.entry_counts[account_id] += 1

    def currency(self, account_id: int) -> str:
        account: models.CustomerAccount = self.run(self.store.accounts.get(account_id))
        return account.currency

    @invariant()
    def balances_agree(self) -> None:
        for account_id, expected in self.balances.items():
            row: models.CustomerAccount = self.run(self.store.accounts.get(account_id))
            assert row.balance == expected >= 0
            assert row.available_balance == self.available(account_id) >= 0
            entries = self.run(
                self.store.entries.list_page(
                    account_id, before_transfer_id=2**62, row_count_max=1000
                )
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
