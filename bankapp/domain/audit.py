"""Who is behind a change, as the audit trail tells it."""

import uuid
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from.

    `actor` is the user who asked for it; None for the bank itself and for somebody who has not said
    who they are. Money moves only while the session `session_id` is open, unless that is None.
    """

    actor: str | None = None
    request_id: str | None = None
    address: IPv4Address | IPv6Address | None = None
    session_id: uuid.UUID | None = None


THE_BANK: Final = Origin()
