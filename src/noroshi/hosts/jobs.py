"""Read what jobs report of themselves: one look at the store serves all who ask within a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from noroshi.core.translation import _
from noroshi.hosts.snapshot_cache import SharedSnapshot
from noroshi.ports import Beat, StoreError, Unmeasurable

Beats = Callable[[], Coroutine[Any, Any, Mapping[str, Beat]]]
UNREADABLE = _("the job reports cannot be read from the store: {why}")


class Jobs:
    """Hold the last report of each job; `read` asks the store for all of them."""

    def __init__(self, read: Beats, steady: Callable[[], float]) -> None:
        self._beats = SharedSnapshot(lambda: asyncio.ensure_future(read()), steady)

    async def beat(self, job: str) -> Beat | None:
        """Return what a job last reported; raise Unmeasurable while the store cannot be read."""
        try:
            return (await self._beats.ask()).get(job)
        except StoreError as error:
            raise Unmeasurable(UNREADABLE.fill(why=error.words)) from error


async def no_beats() -> Mapping[str, Beat]:
    """Return the reports where no job reports."""
    return {}
