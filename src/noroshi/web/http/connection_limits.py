"""Limit the resources of the node that a caller may take before logging in.

The monitoring shares this process: idle connections would take the files and sockets with which
it measures and sends. So the number of connections is bounded, and each has a time limit. A new
caller is always let in: the oldest unauthenticated connection is closed instead, of the same
address if that has reached its share. So /healthz and /readyz answer while strangers hold all
others.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import sys
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from noroshi.people.throttle import network_of

ONE_OF = 2
"""The share of this process's open files: one in two. Monitoring, mail and store need the rest."""
ONE_OF_AGENTS = 4
"""The share of agents, beside that: one file in four."""
PART = 4
"""The share of one address, and of one person: a quarter of all connections."""
MOST_OF_AGENT = 4
"""Connections of one agent: it needs two, and those of before a restart may still be open."""
PROVES = "noroshi.proves"
"""The extension of a request's scope with the function to call once it is known who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Hold the limits: `most` connections at once; `of_one` address, as long as the caller is
    not authenticated; `reserve` for new callers when all others are. In seconds: until the head
    of a request is whole, and the body, for strangers and for others; how long a connection may
    rest between two requests; how long an answer may stall. `agents`: their connections at once,
    beside the others; `agent_idle`: how long those may rest. The connections that are no agent's
    take no more than one in `one_of` of the files that this process may have open."""

    most: int = 1000
    of_one: int = 250
    reserve: int = 32
    head: float = 15.0
    body: float = 15.0
    long_body: float = 300.0
    idle: int = 30
    stall_timeout: float = 60.0
    one_of: int = ONE_OF
    agents: int = 4000
    agent_idle: int = 100

    @property
    def at_once(self) -> int:
        """Return `most`, or fewer where this process may have few files open."""
        return max(1, min(self.most, _files() // self.one_of))

    @property
    def agents_at_once(self) -> int:
        """Return `agents`, or fewer where this process may have few files open."""
        return max(1, min(self.agents, _files() // ONE_OF_AGENTS))

    @property
    def share(self) -> int:
        """Return the most connections of one address, and of one person."""
        return max(1, min(self.of_one, self.at_once // PART))


def _files() -> int:
    """Return how many files this process may have open."""
    if sys.platform == "win32":
        return sys.maxsize
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if files == resource.RLIM_INFINITY else files


class Connections:
    """Keep all connections, the oldest first, and which of them have proved who asks."""

    def __init__(self, bounds: ConnectionLimits) -> None:
        self._most, self._share, self._reserve = bounds.at_once, bounds.share, bounds.reserve
        self._strangers: dict[LimitedSocket, None] = {}
        self._person_by_socket: dict[LimitedSocket, str] = {}
        self._agent_by_socket: dict[LimitedSocket, str] = {}
        self._of_address, self._of_person = Counter[str](), Counter[str]()
        self._of_agent, self._most_of_agents = Counter[str](), bounds.agents_at_once
        self._by_peer: dict[Hashable, LimitedSocket] = {}

    def enter(self, connection: LimitedSocket) -> None:
        """Let somebody in, and somebody else out if there is no room."""
        if self._of_address[connection.network] >= self._share:
            self._push_out(
                next(one for one in self._strangers if one.network == connection.network)
            )
        elif len(self._strangers) >= max(
            self._reserve, self._most - len(self._person_by_socket)
        ):
            self._push_out(next(iter(self._strangers)))
        self._strangers[connection] = None
        self._of_address[connection.network] += 1
        self._by_peer[connection.peer] = connection

    def leave(self, connection: LimitedSocket) -> None:
        """Forget a connection that is closed, or as good as closed."""
        if self._by_peer.get(connection.peer) is connection:
            del self._by_peer[connection.peer]
        if connection in self._strangers:
            del self._strangers[connection]
            _decrement(self._of_address, connection.network)
        elif (person := self._person_by_socket.pop(connection, None)) is not None:
            _decrement(self._of_person, person)
        elif (agent := self._agent_by_socket.pop(connection, None)) is not None:
            _decrement(self._of_agent, agent)

    @property
    def open(self) -> Sequence[LimitedSocket]:
        """Return all connections."""
        return [*self._strangers, *self._person_by_socket, *self._agent_by_socket]

    def at(self, peer: Hashable) -> LimitedSocket | None:
        """Return the connection of that peer, as long as it counts."""
        return self._by_peer.get(peer)

    def mark_known(self, connection: LimitedSocket, person: str) -> None:
        """Keep a connection from being pushed out, as somebody known uses it. Beyond the share
        of one person, or the limit of all, it can still be pushed out."""
        full = (
            len(self._person_by_socket) >= self._most or self._of_person[person] >= self._share
        )
        if connection not in self._strangers or full:
            return
        del self._strangers[connection]
        _decrement(self._of_address, connection.network)
        self._person_by_socket[connection] = person
        self._of_person[person] += 1

    def mark_agent(self, connection: LimitedSocket, agent: str) -> bool:
        """Count a connection apart from those of people, as a verified agent uses it; return
        whether it is. Beyond the share of one agent, its oldest connection is closed."""
        if connection in self._agent_by_socket:
            return True
        if connection not in self._strangers:
            return False
        if self._of_agent[agent] >= MOST_OF_AGENT:
            agents = self._agent_by_socket.items()
            self._push_out(next(one for one, name in agents if name == agent))
        if len(self._agent_by_socket) >= self._most_of_agents:
            return False
        del self._strangers[connection]
        _decrement(self._of_address, connection.network)
        self._agent_by_socket[connection] = agent
        self._of_agent[agent] += 1
        return True

    def _push_out(self, connection: LimitedSocket) -> None:
        self.leave(connection)
        connection.hang_up()


def _decrement(counts: Counter[str], key: str) -> None:
    counts[key] -= 1
    if counts[key] <= 0:
        del counts[key]


class LimitedListener(socket.socket):
    """Count connections before TLS, as that alone takes a quarter of a megabyte."""

    open_connections = Connections(ConnectionLimits())
    _lacked_file = False

    def accept(self) -> tuple[socket.socket, Any]:
        """Accept a connection, as a socket does. Without a free file it is said once that there is
        none, and then that nobody comes: the loop would ask 2,048 times and log each."""
        if self._lacked_file:
            self._lacked_file = False
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        try:
            accepted, address = super().accept()
        except OSError as error:
            self._lacked_file = error.errno in (errno.EMFILE, errno.ENFILE)
            raise
        return LimitedSocket.from_accepted(accepted, address, self.open_connections), address


class LimitedSocket(socket.socket):
    """Count a connection as long as it is open."""

    network, peer = "", ("", 0)
    transport: asyncio.Transport | None = None
    """The transport, once the connection speaks HTTP."""
    _connections: Connections | None = None

    @classmethod
    def from_accepted(
        cls, accepted: socket.socket, address: tuple[Any, ...], connections: Connections
    ) -> Self:
        limited = cls(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        limited.network, limited.peer = network_of(address[0]), (address[0], address[1])
        limited._connections = connections
        connections.enter(limited)
        return limited

    def hang_up(self) -> None:
        """Shut the connection down, and let the event loop, which owns it, close it: after a
        close here the number of the socket would be another connection's before the loop
        knows."""
        if self.transport is not None:
            self.transport.abort()
            return
        try:
            self.shutdown(socket.SHUT_RDWR)
        except OSError:  # the other end was quicker
            pass

    def close(self) -> None:
        connections, self._connections = self._connections, None
        if connections is not None:
            connections.leave(self)
        super().close()


class RelayedSocket(LimitedSocket):
    """Stand for a connection that another node passes on: its peer is who connected to that node."""

    def getpeername(self) -> tuple[str, int]:
        """Return the address and the port of who connected."""
        return self.peer


def report_agent(scope: Scope, agent: str) -> None:
    """Report the agent that signed this request."""
    extension = scope.get("extensions", {}).get(PROVES)
    if extension is not None:
        extension["tell_agent"](agent)


def report_person(scope: Scope, person: str) -> None:
    """Report the person of this request."""
    extension = scope.get("extensions", {}).get(PROVES)
    if extension is not None:
        extension["tell"](person)


class TimedH11Protocol(H11Protocol):
    """Set deadlines for requests and answers, which uvicorn's protocol has not."""

    bounds = ConnectionLimits()
    open_connections = Connections(bounds)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._stall_timer: asyncio.TimerHandle | None = None
        self._socket: LimitedSocket | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._socket = (
            None if self.client is None else self.open_connections.at(tuple(self.client))
        )
        if self._socket is not None:
            self._socket.transport = transport
        self._set_deadline(self.bounds.head)

    def handle_events(self) -> None:
        super().handle_events()
        if self.scope is not None:
            self.scope["extensions"] = {
                PROVES: {"tell": self._mark_known, "tell_agent": self._mark_agent}
            }

    def _mark_known(self, person: str) -> None:
        """Give the body more time, and keep the connection, once it is known who asks."""
        if self._socket is not None:
            self.open_connections.mark_known(self._socket, person)
        self._give_body_time()

    def _mark_agent(self, agent: str) -> None:
        """Keep the connection longer between two requests, as a new one costs a handshake."""
        if self._socket is not None and self.open_connections.mark_agent(self._socket, agent):
            self.timeout_keep_alive = self.bounds.agent_idle
        self._give_body_time()

    def _give_body_time(self) -> None:
        if self._deadline is not None and self._is_request_open and self.cycle.more_body:
            self._set_deadline(self.bounds.long_body)

    def data_received(self, data: bytes) -> None:
        if self._deadline is None and not self._is_request_open:
            self._set_deadline(self.bounds.head)
        was_open = self._is_request_open
        super().data_received(data)
        if self._is_request_open and not was_open:
            self._set_deadline(self.bounds.body)
        if self._is_request_open and not self.cycle.more_body:
            self._clear_deadline()

    def on_response_complete(self) -> None:
        self._clear_deadline()
        super().on_response_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stall_timer = self.loop.call_later(self.bounds.stall_timeout, self._abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._clear_deadline()
        super().connection_lost(exc)
        if self._stall_timer is not None:
            self._stall_timer.cancel()

    @property
    def _is_request_open(self) -> bool:
        """Return True from the end of a request's head until the answer is complete."""
        return self.cycle is not None and not self.cycle.response_complete

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self._abort)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _abort(self) -> None:
        self.transport.abort()


def protocol_of(bounds: ConnectionLimits, connections: Connections) -> type[TimedH11Protocol]:
    """Return the protocol with these bounds, as uvicorn wants it: a class."""
    return type(
        "TimedByThese", (TimedH11Protocol,), {"bounds": bounds, "open_connections": connections}
    )
