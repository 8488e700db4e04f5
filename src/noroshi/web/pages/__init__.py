"""The manager's pages: each asks operations, and fills a template."""

from __future__ import annotations

from starlette.routing import Route

from noroshi.web.context import WebContext
from noroshi.web.http.oauth_redirects import Returns
from noroshi.web.pages import (
    alarms,
    appearance,
    blueprints,
    contacts,
    copy_move,
    definition_files,
    first_mail,
    first_sign_in,
    first_steps,
    instances,
    ledger,
    login,
    mail,
    maintenance,
    monitor,
    monitor_settings,
    monitors,
    node,
    oauth_landing,
    overview,
    own_account,
    queue,
    rename,
    route,
    route_edit,
    route_new,
    rules,
    run_now,
    settings,
    users,
    versions,
)
from noroshi.web.view.live_updates import Live


def routes(house: WebContext) -> list[Route]:
    """All pages; a new one is a module here with `routes`, and a line below."""
    live, returns = Live(house), Returns(house.service.now)
    return [
        oauth_landing.Landing(house, returns),
        *login.routes(house),
        *appearance.routes(house),
        *first_steps.routes(house),
        *first_mail.routes(house),
        *first_sign_in.routes(house, returns),
        *overview.routes(house, live),
        *monitor.routes(house, live),
        *alarms.routes(house, live),
        *maintenance.routes(house, live),
        *instances.routes(house, live),
        *copy_move.routes(house, live),
        *blueprints.routes(house, live),
        *run_now.routes(house),
        *mail.routes(house),
        *route_new.routes(house),
        *route_edit.routes(house),
        *route.routes(house, returns),
        *queue.routes(house, live),
        *ledger.routes(house),
        *settings.routes(house),
        *own_account.routes(house),
        *contacts.routes(house),
        *definition_files.routes(house),
        *rename.routes(house),
        *node.routes(house),
        *versions.routes(house),
        *users.routes(house),
        *monitors.routes(house),
        *monitor_settings.routes(house),
        *rules.routes(house),
    ]
