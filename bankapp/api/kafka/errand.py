"""A command until all that is to be written about it is acknowledged."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Protocol

import structlog

from bankapp.api.kafka.letters import Letter
from bankapp.api.kafka.record import Record

_SMALL_BYTES: Final = 4096  # brokers take every problem
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.commands")


class NotWritten(Exception):
    """The brokers have not acknowledged a letter; another try may help."""


class NotTaken(Exception):
    """The brokers do not take a letter."""

    def __init__(self, problem: str, *, is_large: bool) -> None:
        self.problem = problem
        self.is_large = is_large
        super().__init__(problem)


class Serves(Protocol):
    """Serves records, as CommandService does."""

    async def serve(self, record: Record) -> list[Letter] | None: ...

    def give_up(
        self, record: Record, letter: Letter, problem: str, *, is_large: bool
    ) -> Letter: ...


class Errand:
    """The command under way in one partition.

    What it was answered is kept while it cannot be written, so that it is done once by this
    process, also without a key.
    """

    def __init__(
        self, service: Serves, write: Callable[[Letter], Awaitable[None]], dead_topic: str
    ) -> None:
        self._service = service
        self._write = write
        self._dead_topic = dead_topic
        self._record: Record | None = None
        self._letters: list[Letter] = []

    async def attempt(self, record: Record) -> bool:
        """Whether the record is done and all about it is written; False to try again later."""
        if record is not self._record:
            letters = await self._service.serve(record)
            if letters is None:
                return False
            self._record, self._letters = record, letters
        while self._letters:
            try:
                await self._write(self._letters[0])
            except NotWritten as error:
                _log.warning("reply not written", problem=str(error), offset=record.offset)
                return False
            except NotTaken as error:
                if not self._replace(record, error):
                    return False
            else:
                self._letters.pop(0)
        return True

    def _replace(self, record: Record, error: NotTaken) -> bool:
        """Put another letter in the place of the first one; False if there is none."""
        letter = self._letters[0]
        if letter.topic != self._dead_topic:
            is_large = error.is_large and len(letter.value) > _SMALL_BYTES
            self._letters[0] = self._service.give_up(
                record, letter, error.problem, is_large=is_large
            )
            return True
        if error.is_large and letter.value:
            self._letters[0] = replace(letter, value=b"")
            return True
        _log.warning("dead command not taken", problem=error.problem, offset=record.offset)
        return False
