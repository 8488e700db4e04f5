"""Define the messages between nodes: a line each way, then the end, or a connection that is passed on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum

from noroshi import schema

LONGEST_LINE = 16 * 1024
"""Bytes: an entry may list many host names."""


class Question(StrEnum):
    """Name the questions that a node may ask another one; the answer is yes or no."""

    HAS_DATABASE = "has the database"
    """Did the database answer this node within the last few seconds, and let it renew?"""
    CLOCK_AGREES = "clock agrees"
    """Does the clock of this node's computer agree with that of the database?"""


class Purpose(StrEnum):
    """Name the listener that a connection that is passed on came to."""

    MANAGER = "manager"
    AGENTS = "agents"


class Refusal(StrEnum):
    """Name the reason why a node refuses a request."""

    UNKNOWN = "unknown"
    """The node does not know the question: it has another release."""
    NOT_SENDER = "not the sender"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Describe the listener of the node that passes a connection on: its port, its allowed hosts, and
    whether browsers reach it over TLS, which ends there."""

    port: int = 0
    hosts: tuple[str, ...] = ()
    secure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Ask another node to take a connection: its purpose, the address and port of the client, and the
    listener that the client came to."""

    purpose: str
    client: tuple[str, int]
    entry: Entry = Entry()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRequest:
    """Hold the first line of a calling node: a question, or a connection to take."""

    question: str = ""
    opening: Opening | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeAnswer:
    """Hold the line of reply: the answer to a question, or the reason of a refusal."""

    is_yes: bool = False
    refused: str = ""


class NodeLinkError(Exception):
    """Report that another node cannot be reached, or does not answer."""


class OtherNodeError(NodeLinkError):
    """Report that another node than the one that was called answers at an address."""

    def __init__(self, name: str) -> None:
        super().__init__(f"it is node {name}")
        self.name = name


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
