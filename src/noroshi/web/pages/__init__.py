"""The manager's pages: each asks operations, and fills a template."""

from __future__ import annotations

from starlette.routing import Route

from noroshi.web.house import House
from noroshi.web.live import Live
from noroshi.web.pages import (
    adding,
    alarms,
    entering,
    ledger,
    looks,
    maintenance,
    monitor,
    monitor_settings,
    overview,
    parts,
    placing,
    queue,
    telling,
    trying,
    users,
    versions,
    watched,
)


def routes(house: House) -> list[Route]:
    """All pages; a new one is a module here with `routes`, and a line below."""
    live = Live(house)
    return [
        *entering.routes(house),
        *looks.routes(house),
        *overview.routes(house, live),
        *monitor.routes(house, live),
        *alarms.routes(house, live),
        *maintenance.routes(house),
        *parts.routes(house, live),
        *placing.routes(house, live),
        *adding.routes(house, live),
        *trying.routes(house),
        *queue.routes(house),
        *ledger.routes(house),
        *versions.routes(house),
        *users.routes(house),
        *watched.routes(house),
        *monitor_settings.routes(house),
        *telling.routes(house),
    ]
