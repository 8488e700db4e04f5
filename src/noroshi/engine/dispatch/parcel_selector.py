"""What a slot takes next: an envelope by itself, or the digest that it becomes a part of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from noroshi.core.delivery import Fate, SetAside
from noroshi.core.digest import digest, followed_up, joined, may_join
from noroshi.core.mail import Envelope, Lane, Parcel, Receipt, Route
from noroshi.core.words import NOTHING
from noroshi.engine import journal
from noroshi.engine.dispatch.rate_limiter import Pacing
from noroshi.ports import Clocks, Node, Store, StoreError

Together = Callable[[Sequence[Envelope], datetime], Mapping[str, Any]]
"""What a digest of these envelopes says: its payload."""
Told = Callable[[Parcel, Receipt, Fate], tuple[Envelope, ...]]
"""The envelopes that tell of an attempt's end; they are written down with it."""
Ask = Callable[[Parcel, Route], Awaitable[bool]]
FRESH = timedelta(minutes=1)
PAUSE = timedelta(seconds=1)


class Choosing:
    """Claims from the store, as far as the pace allows."""

    def __init__(
        self, store: Store, clocks: Clocks, pacing: Pacing, together: Together, told: Told
    ) -> None:
        self._store, self._clocks = store, clocks
        self._pacing, self._together, self._told = pacing, together, told

    async def next(self, node: Node, route: Route) -> Parcel | None:
        """The next that leaves by this route now; None: nothing may, or nothing waits."""
        while True:
            now = self._clocks.wall()
            wait = self._pacing.gathering(route, now)
            parcel = await self._store.claim_parcel(
                node, route.name, now, wait.everything, wait.less_urgent
            )
            if parcel is None:
                return None
            # Of these it is lent as urgent alone, be it for what waits behind it and is held.
            urgent = parcel.envelope.contact in wait.less_urgent
            alone = partial(self._goes_alone, lent_as_urgent=urgent)
            ask = alone if parcel.unread is None else self._is_whole
            if await self._chosen(parcel, route, ask):
                return parcel

    async def _chosen(self, parcel: Parcel, route: Route, ask: Ask) -> bool:
        """Raises StoreError; then the parcel is no longer lent, or it would be missed for as
        long as its lease."""
        try:
            return await ask(parcel, route)
        except StoreError:
            await self.let_go(parcel)
            raise

    async def let_go(self, parcel: Parcel) -> None:
        """Try until it is known: given back, or in a digest of which only the answer was lost."""
        while True:
            try:
                await self._store.release_lease(parcel, self._clocks.wall())
                return
            except StoreError:
                await self._store.wait(PAUSE)

    async def _is_whole(self, parcel: Parcel, _route: Route) -> bool:
        """It is not, and is put by: it is our own fault, and the route goes on without it."""
        why, now = parcel.unread or NOTHING, self._clocks.wall()
        its = SetAside(why)
        told = self._told(parcel, Receipt(at=now, answers={}), its)
        await self._store.quarantine(parcel, why, now, told)
        journal.settled(parcel, its)
        return False

    async def _goes_alone(self, parcel: Parcel, route: Route, *, lent_as_urgent: bool) -> bool:
        """Else it joined a digest, or waits until its contact can read one more."""
        envelope, now = parcel.envelope, self._clocks.wall()
        if not may_join(envelope):
            return not await self._is_followed_up(parcel, now)
        singles = self._pacing.singles(route, envelope, now)
        if singles is None and now - envelope.born < FRESH:
            return True  # nothing of it can have ended, nor been missed
        urgent = self._pacing.singles(route, envelope, now, urgent=True)
        with self._pacing.one_for(envelope.contact):  # for those who choose meanwhile
            pile = await self._store.pending_for(parcel)
            is_urgent = lent_as_urgent or any(one.lane is Lane.CRITICAL for one in pile)
            if singles == 0 and is_urgent:
                singles = urgent
            if singles == 0:  # another slot has what its contact may get now
                await self._store.release_lease(parcel, now)
                return False
            members = joined(envelope, pile, now, singles)
            return not members or not await self._join(parcel, members, now)

    async def _is_followed_up(self, parcel: Parcel, now: datetime) -> bool:
        """Whether one that was tried in vain is told with what waits behind it, as a new mail:
        its monitors would be silent for as long as nobody takes the old one."""
        members = followed_up(parcel.envelope, await self._store.pending_for(parcel))
        return bool(members) and await self._join(parcel, members, now)

    async def _join(self, parcel: Parcel, members: Sequence[Envelope], now: datetime) -> bool:
        told = self._together(members, now)
        return await self._store.replace_by_digest(parcel, digest(members, told, now))
