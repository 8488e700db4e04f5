"""Keep for the next life which checks a stop cut off, in a store that nodes do not share.

In one that they share each monitor has it by itself (`Store.give_back`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from noroshi import schema
from noroshi.ports import Store

NAME = "unfinished-checks"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedChecks:
    """Hold when a life ended, and of monitors whose check was not done then an instant before it was
    due."""

    ended_at: datetime
    instants: Mapping[str, datetime] = field(default_factory=dict)


async def keep(store: Store, ended_at: datetime, instants: Mapping[str, datetime]) -> None:
    """Keep what a life that ends leaves unfinished. Raise StoreError."""
    checks = UnfinishedChecks(ended_at=ended_at, instants=instants)
    await store.put_value(NAME, schema.text(checks))


async def left_by_last_life(store: Store, last_seen: datetime | None) -> Mapping[str, datetime]:
    """Return what the life left that ended then; nothing if another one was killed since. Raise
    StoreError."""
    text = (await store.get_values()).get(NAME)
    if text is None:
        return {}
    try:
        checks = schema.value(UnfinishedChecks, text)
    except schema.Unreadable:
        return {}
    return checks.instants if checks.ended_at == last_seen else {}
