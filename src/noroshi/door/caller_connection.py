"""Connections at the door of every system, each with the caller whom the system names."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from noroshi.service import Person


class Reader(Protocol):
    """Read what a caller sends."""

    async def read(self, size: int) -> bytes:
        """Return what came, at most so many bytes; b"" at the end. Raises OSError."""


class Connection(Protocol):
    """Talk with one caller."""

    @property
    def reader(self) -> Reader:
        """Return what reads from the caller."""

    async def person(self) -> Person | None:
        """Return who calls, by the system's word; None: somebody who may not ask. Raises
        OSError."""

    async def send(self, data: bytes) -> None:
        """Send all of it. Raises OSError."""

    def close(self) -> None:
        """End the connection; what was sent still arrives."""


class Listener(Protocol):
    """Take callers in."""

    def close(self) -> None:
        """Take nobody in any more."""

    def remove(self) -> None:
        """Remove what is left of the door."""


Serve: TypeAlias = Callable[[Connection], Awaitable[None]]
