"""The links between resources: each is an operation, asked with fields of the resource.

What the caller may not see is null, with the refusal of the operation. Only operations whose reads
are batched are linked, so that a page of a hundred resources takes as many statements as one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bankapp.operations.fields import ResponseModel
from bankapp.operations.ledger import accounts, holds, transfers
from bankapp.operations.operation import Operation


@dataclass(frozen=True, slots=True)
class Link:
    """A field that leads from a resource to others.

    `given` are the fields of the operation's request that are fields of the resource. Where one of
    them is null there is nothing to lead to. The rest of the request are arguments.
    """

    source: type[ResponseModel]
    name: str
    operation: Operation
    given: Mapping[str, str]


LINKS: Final = (
    Link(accounts.Account, "entries", accounts.list_entries, {"account_id": "id"}),
    Link(transfers.PayerAccount, "entries", accounts.list_entries, {"account_id": "id"}),
    Link(accounts.Entry, "account", accounts.get_account, {"account_id": "account_id"}),
    Link(accounts.Entry, "transfer", transfers.get_transfer, {"transfer_id": "transfer_id"}),
    Link(
        transfers.Transfer, "from_account", accounts.get_account, {"account_id": "from_account_id"}
    ),
    Link(transfers.Transfer, "to_account", accounts.get_account, {"account_id": "to_account_id"}),
    Link(
        transfers.Transfer,
        "reverses_transfer",
        transfers.get_transfer,
        {"transfer_id": "reverses_transfer_id"},
    ),
    Link(holds.Hold, "from_account", accounts.get_account, {"account_id": "from_account_id"}),
    Link(holds.Hold, "to_account", accounts.get_account, {"account_id": "to_account_id"}),
)
