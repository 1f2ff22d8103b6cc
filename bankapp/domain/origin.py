"""The origin of a change, as the audit trail keeps it."""

import uuid
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final


@dataclass(frozen=True, slots=True)
class Origin:
    """The user, the request and the session from which a change comes.

    `actor` is the user of the request; None for the bank itself and for a visitor who has not
    logged in. Money moves only while the session `session_id` is open, unless that is None.
    """

    actor: str | None = None
    request_id: str | None = None
    address: IPv4Address | IPv6Address | None = None
    session_id: uuid.UUID | None = None


THE_BANK: Final = Origin()
