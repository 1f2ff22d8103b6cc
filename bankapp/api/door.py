"""What the processes know of a door: how to listen for it, and how to serve it."""

import asyncio
import socket
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from bankapp.api.shares import Shares
from bankapp.operations.bank import Bank
from bankapp.operations.exchange import RequestSpans
from bankapp.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a process lends to the doors that it serves.

    Once `hurry` is set a stop does not wait for connections that are idle. `shares` tells how many
    connections each of several processes has that accept on the same sockets.
    """

    bank: Bank
    hurry: asyncio.Event
    spans: RequestSpans | None = None
    shares: Shares | None = None


class Door(Protocol):
    """A way into the bank."""

    def listen(self, settings: Settings) -> AbstractContextManager[list[socket.socket]]:
        """The sockets of the door, for as long as the block runs; none where it is not configured.

        What connects waits until a process serves. Raises StartError when an address cannot be had.
        """
        ...

    def serve(
        self, settings: Settings, sockets: Sequence[socket.socket], surroundings: Surroundings
    ) -> AbstractAsyncContextManager[None]:
        """Serve while the block runs, then finish the requests that were accepted."""
        ...

    def url_of(self, listening: socket.socket) -> str:
        """What a client calls the door that listens here."""
        ...
