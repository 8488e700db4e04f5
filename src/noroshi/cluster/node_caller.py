"""Call another node: ask it something, or pass a connection on to it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping

from noroshi.cluster.node_listener import keep_alive
from noroshi.cluster.node_requests import (
    LONGEST_LINE,
    NodeAnswer,
    NodeLinkError,
    NodeRequest,
    Opening,
    OtherNodeError,
    Question,
    line_of,
    read_answer,
)
from noroshi.cluster.node_stream import NodeStream
from noroshi.cluster.node_tls import name_of
from noroshi.config.node_places import Place

ANSWER_TIMEOUT = 3.0
"""Seconds until another node must have answered."""
NO_ADDRESS, REFUSED, LATE = "no address", "refused: ", "no answer"


class NodeCaller:
    """Call the other nodes. `places` returns their addresses as known now, by the names of nodes."""

    def __init__(
        self,
        context: ssl.SSLContext,
        places: Callable[[], Mapping[str, Place]],
        timeout: float = ANSWER_TIMEOUT,
    ) -> None:
        self._context, self._places, self._timeout = context, places, timeout

    def nodes(self) -> tuple[str, ...]:
        """Return the names of the other nodes that can be called."""
        return tuple(self._places())

    async def ask(self, node: str, question: Question) -> bool:
        """Return a node's answer to a question. Raise NodeLinkError if the node does not answer."""
        _, writer, answer = await self._call(node, NodeRequest(question=question))
        writer.close()
        return answer.is_yes

    async def open_stream(self, node: str, opening: Opening) -> NodeStream:
        """Pass a connection on to a node. Raise NodeLinkError if it does not take it."""
        reader, writer, _ = await self._call(node, NodeRequest(opening=opening))
        return NodeStream(reader, writer)

    async def _call(
        self, node: str, request: NodeRequest
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, NodeAnswer]:
        place = self._places().get(node)
        if place is None:
            raise NodeLinkError(NO_ADDRESS)
        try:
            async with asyncio.timeout(self._timeout):
                return await self._call_at(place, node, request)
        except TimeoutError as error:
            raise NodeLinkError(LATE) from error
        except (OSError, UnicodeError) as error:  # the second of a name that no host can have
            raise NodeLinkError(str(error)) from error

    async def _call_at(
        self, place: Place, node: str, request: NodeRequest
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter, NodeAnswer]:
        reader, writer = await asyncio.open_connection(
            place.host, place.port, ssl=self._context, limit=LONGEST_LINE
        )
        try:
            keep_alive(writer.get_extra_info("socket"))
            if (name := name_of(writer.get_extra_info("ssl_object"))) != node:
                raise OtherNodeError(name)
            writer.write(line_of(request))
            await writer.drain()
            answer = await read_answer(reader)
            if answer.refused:
                raise NodeLinkError(REFUSED + answer.refused)
        except BaseException:  # whatever it was, the connection must not stay open
            writer.transport.abort()
            raise
        return reader, writer, answer
