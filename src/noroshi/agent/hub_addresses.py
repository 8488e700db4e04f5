"""Decide at which address an agent asks its hub: the hub may announce another one than that which
works. Nothing here waits or sends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from noroshi.link.link_messages import HubPlace

MOST_NODES = 16
"""Addresses of a hub's nodes that an agent keeps."""
TRY_AGAIN = 3600.0
"""Seconds after which an announced address is tried again that did not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAddresses:
    """Hold the addresses of a hub: `current` is where it answered last, `other` a second one that is
    known. `announced` is the one that the hub named last; `is_moving`: the hub named another one
    before, so the agent is to go over. `tried_at` is when that was tried last, by the steady clock. `nodes`
    are those of the nodes that the hub named, if it has several; they are asked only where the hub does
    not answer."""

    current: HubPlace
    other: HubPlace | None = None
    announced: HubPlace | None = None
    is_moving: bool = False
    tried_at: float | None = None
    nodes: tuple[HubPlace, ...] = ()

    def with_announced(self, place: HubPlace | None) -> HubAddresses:
        """Return the addresses after the hub announced one; None: it announces none. The first one
        changes nothing: the node joined by an address that works, and keeps it."""
        if place is None or place == self.announced:
            return self
        is_current, is_news = place == self.current, self.announced is not None
        return replace(
            self,
            announced=place,
            other=self.other if is_current else place,
            is_moving=is_news and not is_current,
            tried_at=None,
        )

    def with_nodes(self, places: Sequence[HubPlace] | None) -> HubAddresses:
        """Return the addresses after the hub named those of its nodes; None: it named none now."""
        return self if places is None else replace(self, nodes=tuple(places[:MOST_NODES]))

    def with_answer(self, place: HubPlace) -> HubAddresses:
        """Return the addresses after the hub answered at one; the one before stays known."""
        if place == self.current:
            return self
        is_moving = self.is_moving and place != self.announced
        return replace(self, current=place, other=self.current, is_moving=is_moving)

    def with_attempt(self, now: float) -> HubAddresses:
        """Return the addresses after an attempt to reach the announced one (steady clock, seconds)."""
        return replace(self, tried_at=now)

    def place_to_try(self, now: float) -> HubPlace | None:
        """Return the announced address if it is to be tried now, although the current one works."""
        is_due = self.tried_at is None or now - self.tried_at >= TRY_AGAIN
        return self.announced if self.is_moving and is_due else None

    def place_after_failure(self, failed: HubPlace) -> HubPlace:
        """Return where to ask next if the hub did not answer at an address: at each in turn."""
        known_places = (self.current, self.other, *self.nodes)
        places = list(dict.fromkeys(one for one in known_places if one is not None))
        if failed not in places:
            return self.current
        return places[(places.index(failed) + 1) % len(places)]
