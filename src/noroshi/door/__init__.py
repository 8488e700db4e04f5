"""The local door of a running node: one line of JSON in, one line of JSON out.

{"op": "queue_show", "args": {"id": "01J…"}}
{"home": "/srv/n", "op": …, "args": …}   from a terminal where the commands in texts name that folder
{"ok": …}   or   {"error": "not found", "words": {"en": …, "ja": …}, "problems": […], "codes": […]}
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from noroshi.config.config import Config
from noroshi.core.translation import _, terminal_of
from noroshi.door.caller_connection import Connection
from noroshi.door.errors import DoorError
from noroshi.door.line_stream import Lines
from noroshi.service import (
    ForbiddenError,
    InvalidArgumentError,
    OperationError,
    OperationFailedError,
    Person,
    refusal_as_json,
    run_as_json,
)
from noroshi.service.errors import UnreadableRequestError
from noroshi.service.large_requests import LONGEST, longest_request
from noroshi.service.wire_request import WireRequest, request_of

if sys.platform == "win32":
    from noroshi.door.pipe_listener import listen
else:
    from noroshi.door.unix import listen

if TYPE_CHECKING:
    from noroshi.service import Service


__all__ = ["LONGEST_LINE", "DoorError", "open_door"]

LONGEST_LINE = max(LONGEST.values())
"""Bytes of the longest request: definitions of 10,000 monitors."""
SURROUNDING_BYTES = 256
"""Bytes of a line that stand around the arguments."""
MOST_AT_ONCE = 32

if sys.platform == "win32":
    STRANGER = _(
        "You have no permission to use this node. Run the command as an administrator, as the "
        "node's own user, or as a member of its door_group."
    )
else:
    STRANGER = _(
        "You have no permission to use this node. Run the command as root, as the node's own "
        "user, or as a member of its door_group."
    )
BUSY = _("Too many commands are using this node at once ({most}). Try again in a moment.")
NO_REQUEST = _('A request must be one line of JSON: {"op": "status", "args": {}}.')

OpenService = Callable[[], Awaitable["Service"]]


@asynccontextmanager
async def open_door(
    config: Config, service: OpenService, news: Callable[[], None]
) -> AsyncIterator[None]:
    """Answer at the door until the block ends. `service` returns the operations; `news` is called
    after what the engine should see.

    Raises DoorError if nobody can be let in there.
    """
    connections = _Connections(service, news)
    listener = await listen(config.door, config.door_group, connections.serve)
    try:
        yield
    finally:
        listener.close()
        await connections.close()
        listener.remove()


class _Connections:
    """Everybody who is in, and how they are served."""

    def __init__(self, service: OpenService, news: Callable[[], None]) -> None:
        self._open_service, self._news = service, news
        self._tasks = set[asyncio.Task[None]]()

    async def serve(self, connection: Connection) -> None:
        """Serve one connection, from its first line to its last."""
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._answer_requests(connection)
        except (OSError, TimeoutError):  # gone, or silent for too long
            pass
        except (
            asyncio.CancelledError
        ):  # by `close`: Python before 3.12 logs it with a traceback
            pass
        finally:
            self._tasks.discard(task)
            connection.close()

    async def close(self) -> None:
        """See everybody out; a request that is being done is given up."""
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _answer_requests(self, connection: Connection) -> None:
        person = await connection.person()
        if person is None:
            return await _write(connection, refusal_as_json(ForbiddenError(STRANGER)))
        if len(self._tasks) > MOST_AT_ONCE:
            return await _write(
                connection, refusal_as_json(OperationFailedError(BUSY.fill(most=MOST_AT_ONCE)))
            )
        lines = Lines(connection.reader, longest_request(person) + SURROUNDING_BYTES)
        while (line := await lines.short_line()) != b"":
            await _write(connection, await self._answer(person, line, lines))
        return None

    async def _answer(
        self, person: Person, line: bytes | None, lines: Lines
    ) -> Mapping[str, Any]:
        service = await self._open_service()
        try:
            if line is None:
                request = await service.judges.read_line(person, lines.parts())
            else:
                request = _request(line)
        except UnreadableRequestError:
            return refusal_as_json(InvalidArgumentError(NO_REQUEST))
        except OperationError as refusal:
            await lines.read_to_end()
            return refusal_as_json(refusal)
        medium = terminal_of(request.home)
        return await run_as_json(service, person, request.op, request.args, self._news, medium)


def _request(line: bytes) -> WireRequest:
    """Raises UnreadableRequestError."""
    try:
        request = json.loads(line)
        if b"\\u" in line:  # half a letter can be told to nobody, nor kept
            json.dumps(request, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise UnreadableRequestError from None
    return request_of(request)


async def _write(connection: Connection, answer: Mapping[str, Any]) -> None:
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    await connection.send(text.encode() + b"\n")
