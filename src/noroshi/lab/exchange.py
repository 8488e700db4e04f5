"""Exchange Online's SMTP submission as a server; `conversation` says how it talks."""

from __future__ import annotations

import asyncio
import socket

from noroshi.lab.conversation import Conversation, Rules
from noroshi.lab.line import MAX_LINE, Line


class Exchange:
    """The SMTP server."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, sockets: list[socket.socket]) -> None:
        """Answers on sockets that are bound already."""
        for each in sockets:
            self._servers.append(
                await asyncio.start_server(self._meet, sock=each, limit=MAX_LINE)
            )

    async def stop(self) -> None:
        """Ends all conversations at once, wherever they are."""
        for server in self._servers:
            server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer, self._rules.faults, self._rules.clock)
        task = asyncio.ensure_future(Conversation(self._rules, line).run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
