"""Answer other nodes: their questions, and the connections that they pass on to this one."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from noroshi.cluster.node_requests import (
    LONGEST_LINE,
    NodeAnswer,
    NodeLinkError,
    NodeRequest,
    Opening,
    Question,
    Refusal,
    line_of,
    read_request,
)
from noroshi.cluster.node_stream import NodeStream
from noroshi.cluster.node_tls import name_of
from noroshi.config.node_places import Place

BACKLOG = 128
FILES_PAUSE = 0.2
"""Seconds until the next attempt to accept a caller, if this process has too many files open."""
log = logging.getLogger(__package__)
Taker = Callable[[Opening, NodeStream], Awaitable[None]]
"""Serves a connection that another node passes on, until it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkLimits:
    """Limit connections: how many may be open without a proof yet, how many in all, and how many
    seconds TLS and the first line may take."""

    most_unproven: int = 64
    most: int = 6000
    seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class NodeAnswers:
    """Hold this node's answers to questions, and by purpose the functions that serve connections. A
    purpose without one is refused: this node does not send."""

    questions: dict[Question, Callable[[], bool]] = field(default_factory=dict)
    takers: dict[str, Taker] = field(default_factory=dict)


class NodeListener:
    """Listen for other nodes. Whoever has no proof of the key is sent nothing."""

    def __init__(
        self, context: ssl.SSLContext, answers: NodeAnswers, limits: LinkLimits = LinkLimits()
    ) -> None:
        self._context, self._node_answers, self._limits = context, answers, limits
        self._unproven: dict[asyncio.Task[None], None] = {}
        self._proven = set[asyncio.Task[None]]()
        self._accepting: asyncio.Task[None] | None = None
        self._listener: socket.socket | None = None

    def open(self, place: Place) -> Place:
        """Listen from now on, and return where (port 0: any free one). Raise OSError."""
        family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
        self._listener = socket.create_server(
            (place.host, place.port), family=family, backlog=BACKLOG
        )
        self._listener.setblocking(False)
        self._accepting = asyncio.create_task(self._accept(self._listener))
        return Place(place.host, self._listener.getsockname()[1])

    async def close(self) -> None:
        """Stop listening, and end all connections."""
        tasks = {*self._unproven, *self._proven, *filter(None, (self._accepting,))}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._listener is not None:
            self._listener.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _address = await loop.sock_accept(listener)
            except OSError:  # above all too many open files
                await asyncio.sleep(FILES_PAUSE)
                continue
            self._enter(accepted)

    def _enter(self, accepted: socket.socket) -> None:
        """Serve a new caller. One too many without a proof pushes out the oldest such caller, no node."""
        keep_alive(accepted)
        if len(self._unproven) >= self._limits.most_unproven:
            oldest = next(iter(self._unproven))
            del self._unproven[oldest]
            oldest.cancel()
        task = asyncio.create_task(self._serve(accepted))
        self._unproven[task] = None
        task.add_done_callback(partial(self._leave, accepted))

    def _leave(self, accepted: socket.socket, task: asyncio.Task[None]) -> None:
        accepted.close()
        self._unproven.pop(task, None)
        self._proven.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the link between nodes met with a bug", exc_info=error)

    async def _serve(self, accepted: socket.socket) -> None:
        transport: asyncio.WriteTransport | None = None
        try:
            async with asyncio.timeout(self._limits.seconds):
                reader, writer = await self._handshake(accepted)
                transport = writer.transport
                self._mark_proven()
                request = await read_request(reader)
            await self._answer(request, NodeStream(reader, writer), writer)
            await _end(writer)
        except (OSError, TimeoutError, NodeLinkError) as error:
            log.debug("a connection of another node ended: %s", error)
        finally:
            if transport is not None:
                transport.abort()

    def _mark_proven(self) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._unproven.pop(task, None)
            self._proven.add(task)

    async def _handshake(
        self, accepted: socket.socket
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader(limit=LONGEST_LINE)
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.connect_accepted_socket(
            lambda: protocol, accepted, ssl=self._context
        )
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)

    async def _answer(
        self, request: NodeRequest, stream: NodeStream, writer: asyncio.StreamWriter
    ) -> None:
        answer = self._answer_to(request)
        writer.write(line_of(answer))
        await writer.drain()
        if request.opening is None or answer.refused:
            return
        node = name_of(writer.get_extra_info("ssl_object"))
        log.debug("node %s passes on a connection for %s", node, request.opening.purpose)
        taker = self._node_answers.takers.get(request.opening.purpose)
        if taker is not None:  # else this node has just stopped sending
            await taker(request.opening, stream)

    def _answer_to(self, request: NodeRequest) -> NodeAnswer:
        if request.opening is not None:
            return NodeAnswer(refused=self._refusal_of(request.opening))
        known = {
            question.value: answer for question, answer in self._node_answers.questions.items()
        }
        answer = known.get(request.question)
        return (
            NodeAnswer(refused=Refusal.UNKNOWN)
            if answer is None
            else NodeAnswer(is_yes=answer())
        )

    def _refusal_of(self, opening: Opening) -> str:
        if opening.purpose not in self._node_answers.takers:
            return Refusal.NOT_SENDER
        return Refusal.FULL if len(self._proven) > self._limits.most else ""


async def _end(writer: asyncio.StreamWriter) -> None:
    """End a connection once what was written is sent, if it goes on being read."""
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def keep_alive(connection: socket.socket) -> None:
    """Set a connection to end within about a minute once the other computer is gone. Not every
    system takes each option, and a connection that has ended takes none."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in {
        "TCP_KEEPIDLE": 5,
        "TCP_KEEPINTVL": 2,
        "TCP_KEEPCNT": 3,
        "TCP_USER_TIMEOUT": 60_000,  # a reader that is slow is not gone
        "TCP_NODELAY": 1,
    }.items():
        if (option := getattr(socket, name, None)) is not None:
            with suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, option, value)
