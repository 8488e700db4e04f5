"""How much of the node whoever comes to the manager may take, before it is known who they are.

The watch shares this process: connections that only wait would take the files and sockets with
which it measures and sends. So there are so many at once and no more, and each has its time.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from dataclasses import dataclass
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

ONE_OF = 2
"""Of the files that this process may have open: the rest is for the watch, the mail, the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """`most` connections at once. In seconds: until a request's head is whole, and its body;
    how long a connection may rest between two requests; how long nothing of an answer may be
    taken."""

    most: int = 1000
    head: float = 15.0
    body: float = 300.0
    idle: int = 30
    stalled: float = 60.0

    @property
    def at_once(self) -> int:
        """Fewer where this process may have few files open."""
        if sys.platform == "win32":
            return self.most
        import resource

        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        known = files != resource.RLIM_INFINITY
        return max(1, min(self.most, files // ONE_OF)) if known else self.most


class Threshold(socket.socket):
    """A listening socket that hangs up at once on whoever comes when it is full: before TLS, as
    that alone takes a quarter of a megabyte."""

    most = 1
    inside = 0

    def accept(self) -> tuple[socket.socket, Any]:
        """As a socket's own. Raises BlockingIOError once nobody waits any more."""
        while True:
            found, address = super().accept()
            if self.inside < self.most:
                return Guest.of(found, self), address
            found.close()


class Guest(socket.socket):
    """A connection that is counted as long as it is open."""

    _at: Threshold | None = None

    @classmethod
    def of(cls, found: socket.socket, at: Threshold) -> Guest:
        one = cls(found.family, found.type, found.proto, fileno=found.detach())
        one._at = at
        at.inside += 1
        return one

    def close(self) -> None:
        at, self._at = self._at, None
        if at is not None:
            at.inside -= 1
        super().close()


class Timed(H11Protocol):
    """uvicorn's, which waits for whatever does not come, without end."""

    bounds = Bounds()

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._late: asyncio.TimerHandle | None = None
        self._stalls: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(self.bounds.head)

    def data_received(self, data: bytes) -> None:
        if self._late is None and not self._is_asked:
            self._wait(self.bounds.head)
        asked = self._is_asked
        super().data_received(data)
        if self._is_asked and not asked:
            self._wait(self.bounds.body)
        if self._is_asked and not self.cycle.more_body:
            self._wait_no_more()

    def on_response_complete(self) -> None:
        self._wait_no_more()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalls = self.loop.call_later(self.bounds.stalled, self._let_go)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalls is not None:
            self._stalls.cancel()
            self._stalls = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_more()
        super().connection_lost(exc)
        if self._stalls is not None:
            self._stalls.cancel()

    @property
    def _is_asked(self) -> bool:
        """Whether a request's head has come, and its answer is not given yet."""
        return self.cycle is not None and not self.cycle.response_complete

    def _wait(self, seconds: float) -> None:
        self._wait_no_more()
        self._late = self.loop.call_later(seconds, self._let_go)

    def _wait_no_more(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _let_go(self) -> None:
        self.transport.abort()


def timed_by(bounds: Bounds) -> type[Timed]:
    """The protocol with these bounds, as uvicorn wants it: a class."""
    return type("TimedByThese", (Timed,), {"bounds": bounds})
