"""One SMTP connection as lines: in, out, slow, silent or dropped, as the faults want it."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Callable
from contextlib import suppress

from noroshi_lab.lab.dialects import Dialect
from noroshi_lab.lab.directory import Clock
from noroshi_lab.lab.faults import Faults, seconds

MAX_LINE = 65_536


class ConversationEndedError(Exception):
    """Report that the conversation is over, without a word."""


class Line:
    """Let a conversation read and speak. Every call may raise ConversationEndedError, OSError,
    EOFError."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        faults: Faults,
        clock: Clock,
        dialect: Dialect,
        note: Callable[[str], None] = lambda reply: None,
    ) -> None:
        """`note` is told of each error that is said."""
        self._reader, self._writer = reader, writer
        self._faults, self._clock = faults, clock
        self._dialect, self._note = dialect, note
        self._id = secrets.token_hex(8).upper()
        self.peer = str(writer.get_extra_info("peername")[0])

    async def read(self) -> str:
        """Return the next line, without the line end."""
        return (await self.raw())[:-2].decode("utf-8", "replace")

    async def raw(self) -> bytes:
        """Return the next line as it came."""
        return await self._reader.readuntil(b"\r\n")

    async def octets(self, count: int) -> bytes:
        """Read so many bytes."""
        return await self._reader.readexactly(count)

    async def no(self, reply: str) -> None:
        """Send an error reply with the provider's usual ending."""
        self._note(reply)
        await self.say(self._dialect.marked(reply, self._clock(), self._id))

    async def say(self, reply: str) -> None:
        """Send a reply; 421 ends the conversation."""
        if self._faults.silent:
            await self.fall_silent()
        if self._faults.delay:
            await asyncio.sleep(self._faults.delay)
        self._writer.write(f"{reply}\r\n".encode())
        await self._writer.drain()
        if reply.startswith("421"):
            raise ConversationEndedError

    async def strike(self, does: str) -> bool:
        """Do what a scripted fault says; return False if the usual answer is not replaced."""
        if does == "drop":
            raise ConversationEndedError
        if does == "silent":
            await self.fall_silent()
        wait = seconds(does)
        if wait is not None:
            await asyncio.sleep(wait)
        if wait is not None or not does or does.endswith("-then-drop"):
            return False
        await (self.say if does[0] == "2" else self.no)(does)
        return True

    async def fall_silent(self) -> None:
        """Read on and say nothing until the other side gives up."""
        while await self._reader.read(MAX_LINE):
            pass
        raise ConversationEndedError

    async def discard_input(self) -> None:
        """Discard what has come already. What stands in clear behind STARTTLS must not be obeyed
        (RFC 3207, 6)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(0):  # what is there is read without waiting
                while await self._reader.read(MAX_LINE):
                    pass

    async def secure(self, tls: ssl.SSLContext) -> str:
        """Start TLS and return the version."""
        await self._writer.start_tls(tls)
        return self.tls_version()

    def tls_version(self) -> str:
        """Return TLS1.3 or the like; "" in clear."""
        talk = self._writer.get_extra_info("ssl_object")
        return str(talk.version()).replace("v", "") if talk else ""

    def close(self) -> None:
        """End the connection."""
        self._writer.close()
