"""The format of the log: one line per event on standard error, for people or for machines.

A line contains only values that the code names, never the text of an exception, which may quote a
secret or what a customer wrote.
"""

import asyncio
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Final, Literal, TextIO, cast

import pydantic_core
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("monitor")


class _StandardError:
    """The standard error of the moment; each line is one write."""

    def write(self, text: str) -> int:
        try:
            return sys.stderr.write(text)
        except (OSError, ValueError):  # its reader has ended; the monitor goes on
            return 0

    def flush(self) -> None:
        pass


_STANDARD_ERROR: Final = cast("TextIO", _StandardError())


def configure_logs(
    form: Literal["console", "json"], level: Literal["debug", "info", "warning", "error"]
) -> None:
    """Set the format of all further lines; those of libraries appear from warnings on."""
    renderer: Processor = _as_text if form == "console" else _as_json
    structlog.configure(
        processors=[_complete, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(_STANDARD_ERROR),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(_STANDARD_ERROR)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_complete],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def log_stray_error(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log an error of a task that is never awaited; asyncio itself would print its message."""
    log.error("stray error", what=context["message"], exc_info=context.get("exception"))


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
    """Add the level, the time, and the type and place of an exception, without its message."""
    event["level"] = level
    event["timestamp"] = f"{datetime.now(UTC).isoformat(timespec='milliseconds')[:-6]}Z"
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exception() if given else None
    if error is not None:
        place = "".join(traceback.format_tb(error.__traceback__))
        event["exception"] = f"{place}{type(error).__module__}.{type(error).__qualname__}"
    return event
