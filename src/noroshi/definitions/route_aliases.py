"""Redirect mails to a renamed route: those that name the old name go by the new one, also those
that were drafted while the version with the new name was on its way to the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi import schema
from noroshi.ports import Store

Aliases = Mapping[str, str]
"""New names of routes by those that were."""
NOTE = "routes renamed"
RECENT = timedelta(minutes=10)
"""The time for which an old name is remembered: a turn that began before the renaming was known
is over by then."""
LONGEST_DOWN = timedelta(days=7)
"""The longest that a node may have been down that died before its mails had the new name."""


@dataclass(frozen=True, slots=True)
class _Alias:
    name: str
    at: datetime


def by_new_names(routes: Iterable[str], aliases: Aliases) -> tuple[str, ...]:
    """Return the routes as they are called now, each once: a mail may name one that is gone,
    and whose name another one has by now."""
    return tuple(dict.fromkeys(aliases.get(route, route) for route in routes))


async def readdress_mails(store: Store, aliases: Aliases) -> None:
    """Let waiting mails go by the new name of their route. A mail that is being sent at this
    very moment is left. Raises StoreError."""
    for one in await store.queue() if aliases else ():
        routes = one.envelope.routes
        if aliases.keys() & set(routes):
            new_routes = by_new_names(routes, aliases)
            await store.readdress(one.envelope.id, (), new_routes, reset=False)


async def remember(store: Store, aliases: Aliases, now: datetime) -> None:
    """Store the aliases for the engine, with those that were stored a moment ago. Raises
    StoreError."""
    earlier_aliases = await _recent_aliases(store, now)
    records = {
        old: replace(one, name=aliases.get(one.name, one.name))
        for old, one in earlier_aliases.items()
        if old not in aliases.values()
    }
    records |= {old: _Alias(new, now) for old, new in aliases.items()}
    await store.put_value(NOTE, schema.text(records))


async def recent_aliases(
    store: Store, now: datetime, recent: timedelta = RECENT
) -> dict[str, str]:
    """Return the renamings of the last minutes. Raises StoreError."""
    return {old: one.name for old, one in (await _recent_aliases(store, now, recent)).items()}


async def _recent_aliases(
    store: Store, now: datetime, recent: timedelta = RECENT
) -> dict[str, _Alias]:
    text = (await store.get_values()).get(NOTE)
    records = schema.value(dict[str, _Alias], text) if text else {}
    return {old: one for old, one in records.items() if now - one.at < recent}
