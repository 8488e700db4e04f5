"""Stand between nodes and a database, and pass on what each node's valve lets through."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from enum import Enum, auto

TICK = 1e-5
"""Seconds between two deliveries on one connection, at least."""


class Passage(Enum):
    """Name what becomes of a node's bytes."""

    OPEN = auto()
    MUTE = auto()
    """Connections stand, and nothing arrives."""
    REFUSED = auto()
    """Connections are cut, and new ones too."""


@dataclass
class Setting:
    """Hold how a node's bytes pass: whether, and how late each way."""

    passage: Passage = Passage.OPEN
    delay: float = 0.0


class Valves:
    """Listen at an address for each server, and pass on to its port. A node is known by its address."""

    def __init__(self, network, address: str, ports: dict[int, int]) -> None:
        self._settings, self.ways = dict[str, Setting](), set[_Way]()
        with network:
            self.loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self.loop.run_forever)
            self._thread.start()
        self._servers = self._wait(self._listen(address, ports))

    def set(self, node: str, passage: Passage) -> None:
        """Let a node's bytes pass so from now on."""
        self._wait(self._set(node, passage))

    def set_delay(self, node: str, delay: float) -> None:
        """Let a node's bytes arrive so late from now on, each way."""
        self.setting(node).delay = delay

    def setting(self, node: str) -> Setting:
        return self._settings.setdefault(node, Setting())

    def end(self) -> None:
        self._wait(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    def _wait(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def _set(self, node: str, passage: Passage) -> None:
        self.setting(node).passage = passage
        for way in list(self.ways):
            # What was swallowed is gone, so such a connection is of no use any more.
            is_spoilt = passage is Passage.REFUSED or way.has_swallowed
            if way.node == node and is_spoilt:
                way.transport.abort()

    async def _listen(self, address: str, ports: dict[int, int]):
        return [
            await self.loop.create_server(lambda port=port: _Way(self, port), address, own)
            for own, port in ports.items()
        ]

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for way in list(self.ways):
            way.transport.abort()
        for _ in range(10):
            await asyncio.sleep(0)


class _Way(asyncio.Protocol):
    """One half of a connection. What comes before the other half is there waits for it."""

    def __init__(self, valves: Valves, port: int, other: _Way | None = None) -> None:
        self._valves, self._port, self.other = valves, port, other
        self._early, self.node, self.has_swallowed = list[bytes](), "", False
        self._last_due = 0.0
        self.transport: asyncio.Transport

    def connection_made(self, transport) -> None:
        self.transport = transport
        self._valves.ways.add(self)
        if self.other is not None:
            self.node = self.other.node
            return
        self.node = transport.get_extra_info("peername")[0]
        if self._valves.setting(self.node).passage is Passage.REFUSED:
            transport.abort()
        else:
            self._connecting = asyncio.ensure_future(self._connect())

    async def _connect(self) -> None:
        try:
            _, self.other = await self._valves.loop.create_connection(
                lambda: _Way(self._valves, self._port, self), "127.0.0.1", self._port
            )
        except OSError:
            self.transport.abort()
            return
        for data in self._early:
            self.other.transport.write(data)

    def data_received(self, data: bytes) -> None:
        setting = self._valves.setting(self.node)
        now = self._valves.loop.time()
        if setting.passage is Passage.MUTE:
            self.has_swallowed = True
        elif setting.delay or self._last_due >= now:
            # None may overtake another one, also where the delay has changed meanwhile.
            self._last_due = max(now + setting.delay, self._last_due + TICK)
            self._valves.loop.call_at(self._last_due, self._deliver, data)
        else:
            self._deliver(data)

    def _deliver(self, data: bytes) -> None:
        if self.other is None:
            self._early.append(data)
        elif not self.other.transport.is_closing():
            self.other.transport.write(data)

    def connection_lost(self, _error) -> None:
        self._valves.ways.discard(self)
        if self.other is not None:
            self.other.transport.abort()
