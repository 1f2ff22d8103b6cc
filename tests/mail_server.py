"""A real SMTP server in this process, well-behaved or not."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What arrived; `answer` is what the server says to a message, asked with how many came.

    With `hold` it says nothing until that is set.
    """

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list[EmailMessage])
    answer: Callable[[int], str] = lambda _: "250 OK"
    attempt_count: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    hold: asyncio.Event | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd with each message."""
        self.attempt_count += 1
        if self.hold is not None:
            await self.hold.wait()
        answer = self.answer(self.attempt_count)
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.SMTP)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.arrived.set()
        return answer

    async def wait_for(self, count: int, timeout_s: float = 30) -> list[EmailMessage]:
        """The messages, once this number has arrived."""
        async with asyncio.timeout(timeout_s):
            while len(self.messages) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.messages


@asynccontextmanager
async def mail_server() -> AsyncGenerator[Mailbox]:
    """A server that takes everything, until told otherwise."""
    mailbox = Mailbox()

    def connect() -> SMTP:
        return SMTP(mailbox, enable_SMTPUTF8=True, hostname="localhost", loop=loop)

    loop = asyncio.get_running_loop()
    async with await loop.create_server(connect, "127.0.0.1", 0) as server:
        mailbox.url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield mailbox


@contextmanager
def mail_server_in_thread(*, is_deaf: bool = False) -> Generator[Mailbox]:
    """The same for tests that wait for other processes; a deaf one answers no message."""

    async def serve() -> None:
        async with mail_server() as mailbox:
            if is_deaf:
                mailbox.hold = asyncio.Event()
            started.set_result((mailbox, asyncio.get_running_loop()))
            await stop.wait()

    stop = asyncio.Event()
    started: Future[tuple[Mailbox, asyncio.AbstractEventLoop]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    mailbox, loop = started.result(timeout=10)
    try:
        yield mailbox
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@asynccontextmanager
async def broken_server(greeting: bytes | None) -> AsyncGenerator[str]:
    """The URL of a server that says this and hangs up; with None it says nothing, for ever."""
    hold = asyncio.Event()

    async def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if greeting is None:
            await hold.wait()
        else:
            writer.write(greeting)
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        hold.set()
        server.close()


def text_of(message: EmailMessage, subtype: str = "plain") -> str:
    """The text of one of a message's two parts."""
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
