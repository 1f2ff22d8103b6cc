"""The statement of a month as CSV, for a spreadsheet: statement.py URL USERNAME PASSWORD MONTH."""

import csv
import sys
import urllib.request

from bankapp_client import Client

bank, username, password, month = sys.argv[1:]

with Client(bank) as client:
    client.log_in(username=username, password=password)
    assert client.tokens is not None
    for account in client.list_accounts():
        request = urllib.request.Request(
            f"{bank}/v1/accounts/{account.id}/statement?month={month}",
            headers={
                "Authorization": f"Bearer {client.tokens.access_token}",
                "Accept": "text/csv",  # without it the statement comes as JSON
            },
        )
        with urllib.request.urlopen(request) as answer:
            for row in csv.DictReader(line.decode() for line in answer):
                print(f"{row['kind']:<8} {row['amount']:>6} {row['balance_after']:>6}")

# Prints, for lena of pay_a_friend.py, once the month is over:
# opening              0
# deposit   10000  10000
# transfer  -1050   8950
# closing           8950
