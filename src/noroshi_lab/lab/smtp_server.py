"""A provider's SMTP submission as a server; `conversation` says how it talks."""

from __future__ import annotations

import asyncio
import ssl

from noroshi_lab.lab.conversation import Conversation, Rules
from noroshi_lab.lab.ports import Door
from noroshi_lab.lab.smtp_line import MAX_LINE, Line


class SmtpServer:
    """Hold one conversation for each connection."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, door: Door, tls: ssl.SSLContext | None = None) -> None:
        """Answer at a door; with a context speak TLS from the first byte (RFC 8314)."""
        await door.start(self._protocol, tls=tls, cut=self._cut)

    async def stop(self) -> None:
        """End all conversations at once, wherever they are."""
        tasks = list(self._tasks)
        self._cut()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _cut(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=MAX_LINE, loop=loop)
        return asyncio.StreamReaderProtocol(reader, self._meet, loop=loop)

    def _refused(self, reply: str) -> None:
        self._rules.note("refused", " ".join(reply.split()[:2]))

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        rules = self._rules
        line = Line(reader, writer, rules.faults, rules.clock, rules.dialect, self._refused)
        task = asyncio.ensure_future(Conversation(rules, line).run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
