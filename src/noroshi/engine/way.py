"""A route as it is used just now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

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
    rests_until: datetime | None = None
    looking: bool = False
    took: float = inf
    """Seconds that the last mail took."""
    why: Words | None = None
