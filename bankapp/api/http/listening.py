"""Serving an application on an address, and what the parser refuses before any handler sees it."""

import asyncio
import logging
import resource
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from aiohttp import web
from aiohttp.abc import AbstractAccessLogger

from bankapp.api.http.browsers import secure
from bankapp.api.http.problems import SERVER, STATUS, InternalError, problem_response
from bankapp.domain import errors, limits
from bankapp.telemetry import metrics

BACKLOG: Final = 1024
_log: structlog.typing.FilteringBoundLogger = structlog.get_logger("bankapp.http")


class _Connection(web.RequestHandler):
    """One client's connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer as everywhere, and log nothing of what was sent: it may hold a secret."""
        refusal = InternalError() if status == STATUS[InternalError] else errors.MalformedRequest()
        request_id = str(uuid.uuid4())
        _log.warning("unreadable", request_id=request_id, status=status, error=type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("a part of another answer is already sent")
        metrics.REFUSALS.labels(refusal.code).inc()
        response = problem_response(refusal, request_id)
        response.headers["Server"] = SERVER
        secure(response.headers)
        response.force_close()
        return response


@asynccontextmanager
async def listen(
    app: web.Application, host: str, port: int, *, reuse_port: bool = False
) -> AsyncGenerator[str]:
    """Serve `app` while the block runs, then finish the requests that were accepted.

    Yields the URL. Raises OSError when the address cannot be had. With `reuse_port` several of our
    processes can have it.
    """
    _allow_many_connections()
    runner = web.AppRunner(app, shutdown_timeout=limits.SHUTDOWN_TIMEOUT_S)
    await runner.setup()
    try:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: _connection(runner, loop),
            host,
            port,
            backlog=BACKLOG,
            reuse_port=reuse_port or None,
        )
        address, bound_port = server.sockets[0].getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        try:
            yield f"http://{shown}:{bound_port}"
        finally:
            server.close()
    finally:
        await runner.cleanup()


def _connection(runner: web.AppRunner, loop: asyncio.AbstractEventLoop) -> _Connection:
    assert runner.server is not None
    return _Connection(
        runner.server,
        loop=loop,
        access_log=logging.getLogger("bankapp.access"),
        access_log_class=_NoAccessLog,
        # A small body can unpack to gigabytes.
        auto_decompress=False,
        keepalive_timeout=limits.IDLE_TIMEOUT_S,
    )


class _NoAccessLog(AbstractAccessLogger):
    """The middleware logs every request."""

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        pass

    @property
    def enabled(self) -> bool:
        return False


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
