"""Whose rest it is: a route that is defined again begins without that of the one before it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from noroshi.engine.dispatch.missing_route import NO_ROUTE
from noroshi.ports import Resting, Store


async def left_of(store: Store, routes: Collection[str]) -> Sequence[Resting]:
    """How the routes that there are rest. Forgotten is what is of none of them: of a removed
    one, or of what stood in for it; its mails are tried at once by whatever has its name now."""
    left = list[Resting]()
    for rest in await store.resting():
        if rest.route in routes and rest.why != NO_ROUTE.fill(name=rest.route):
            left.append(rest)
        else:
            await store.probed(rest.route, None)
    return left
