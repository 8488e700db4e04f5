"""Limit what a caller may take of the node before it is known who they are.

The watch shares this process: connections that only wait would take the files and sockets with
which it measures and sends. So there are so many at once and no more, and each has its time. Whoever
comes is let in: it is the oldest connection that has proved nothing that has to go, of the same
address if that has its share already. So /healthz and /readyz answer while strangers hold all others.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from noroshi.people.throttle import network_of

ONE_OF = 2
"""Of the files that this process may have open: the rest is for the watch, the mail, the store."""
PART = 4
"""Of all connections one address, and one person, has no more than a quarter."""
PROVES = "noroshi.proves"
"""In the extensions of a request's scope: what to tell once it is known who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """`most` connections at once; `of_one` address, as long as nothing is known of who asks;
    `reserve` for who comes when all others have proved who they are. In seconds: until a
    request's head is whole, and its body, of a stranger and of others; how long a connection may
    rest between two requests; how long nothing of an answer may be taken."""

    most: int = 1000
    of_one: int = 250
    reserve: int = 32
    head: float = 15.0
    body: float = 15.0
    long_body: float = 300.0
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

    @property
    def share(self) -> int:
        """Return the most connections of one address, and of one person."""
        return max(1, min(self.of_one, self.at_once // PART))


class Connections:
    """All connections, the oldest first, and which of them have proved who asks."""

    def __init__(self, bounds: ConnectionLimits) -> None:
        self._most, self._share, self._reserve = bounds.at_once, bounds.share, bounds.reserve
        self._strangers: dict[LimitedSocket, None] = {}
        self._known: dict[LimitedSocket, str] = {}
        self._of_address, self._of_person = Counter[str](), Counter[str]()
        self._by_peer: dict[Hashable, LimitedSocket] = {}

    def enter(self, guest: LimitedSocket) -> None:
        """Let somebody in, and somebody else out if there is no room."""
        if self._of_address[guest.network] >= self._share:
            self._push(next(one for one in self._strangers if one.network == guest.network))
        elif len(self._strangers) >= max(self._reserve, self._most - len(self._known)):
            self._push(next(iter(self._strangers)))
        self._strangers[guest] = None
        self._of_address[guest.network] += 1
        self._by_peer[guest.peer] = guest

    def leave(self, guest: LimitedSocket) -> None:
        """It is closed, or as good as closed."""
        if self._by_peer.get(guest.peer) is guest:
            del self._by_peer[guest.peer]
        if guest in self._strangers:
            del self._strangers[guest]
            _one_less(self._of_address, guest.network)
        elif (person := self._known.pop(guest, None)) is not None:
            _one_less(self._of_person, person)

    def at(self, peer: Hashable) -> LimitedSocket | None:
        """The connection from there, as long as it counts."""
        return self._by_peer.get(peer)

    def proved(self, guest: LimitedSocket, person: str) -> None:
        """Somebody who is known asked by this connection: it is not pushed out. Beyond so many
        of one person, or in all, it stays one that may be."""
        full = len(self._known) >= self._most or self._of_person[person] >= self._share
        if guest not in self._strangers or full:
            return
        del self._strangers[guest]
        _one_less(self._of_address, guest.network)
        self._known[guest] = person
        self._of_person[person] += 1

    def _push(self, guest: LimitedSocket) -> None:
        self.leave(guest)
        guest.hang_up()


def _one_less(counted: Counter[str], key: str) -> None:
    counted[key] -= 1
    if counted[key] <= 0:
        del counted[key]


class LimitedListener(socket.socket):
    """A listening socket that sees to it before TLS, as that alone takes a quarter of a
    megabyte."""

    crowd = Connections(ConnectionLimits())

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection, as a socket does."""
        found, address = super().accept()
        return LimitedSocket.of(found, address, self.crowd), address


class LimitedSocket(socket.socket):
    """A connection that is counted as long as it is open."""

    network, peer = "", ("", 0)
    transport: asyncio.Transport | None = None
    """Once it speaks HTTP."""
    _crowd: Connections | None = None

    @classmethod
    def of(
        cls, found: socket.socket, address: tuple[Any, ...], crowd: Connections
    ) -> LimitedSocket:
        one = cls(found.family, found.type, found.proto, fileno=found.detach())
        one.network, one.peer = network_of(address[0]), (address[0], address[1])
        one._crowd = crowd
        crowd.enter(one)
        return one

    def hang_up(self) -> None:
        """End it as its owner, the loop, will find it: closed here, its number would be
        another's before the loop knows."""
        if self.transport is not None:
            self.transport.abort()
            return
        try:
            self.shutdown(socket.SHUT_RDWR)
        except OSError:  # the other end was quicker
            pass

    def close(self) -> None:
        crowd, self._crowd = self._crowd, None
        if crowd is not None:
            crowd.leave(self)
        super().close()


def proves(scope: Scope, person: str) -> None:
    """Tell that this request is that person's."""
    told = scope.get("extensions", {}).get(PROVES)
    if told is not None:
        told["tell"](person)


class TimedH11Protocol(H11Protocol):
    """uvicorn's, which waits for whatever does not come, without end."""

    bounds = ConnectionLimits()
    crowd = Connections(bounds)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._late: asyncio.TimerHandle | None = None
        self._stalls: asyncio.TimerHandle | None = None
        self._guest: LimitedSocket | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._guest = None if self.client is None else self.crowd.at(tuple(self.client))
        if self._guest is not None:
            self._guest.transport = transport
        self._wait(self.bounds.head)

    def handle_events(self) -> None:
        super().handle_events()
        if self.scope is not None:
            self.scope["extensions"] = {PROVES: {"tell": self._proved}}

    def _proved(self, person: str) -> None:
        """It is known who asks: their body may take longer, and they are not pushed out."""
        if self._guest is not None:
            self.crowd.proved(self._guest, person)
        if self._late is not None and self._is_asked and self.cycle.more_body:
            self._wait(self.bounds.long_body)

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
        """Return whether a request's head has come, and its answer is not given yet."""
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


def protocol_of(bounds: ConnectionLimits, crowd: Connections) -> type[TimedH11Protocol]:
    """The protocol with these bounds, as uvicorn wants it: a class."""
    return type("TimedByThese", (TimedH11Protocol,), {"bounds": bounds, "crowd": crowd})
