"""The GraphQL door of a whole server, which is killed."""

import http.client
import signal
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from tests.processes.processes import Served, processes_in, until

POSTING_COUNT: Final = 40
DEPOSIT: Final = "mutation($input: CreateDepositInput!) { createDeposit(input: $input) { id } }"


def deposit(served: Served, token: str, account_id: int, key: str) -> Any:
    """The answer to a deposit of 1 under a key; None if there was none."""
    given = {"accountId": account_id, "amount": 1, "currency": "USD"}
    with suppress(OSError, http.client.HTTPException):
        body = {"query": DEPOSIT, "variables": {"input": given}}
        return served.ask("POST", "/graphql", body, token=token, key=key).body
    return None


def test_each_posting_is_made_once_by_a_server_that_is_killed(home: Path, scratch: Path) -> None:
    """Goal: what was sent before the kill and is sent again under its key is done once.

    Method: eight callers, and SIGKILL after a quarter of the answers. All is sent again, and the
    balance and the ids of the transfers are compared with the number of keys.
    """
    keys = [f"k{number}" for number in range(POSTING_COUNT)]
    enough = threading.Event()
    answered: list[str] = []
    with Served(home) as served:
        served.wait()
        token = served.log_in_admin()
        account_id = served.open_account()

        def send(some: list[str]) -> None:
            for key in some:
                if deposit(served, token, account_id, key) is not None:
                    answered.append(key)
                if len(answered) >= POSTING_COUNT // 4:
                    enough.set()

        threads = [threading.Thread(target=send, args=[keys[n::8]]) for n in range(8)]
        for thread in threads:
            thread.start()
        enough.wait(60)
        served.process.send_signal(signal.SIGKILL)
        until(lambda: not processes_in(scratch))
        for thread in threads:
            thread.join()
    with Served(home, name="again") as served:
        served.wait()
        token = served.log_in_admin()
        made = {
            deposit(served, token, account_id, key)["data"]["createDeposit"]["id"] for key in keys
        }
        path = f"/v1/accounts/{account_id}"
        assert served.ask("GET", path, token=token).body["balance"] == POSTING_COUNT == len(made)
