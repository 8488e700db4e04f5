"""Operations on monitors and monitor states."""

from __future__ import annotations

from noroshi.core.roles import ADMIN, VIEWER
from noroshi.core.translation import _
from noroshi.operations.declaration import operation

MONITOR_SHOW = operation("monitor_show", VIEWER, help=_("Show the details of one monitor."))
LOG = operation("log", VIEWER, help=_("List events, newest first."))
CONTACTS = operation(
    "contacts", VIEWER, help=_("List the contacts and what each is notified of.")
)
TRY_MONITOR = operation(
    "try_monitor",
    ADMIN,
    help=_("Run a monitor once, as a test."),
    label=_("Monitor run on request"),
)
STATUS = operation("status", VIEWER, help=_("Show the overall status."))
SERVER_LIST = operation(
    "server_list",
    VIEWER,
    help=_("Show the servers: how each is monitored, its key values, and its last 24 hours."),
)
ROUTE_LIST = operation("route_list", VIEWER, help=_("Show the status of the routes."))
KINDS = operation("kinds", VIEWER, help=_("List the installed types."))
