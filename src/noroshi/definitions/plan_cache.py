"""Keep the plan of the latest version: it is compiled once for all in this process who need it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from noroshi.definitions.compilation import Kinds, Plan, compile_plan
from noroshi.ports import Version

Offload = Callable[[Callable[[], Plan]], Awaitable[Plan]]
"""Does work of seconds off the loop."""


class PlanCache:
    """Give engine and operations the same plan of a version."""

    def __init__(self, kinds: Kinds, offload: Offload = asyncio.to_thread) -> None:
        self._kinds, self._offload = kinds, offload
        self._latest: tuple[tuple[int, int], Plan] | None = None
        self._compiling = asyncio.Lock()

    async def plan_of(self, version: Version) -> Plan:
        """Return the plan of a version. Raise schema.Invalid if it has none (any more: a kind was
        uninstalled, say)."""
        key = _key(version)
        async with self._compiling:  # once for all who ask meanwhile
            if self._latest is not None and self._latest[0] == key:
                return self._latest[1]
            plan = await self._offload(lambda: compile_plan(version.documents, self._kinds))
            self._latest = key, plan
            return plan

    def keep(self, version: Version, plan: Plan) -> None:
        """Keep the plan that a version was checked by, before that is published: whoever waits for
        the version may ask before the publisher goes on."""
        self._latest = _key(version), plan


def _key(version: Version) -> tuple[int, int]:
    """Return the number, and the documents' hash: of two who publish at a time one gets the
    number, and the documents themselves may be megabytes that nobody else needs."""
    return version.number, hash(version.documents)
