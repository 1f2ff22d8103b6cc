"""A shop holds money of a customer, captures what it ships, and refunds a part."""

import sys
from pathlib import Path

from bankapp_client import Client

BANK = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
PASSWORD = "staple horse battery"


def sign_up(name: str) -> Client:
    """A client that is logged in as a new user."""
    client = Client(BANK)
    client.create_user(
        username=name, password=PASSWORD, full_name=name, email=f"{name}@example.com"
    )
    client.log_in(username=name, password=PASSWORD)
    return client


with Client(BANK) as admin, sign_up("nora") as nora, sign_up("toy_shop") as shop:
    purse = nora.open_account(currency="EUR")
    till = shop.open_account(currency="EUR")
    admin.log_in(username="admin", password=Path(".bank/admin_password").read_text())
    admin.create_deposit(purse.id, amount=20000, currency="EUR")

    # Nora orders: the money stays hers, but only the shop can take it.
    hold = nora.create_hold(
        from_account_id=purse.id, to_account_id=till.id, amount=7000, currency="EUR"
    )
    account = nora.get_account(purse.id)
    print("balance", account.balance, "available", account.available_balance)

    # The shop ships two of three toys, and lets go of the rest.
    captured = shop.capture_hold(hold.id, amount=4500)
    print("captured", captured.hold.captured_amount, "of", captured.hold.amount)
    print("the hold is", shop.void_hold(hold.id).status)

    # One toy comes back.
    refund = shop.reverse_transfer(captured.transfer.id, amount=2500)
    print(refund.kind, refund.amount)
    print("balance", nora.get_account(purse.id).balance)

# Prints:
# balance 20000 available 13000
# captured 4500 of 7000
# the hold is voided
# reversal 2500
# balance 18000
