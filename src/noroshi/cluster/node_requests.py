"""What one node says to another: a line each way. Then comes nothing, or a connection is passed on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from noroshi import schema

LONGEST_LINE = 16 * 1024
"""Bytes; what an entry names of hosts may be long."""


class Question(StrEnum):
    """Name what a node may ask another one; the answer is yes or no."""

    HAS_DATABASE = "has the database"
    """Did this node renew its lease in the database within the last few seconds?"""


class Purpose(StrEnum):
    """Name what a connection that is passed on is for."""

    MANAGER = "manager"
    AGENTS = "agents"


class Refusal(StrEnum):
    """Name the reason why a node does not answer."""

    UNKNOWN = "unknown"
    """It does not know what it is asked: its release is another one."""
    NOT_SENDER = "not the sender"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Hold how somebody came to the node that passes a connection on: to which port and hosts, and
    whether by TLS, which has ended there."""

    port: int = 0
    hosts: tuple[str, ...] = ()
    secure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Ask another node to take a connection: what it is for, the address and port of who made it, and
    how it came in."""

    purpose: str
    client: tuple[str, int]
    entry: Entry = Entry()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRequest:
    """Hold the first line of a node that calls: a question, or a connection to take."""

    question: str = ""
    opening: Opening | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAnswer:
    """Hold the line that answers it: the answer to a question, or why there is none."""

    is_so: bool = False
    refused: str = ""


class NodeLinkError(Exception):
    """Report that another node cannot be reached, or does not answer."""


def line_of(message: NodeRequest | NodeAnswer) -> bytes:
    """Return a message as a line."""
    return schema.text(message).encode() + b"\n"


async def read_request(reader: asyncio.StreamReader) -> NodeRequest:
    """Read the line of a node that calls. Raise NodeLinkError, and OSError."""
    try:
        return schema.value(NodeRequest, await _line(reader))
    except schema.Unreadable as error:
        raise NodeLinkError("not understood") from error


async def read_answer(reader: asyncio.StreamReader) -> NodeAnswer:
    """Read the line that answers. Raise NodeLinkError, and OSError."""
    try:
        return schema.value(NodeAnswer, await _line(reader))
    except schema.Unreadable as error:
        raise NodeLinkError("not understood") from error


async def _line(reader: asyncio.StreamReader) -> str:
    try:
        return (await reader.readuntil(b"\n")).decode(errors="replace")
    except asyncio.IncompleteReadError as error:
        raise NodeLinkError("closed") from error
    except asyncio.LimitOverrunError as error:
        raise NodeLinkError("too long") from error
