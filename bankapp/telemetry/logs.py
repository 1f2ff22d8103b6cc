"""The format of the log: one line per event on standard error, those of libraries included.

A line contains only values that the code names, never the text of a request or of an exception,
because that may be a secret.
"""

import asyncio
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO, cast

import pydantic_core
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp")


class _StandardError:
    """The standard error of the moment at which a line is written, because it may be replaced.

    Each line is one write, because several processes may share it; so it needs no flushing.
    """

    def write(self, text: str) -> int:
        try:
            return sys.stderr.write(text)
        except (OSError, ValueError):  # its reader has ended; the bank continues
            return 0

    def flush(self) -> None:
        pass


_STANDARD_ERROR: Final = cast("TextIO", _StandardError())


def configure_logs(
    form: Literal["console", "json"],
    level: Literal["debug", "info", "warning", "error"] = "info",
    **always: object,
) -> None:
    """Set the format of all further lines, for people or for machines.

    Each line has the fields of `always`.

    The level applies to the lines of the bank. Libraries log from warnings on, because at lower
    levels they quote data.
    """
    renderer = _as_text if form == "console" else _as_json
    processors: list[Processor] = [
        *([lambda _, __, event: {**event, **always}] if always else []),
        _complete,
    ]
    structlog.configure(
        processors=[*processors, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(_STANDARD_ERROR),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_STANDARD_ERROR)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def log_stray_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error of a task that is never awaited; asyncio itself would print its message."""
    _log.error("stray error", what=context["message"], exc_info=context.get("exception"))


def _as_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    return pydantic_core.to_json(event, fallback=repr).decode()


def _as_text(_: WrappedLogger, __: str, event: EventDict) -> str:
    exception = event.pop("exception", None)
    line = f"{event.pop('timestamp')} {event.pop('level'):7} {event.pop('event')}"
    for name, value in event.items():
        text = str(value)
        line += f" {name}={text if text.isprintable() and ' ' not in text else repr(text)}"
    return line if exception is None else f"{line}\n{exception}"


def _complete(_: WrappedLogger, level: str, event: EventDict) -> EventDict:
    """Add the level, the time, and the exception's type and place.

    The exception's message is left out, because it may quote the request.
    """
    event["level"] = level
    event["timestamp"] = f"{datetime.now(UTC).isoformat(timespec='microseconds')[:-6]}Z"
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exception() if given else None
    if error is not None:
        event["exception"] = "".join(_describe(error)).rstrip()
    return event


def _describe(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for other in (*([earlier] if earlier else ()), *getattr(error, "exceptions", ())):
        yield from _describe(other)
    yield from traceback.format_tb(error.__traceback__)
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    where = f" of {constraint}" if constraint else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{where}\n"
