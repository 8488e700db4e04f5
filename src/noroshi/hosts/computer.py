"""Look at this node's computer once for all monitors of it that are due within a second.

Many instances may be one computer, each with an address or a time zone of its own, and so with
a `Host` of its own: one snapshot serves them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from noroshi.hosts import counters
from noroshi.hosts.processes import running_processes
from noroshi.hosts.snapshot_cache import SharedSnapshot, SyncSnapshot
from noroshi.hosts.threads import run_in_thread
from noroshi.hosts.volumes import Volumes
from noroshi.ports import Memory, Process, Volume


class Computer:
    """`steady` is the monotonic clock, in seconds. Each look raises what it stumbles over."""

    def __init__(
        self,
        steady: Callable[[], float],
        *,
        volumes: Volumes | None = None,
        processes: Callable[[], Sequence[Process]] = running_processes,
        memory: Callable[[], Memory] = counters.memory,
    ) -> None:
        read_volumes = (volumes or Volumes()).read
        self._volumes = SharedSnapshot(lambda: asyncio.ensure_future(read_volumes()), steady)
        self._processes = SharedSnapshot(lambda: run_in_thread(processes), steady)
        self._memory = SyncSnapshot(memory, steady)

    async def volumes(self) -> Sequence[Volume]:
        """Return the volumes that answer. Raises Unmeasurable."""
        return await self._volumes.ask()

    async def processes(self) -> Sequence[Process]:
        """Return all processes that run. Raises OSError."""
        return await self._processes.ask()

    def memory(self) -> Memory:
        """Return the total and the free memory. Raises Unmeasurable."""
        return self._memory.ask()
