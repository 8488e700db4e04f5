"""The manager's pages: each asks operations, and fills a template."""

from __future__ import annotations

from starlette.routing import Route

from noroshi.web.house import House
from noroshi.web.live import Live
from noroshi.web.pages import (
    contacts,
    entering,
    files,
    first,
    first_mail,
    ledger,
    looks,
    me,
    monitor,
    monitor_settings,
    node,
    overview,
    queue,
    settings,
    telling,
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
        *first.routes(house),
        *first_mail.routes(house),
        *overview.routes(house, live),
        *monitor.routes(house, live),
        *queue.routes(house),
        *ledger.routes(house),
        *settings.routes(house),
        *me.routes(house),
        *contacts.routes(house),
        *files.routes(house),
        *node.routes(house),
        *versions.routes(house),
        *users.routes(house),
        *watched.routes(house),
        *monitor_settings.routes(house),
        *telling.routes(house),
    ]
