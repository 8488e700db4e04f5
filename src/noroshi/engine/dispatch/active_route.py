"""A route as it is used just now."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any

from noroshi.core.mail import Route
from noroshi.core.words import Words
from noroshi.ports import Transport


@dataclass
class Way:
    """A route in use: its transport, and the slots that serve it."""

    route: Route
    transport: Transport
    slots: set[asyncio.Task[None]] = field(default_factory=set)
    sending: set[asyncio.Task[bool]] = field(default_factory=set)
    on_line: set[asyncio.Task[Any]] = field(default_factory=set)
    """Those of `sending` that wait for the other side."""
    line_is_free: asyncio.Event = field(default_factory=asyncio.Event)
    rests_until: datetime | None = None
    looking: bool = False
    over: bool = False
    """Its route was changed: nothing leaves by it any more."""
    took: float = inf
    """Seconds that the last mail took."""
    why: Words | None = None
    put_off: bool = True
    """Something may wait for it out of an earlier try, as far as is known."""

    @contextmanager
    def one_on_line(self) -> Iterator[None]:
        """While this task waits for the other side."""
        me = asyncio.current_task()
        assert me is not None, "a mail is sent by a task of its own"
        self.on_line.add(me)
        self.line_is_free.clear()
        try:
            yield
        finally:
            self.on_line.discard(me)
            if not self.on_line:
                self.line_is_free.set()

    async def break_off(self) -> None:
        """Nobody waits for the other side any more; nothing else leaves by this."""
        self.over = True
        for waiting in self.on_line:
            waiting.cancel()
        if self.on_line:
            await self.line_is_free.wait()
