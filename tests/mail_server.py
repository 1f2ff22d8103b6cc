"""A real SMTP server in this process, well-behaved or not."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Mailbox:
    """What arrived; `answer` is what the server says to a message, asked with how many came."""

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list[EmailMessage])
    answer: Callable[[int], str] = lambda _: "250 OK"
    attempt_count: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Called by aiosmtpd with each message."""
        self.attempt_count += 1
        answer = self.answer(self.attempt_count)
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=policy.SMTP)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.arrived.set()
        return answer

    async def wait_for(self, count: int, timeout_s: float = 30) -> list[EmailMessage]:
        """The messages, once so many are here."""
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
    """One of a message's two parts, as people read it."""
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")
