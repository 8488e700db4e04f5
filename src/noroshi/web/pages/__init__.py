"""The manager's pages: each asks operations, and fills a template."""

from __future__ import annotations

from starlette.routing import Route

from noroshi.web.context import House
from noroshi.web.http.oauth_redirects import Returns
from noroshi.web.pages import (
    adding,
    alarms,
    contacts,
    entering,
    files,
    first,
    first_mail,
    first_sign_in,
    ledger,
    looks,
    mailing,
    mailing_edit,
    mailing_landing,
    mailing_new,
    mailing_route,
    maintenance,
    me,
    monitor,
    monitor_settings,
    naming,
    node,
    overview,
    parts,
    placing,
    queue,
    settings,
    telling,
    trying,
    users,
    versions,
    watched,
)
from noroshi.web.view.live_updates import Live


def routes(house: House) -> list[Route]:
    """All pages; a new one is a module here with `routes`, and a line below."""
    live, returns = Live(house), Returns(house.service.now)
    return [
        mailing_landing.Landing(house, returns),
        *entering.routes(house),
        *looks.routes(house),
        *first.routes(house),
        *first_mail.routes(house),
        *first_sign_in.routes(house, returns),
        *overview.routes(house, live),
        *monitor.routes(house, live),
        *alarms.routes(house, live),
        *maintenance.routes(house, live),
        *parts.routes(house, live),
        *placing.routes(house, live),
        *adding.routes(house, live),
        *trying.routes(house),
        *mailing.routes(house),
        *mailing_new.routes(house),
        *mailing_edit.routes(house),
        *mailing_route.routes(house, returns),
        *queue.routes(house, live),
        *ledger.routes(house),
        *settings.routes(house),
        *me.routes(house),
        *contacts.routes(house),
        *files.routes(house),
        *naming.routes(house),
        *node.routes(house),
        *versions.routes(house),
        *users.routes(house),
        *watched.routes(house),
        *monitor_settings.routes(house),
        *telling.routes(house),
    ]
