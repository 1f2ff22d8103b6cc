"""The connection counts of several processes that accept on the same sockets."""

import mmap
import os
from typing import Final

_COUNT_BYTES: Final = 4


class Shares:
    """The connection count of each process, in shared memory."""

    def __init__(self, memory: int, slot: int) -> None:
        size = os.fstat(memory).st_size
        self._counts = memoryview(mmap.mmap(memory, size)).cast("I")
        self._slot = slot

    @staticmethod
    def allocate(process_count: int) -> int:
        """The file descriptor of the shared memory for this number of processes."""
        memory = os.memfd_create("bankapp-shares")
        os.ftruncate(memory, process_count * _COUNT_BYTES)
        return memory

    def exceeds(self, count: int) -> bool:
        """Publish the count of this process; whether it is clearly higher than another's."""
        self._counts[self._slot] = count
        least = min(self._counts)
        return count > least + 1 + least // 8
