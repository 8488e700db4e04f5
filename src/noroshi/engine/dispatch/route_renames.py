"""What the engine drafted by a route's old name, just before it heard of the new one."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.definitions.route_aliases import DOWN, RECENT, mails_follow, remembered
from noroshi.ports import Clocks, Store

LATE = 60.0
"""Seconds after a version was taken up in which a turn that was under way may yet draft by the
one before it."""


class Renamed:
    """Has those mails follow, for a while after each version; at first also those of an earlier
    life that died before they did."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks = store, clocks
        self._routes, self._until = frozenset[str](), 0.0
        self._recent = DOWN

    def take_up(self, routes: Iterable[str]) -> None:
        """These are the routes from now on."""
        self._routes, self._until = frozenset(routes), self._clocks.steady() + LATE

    async def follow(self) -> None:
        """Raises StoreError."""
        if self._clocks.steady() >= self._until:
            return
        ways = await remembered(self._store, self._clocks.wall(), self._recent)
        gone = {
            old: new
            for old, new in ways.items()
            if old not in self._routes and new in self._routes
        }
        await mails_follow(self._store, gone)
        self._recent = RECENT
