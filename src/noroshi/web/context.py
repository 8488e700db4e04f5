"""Hold the base of the manager: the operations, the people, and the allowed host names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from noroshi.config.web import PORT
from noroshi.core.translation import Message
from noroshi.people import People
from noroshi.service import Service

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


async def _always_ready() -> Message | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebContext:
    """Hold the objects that every request needs. `news` is called after a change that the
    engine should see; `ready` returns why the node does not monitor or cannot write (None: it
    does); `secure`: the manager speaks TLS; `port`: the port of the manager (0: unknown); once
    `closing` is set, live streams end."""

    service: Service
    people: People
    news: Callable[[], None] = lambda: None
    ready: Callable[[], Awaitable[Message | None]] = _always_ready
    name: str = "node"
    secure: bool = False
    port: int = 0
    hosts: frozenset[str] = OWN_NAMES
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def cookie(self) -> str:
        """Return the name of the cookie with a session's key. Under TLS no other host, and
        nobody without TLS, can set one of that name (RFC 6265bis, 4.1.3.2). The port is in it,
        as cookies know none (RFC 6265, 8.5): else whoever logs in to a second node on the same
        computer would be logged out of the first."""
        name = "noroshi" if self.port in (0, PORT) else f"noroshi-{self.port}"
        return f"__Host-{name}" if self.secure else name

    @property
    def device_cookie(self) -> str:
        """Return the name of the cookie by which a browser is known at the next log-in."""
        return f"{self.cookie}-known"
