"""Redirect mail that was drafted by a route's old name just before the engine heard of the new."""

from __future__ import annotations

from collections.abc import Iterable

from noroshi.definitions.route_aliases import (
    LONGEST_DOWN,
    RECENT,
    readdress_mails,
    recent_aliases,
)
from noroshi.ports import Clocks, Store

GRACE_SECONDS = 60.0
"""Seconds after a version came into use in which a check that was under way may yet draft by the
one before it."""


class RouteRenames:
    """Redirect mails of renamed routes for a while after each version; at first also those of
    an earlier life that died before it did so."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks = store, clocks
        self._routes, self._valid_until = frozenset[str](), 0.0
        self._recent = LONGEST_DOWN

    def configure(self, routes: Iterable[str]) -> None:
        """Redirect to these routes from now on."""
        self._routes, self._valid_until = (
            frozenset(routes),
            self._clocks.steady() + GRACE_SECONDS,
        )

    async def redirect(self) -> None:
        """Move waiting mail from the old names to the new ones. Raises StoreError."""
        if self._clocks.steady() >= self._valid_until:
            return
        new_names = await recent_aliases(self._store, self._clocks.wall(), self._recent)
        mail_by_new_route = {
            old_name: new_name
            for old_name, new_name in new_names.items()
            if old_name not in self._routes and new_name in self._routes
        }
        await readdress_mails(self._store, mail_by_new_route)
        self._recent = RECENT
