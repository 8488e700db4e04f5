"""Operations on this node as an agent of a hub."""

from __future__ import annotations

from noroshi.core.roles import ADMIN, VIEWER
from noroshi.core.translation import _
from noroshi.operations.declaration import operation

HUB_JOIN = operation(
    "hub_join",
    ADMIN,
    help=_("Join this node to a hub with an invitation code."),
    label=_("Joined a hub"),
    reauthenticate=True,
    secret=("code", "proxy"),
)
HUB_LEAVE = operation(
    "hub_leave",
    ADMIN,
    help=_("Disconnect this node from its hub."),
    label=_("Left the hub"),
    reauthenticate=True,
)
HUB_STATUS = operation(
    "hub_status", VIEWER, help=_("Show this node's hub, and the state of the connection to it.")
)
