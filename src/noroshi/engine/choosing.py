"""What a slot takes next: an envelope by itself, or the digest that it becomes a part of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.digest import digest, joined, may_join
from noroshi.core.mail import Envelope, Parcel, Route
from noroshi.engine.pacing import Pacing
from noroshi.ports import Clocks, Node, Store, StoreError

Together = Callable[[Sequence[Envelope], datetime], Mapping[str, Any]]
"""What a digest of these envelopes says: its payload."""
FRESH = timedelta(minutes=1)
PAUSE = timedelta(seconds=1)


class Choosing:
    """Claims from the store, as far as the pace allows."""

    def __init__(
        self, store: Store, clocks: Clocks, pacing: Pacing, together: Together
    ) -> None:
        self._store, self._clocks = store, clocks
        self._pacing, self._together = pacing, together

    async def next(self, node: Node, route: Route) -> Parcel | None:
        """The next that leaves by this route now; None: nothing may, or nothing waits."""
        while True:
            now = self._clocks.wall()
            but = self._pacing.gathering(now)
            parcel = await self._store.claim_parcel(node, route.name, now, but)
            if parcel is None or await self._chosen(parcel, route):
                return parcel

    async def _chosen(self, parcel: Parcel, route: Route) -> bool:
        """Raises StoreError; then the parcel is no longer lent, or it would be missed for as
        long as its lease."""
        try:
            return await self._goes_alone(parcel, route)
        except StoreError:
            await self.let_go(parcel)
            raise

    async def let_go(self, parcel: Parcel) -> None:
        """Try until it is known: given back, or in a digest of which only the answer was lost."""
        while True:
            try:
                await self._store.give_back(parcel, self._clocks.wall())
                return
            except StoreError:
                await self._store.wait(PAUSE)

    async def _goes_alone(self, parcel: Parcel, route: Route) -> bool:
        """Else it joined a digest, or waits until its contact can read one more."""
        envelope, now = parcel.envelope, self._clocks.wall()
        if not may_join(envelope):
            return True
        singles = self._pacing.singles(route, envelope, now)
        if singles is None and now - envelope.born < FRESH:
            return True  # nothing of it can have ended, nor been missed
        if singles == 0:  # another slot has what its contact may get now
            await self._store.give_back(parcel, now)
            return False
        with self._pacing.one_for(envelope.contact):  # for those who choose meanwhile
            members = joined(envelope, await self._store.pile(parcel), now, singles)
            return not members or not await self._join(parcel, members, now)

    async def _join(self, parcel: Parcel, members: Sequence[Envelope], now: datetime) -> bool:
        told = self._together(members, now)
        return await self._store.join(parcel, digest(members, told, now))
