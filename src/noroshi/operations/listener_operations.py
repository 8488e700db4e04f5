"""Operations on the listener for agents."""

from __future__ import annotations

from noroshi.core.roles import ADMIN
from noroshi.core.translation import _
from noroshi.operations.declaration import operation

AGENTS_LISTENER = operation(
    "agents_listener",
    ADMIN,
    help=_("Show the address at which agents reach this node."),
    label=_("Address for agents shown"),
    changes=False,
)
AGENTS_LISTEN = operation(
    "agents_listen",
    ADMIN,
    help=_("Open an address for agents alone."),
    label=_("Address for agents opened"),
    button=_("Open the address for agents"),
    reauthenticate=True,
)
AGENTS_LISTEN_STOP = operation(
    "agents_listen_stop",
    ADMIN,
    help=_("Close the address for agents."),
    label=_("Address for agents closed"),
    button=_("Close the address for agents"),
    reauthenticate=True,
)
