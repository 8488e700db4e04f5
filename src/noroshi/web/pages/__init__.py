"""Serve the manager's pages: each runs operations, and fills a template."""

from __future__ import annotations

from starlette.routing import Route

from noroshi.web.context import WebContext
from noroshi.web.http.oauth_redirects import ExpectedRedirects
from noroshi.web.pages import (
    add_server,
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
    search_page,
    server_watch,
    servers,
    settings,
    users,
    versions,
)
from noroshi.web.view.live_updates import Live


def routes(web: WebContext) -> list[Route]:
    """Return the routes of all pages; a new one is a module here with `routes`, and a line
    below."""
    live, returns = Live(web), ExpectedRedirects(web.service.now)
    return [
        oauth_landing.Landing(web, returns),
        *login.routes(web),
        *appearance.routes(web),
        *first_steps.routes(web),
        *first_mail.routes(web),
        *first_sign_in.routes(web, returns),
        *overview.routes(web, live),
        *monitor.routes(web, live),
        *alarms.routes(web, live),
        *maintenance.routes(web, live),
        *instances.routes(web, live),
        *copy_move.routes(web, live),
        *blueprints.routes(web, live),
        *run_now.routes(web),
        *mail.routes(web),
        *route_new.routes(web),
        *route_edit.routes(web),
        *route.routes(web, returns),
        *queue.routes(web, live),
        *ledger.routes(web),
        *add_server.routes(web, live),
        *servers.routes(web, live),
        *server_watch.routes(web, live),
        *search_page.routes(web, live),
        *settings.routes(web),
        *own_account.routes(web),
        *contacts.routes(web),
        *definition_files.routes(web),
        *rename.routes(web),
        *node.routes(web),
        *versions.routes(web),
        *users.routes(web),
        *monitors.routes(web),
        *monitor_settings.routes(web),
        *rules.routes(web),
    ]
