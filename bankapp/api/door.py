"""The interface between the processes and a door: how to listen for it, and how to serve it."""

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
    """The objects of a process that the doors it serves use.

    Once `hurry` is set, a stop does not wait for idle connections. `shares` counts the connections
    of each process that accepts on the same sockets.
    """

    bank: Bank
    hurry: asyncio.Event
    spans: RequestSpans | None = None
    shares: Shares | None = None


class Door(Protocol):
    """A way into the bank."""

    def listen(self, settings: Settings) -> AbstractContextManager[list[socket.socket]]:
        """The sockets of the door while the block runs; none if the door is not configured.

        Connections wait until a process serves. Raises StartError when an address is not available.
        """
        ...

    def serve(
        self, settings: Settings, sockets: Sequence[socket.socket], surroundings: Surroundings
    ) -> AbstractAsyncContextManager[None]:
        """Serve while the block runs, then finish the requests that were accepted."""
        ...

    def url_of(self, listener: socket.socket) -> str:
        """The URL at which clients reach the door on this socket."""
        ...
