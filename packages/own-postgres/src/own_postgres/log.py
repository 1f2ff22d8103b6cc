"""The log of an embedded server: settings, mode and size.

Errors are not logged. Users of the program can cause any number of them, and PostgreSQL quotes the
rows that they are about. The program handles an error, and logs one that it did not expect.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

LOG_BYTES_MAX: Final = 4 * 1024 * 1024
# In the order of `log_min_messages` an error is less than a message about the server.
LOG_SETTINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_lock_waits": "off",
        "log_line_prefix": "%m [%p] %q%u@%d ",
    }
)


class LogFile:
    """A file that only its owner can read, and a second one with older lines.

    Each has at most `LOG_BYTES_MAX` bytes, and what the server wrote since the last `bound`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._older = path.with_name(f"{path.name}.1")

    def open(self) -> BinaryIO:
        """The file, to append to. An older release may have let everybody read it."""
        self.bound()
        return _opened(self._path, os.O_APPEND)

    def bound(self) -> None:
        """Move the lines to the older file if they are too many. The server may be writing."""
        try:
            is_full = self._path.stat().st_size > LOG_BYTES_MAX
        except FileNotFoundError:
            return
        if is_full:
            with _opened(self._older, os.O_TRUNC) as older:
                older.write(self.read(-LOG_BYTES_MAX))
            os.truncate(self._path, 0)  # the server appends: it goes on at the new end

    def read(self, offset: int) -> bytes:
        """The content from an offset on; a negative one counts from the end."""
        with self._path.open("rb") as log:
            log.seek(offset, os.SEEK_SET if offset >= 0 else os.SEEK_END)
            return log.read()


def _opened(path: Path, flag: int) -> BinaryIO:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | flag, 0o600)
    os.fchmod(file, 0o600)
    return os.fdopen(file, "wb")
