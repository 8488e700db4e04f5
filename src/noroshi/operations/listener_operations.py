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
    help=_("Listen for agents on a separate port."),
    label=_("Listening for agents started"),
    button=_("Start listening for agents"),
    reauthenticate=True,
)
AGENTS_LISTEN_STOP = operation(
    "agents_listen_stop",
    ADMIN,
    help=_("Stop listening for agents."),
    label=_("Listening for agents stopped"),
    button=_("Stop listening for agents"),
    reauthenticate=True,
)
