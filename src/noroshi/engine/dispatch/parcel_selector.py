"""Select the next mail of a route: an envelope by itself, or the digest that it joins."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from noroshi.core.delivery import Fate, SetAside
from noroshi.core.digest import (
    digest,
    digest_members,
    follow_up_members,
    may_be_followed_up,
    may_join,
)
from noroshi.core.mail import Envelope, Lane, Parcel, Receipt, Route
from noroshi.core.translation import NOTHING
from noroshi.engine import journal
from noroshi.engine.dispatch.rate_limiter import RateLimiter
from noroshi.engine.dispatch.send_rights import SendRights, no_rights
from noroshi.ports import Clocks, Node, Store, StoreError

DigestPayload = Callable[[Sequence[Envelope], datetime], Mapping[str, Any]]
"""Return the payload of a digest of these envelopes."""
NoticesOfAttempt = Callable[[Parcel, Receipt, Fate], tuple[Envelope, ...]]
"""Return the notices of how an attempt ended; they are written down with it."""
MayLeave = Callable[[Parcel, Route], Awaitable[bool]]
FRESH_AGE = timedelta(minutes=1)
PAUSE = timedelta(seconds=1)


class ParcelSelector:
    """Claim parcels from the store, as far as the rate limiter allows."""

    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        limiter: RateLimiter,
        digest_payload: DigestPayload,
        notices: NoticesOfAttempt,
        send_rights: SendRights = no_rights,
    ) -> None:
        self._store, self._clocks, self._limiter = store, clocks, limiter
        self._send_rights = send_rights
        self._digest_payload, self._notices = digest_payload, notices

    async def claim(self, node: Node, route: Route) -> Parcel | None:
        """Return the next parcel that leaves by this route now; None: nothing may, or nothing
        waits. Raises StoreError."""
        while True:
            now = self._clocks.wall()
            full_contacts = self._limiter.full_contacts(route, now)
            parcel = await self._store.claim_parcel(
                node,
                route.name,
                now,
                full_contacts.for_all,
                full_contacts.for_less_urgent,
                self._send_rights(),
            )
            if parcel is None:
                return None
            # Of these it is lent as urgent alone, be it for what waits behind it and is held.
            urgent = parcel.envelope.contact in full_contacts.for_less_urgent
            is_alone = partial(self._leaves_alone, lent_as_urgent=urgent)
            may_leave = is_alone if parcel.read_error is None else self._quarantine
            if await self._is_selected(parcel, route, may_leave):
                return parcel

    async def _is_selected(self, parcel: Parcel, route: Route, may_leave: MayLeave) -> bool:
        """Return whether the parcel leaves. Raises StoreError; then the parcel is no longer lent,
        or it would be missed for as long as its lease."""
        try:
            return await may_leave(parcel, route)
        except StoreError:
            await self.release(parcel)
            raise

    async def release(self, parcel: Parcel) -> None:
        """Give a parcel back. Try until it is known that it was, or that it is in a digest of which
        only the answer was lost."""
        while True:
            try:
                await self._store.release_lease(parcel, self._clocks.wall())
                return
            except StoreError:
                await self._store.wait(PAUSE)

    async def _quarantine(self, parcel: Parcel, _route: Route) -> bool:
        """Set an envelope aside that cannot be read: it is our own fault, and the route goes on
        without it."""
        reason, now = parcel.read_error or NOTHING, self._clocks.wall()
        fate = SetAside(reason)
        notices = self._notices(parcel, Receipt(at=now, answers={}), fate)
        await self._store.quarantine(parcel, reason, now, notices)
        journal.attempt_settled(parcel, fate)
        return False

    async def _leaves_alone(
        self, parcel: Parcel, route: Route, *, lent_as_urgent: bool
    ) -> bool:
        """Return False where it joined a digest, or waits until the contact can read one more."""
        envelope, now = parcel.envelope, self._clocks.wall()
        if not may_join(envelope):
            return not await self._joins_followers(parcel, now)
        singles_left = self._limiter.singles_left(route, envelope, now)
        if singles_left is None and now - envelope.born < FRESH_AGE:
            return True  # nothing of it can have ended, nor been missed
        urgent = self._limiter.singles_left(route, envelope, now, urgent=True)
        with self._limiter.reserve_contact(envelope.contact):  # for those who choose meanwhile
            pending = await self._store.pending_for(parcel)
            is_urgent = lent_as_urgent or any(one.lane is Lane.CRITICAL for one in pending)
            if singles_left == 0 and is_urgent:
                singles_left = urgent
            if singles_left == 0:  # another worker has what its contact may get now
                await self._store.release_lease(parcel, now)
                return False
            members = digest_members(envelope, pending, now, singles_left)
            return not members or not await self._join(parcel, members, now)

    async def _joins_followers(self, parcel: Parcel, now: datetime) -> bool:
        """Join an envelope that was tried in vain with what waits behind it, as a new mail: the
        monitors of those alarms would be silent for as long as nobody takes the old one. All
        other envelopes are spared the question, which reads whatever waits for a contact: in a
        queue of thousands once for each."""
        if not may_be_followed_up(parcel.envelope):
            return False
        members = follow_up_members(parcel.envelope, await self._store.pending_for(parcel))
        return bool(members) and await self._join(parcel, members, now)

    async def _join(self, parcel: Parcel, members: Sequence[Envelope], now: datetime) -> bool:
        payload = self._digest_payload(members, now)
        digest_mail = digest(members, payload, now, attempted_envelope=parcel.envelope)
        return await self._store.replace_by_digest(parcel, digest_mail)
