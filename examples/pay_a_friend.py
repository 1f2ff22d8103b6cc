"""Two people sign up, and one pays the other."""

import sys
from pathlib import Path

from bankapp_client import Client, problems

BANK = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
PASSWORD = "correct horse battery"


def sign_up(name: str) -> Client:
    """A client that is logged in as a new user."""
    client = Client(BANK)
    client.create_user(
        username=name, password=PASSWORD, full_name=name, email=f"{name}@example.com"
    )
    client.log_in(username=name, password=PASSWORD)
    return client


with Client(BANK) as admin, sign_up("lena") as lena, sign_up("milo") as milo:
    savings = lena.open_account(currency="USD")
    pocket = milo.open_account(currency="USD")

    # Cash comes in over the counter: an admin takes it.
    admin.log_in(username="admin", password=Path(".bank/admin_password").read_text())
    admin.create_deposit(savings.id, amount=10000, currency="USD")

    paid = lena.create_transfer(
        from_account_id=savings.id,
        to_account_id=pocket.id,
        amount=1050,
        currency="USD",
        description="lunch",
    )
    print("Lena has", paid.from_account.balance)

    try:
        milo.create_transfer(
            from_account_id=pocket.id, to_account_id=savings.id, amount=2000, currency="USD"
        )
    except problems.InsufficientFunds as problem:
        print(problem.detail)

    for entry in milo.list_entries(pocket.id):
        print("Milo:", entry.amount, "and then", entry.balance_after)

# Prints:
# Lena has 8950
# The account does not have that much available.
# Milo: 1050 and then 1050
