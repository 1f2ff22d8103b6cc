"""How many connections each of several processes has, which accept on the same sockets."""

import mmap
import os
from typing import Final

_COUNT_BYTES: Final = 4


class Shares:
    """How many connections each of several processes has, in memory that they share."""

    def __init__(self, memory: int, slot: int) -> None:
        size = os.fstat(memory).st_size
        self._counts = memoryview(mmap.mmap(memory, size)).cast("I")
        self._slot = slot

    @staticmethod
    def allocate(process_count: int) -> int:
        """The file descriptor of such memory."""
        memory = os.memfd_create("bankapp-shares")
        os.ftruncate(memory, process_count * _COUNT_BYTES)
        return memory

    def exceeds(self, count: int) -> bool:
        """Tell the others the count of this process; whether it has clearly more than another."""
        self._counts[self._slot] = count
        least = min(self._counts)
        return count > least + 1 + least // 8
