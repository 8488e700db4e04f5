"""Operations on the listener for agents."""

from __future__ import annotations

from noroshi.core.roles import ADMIN
from noroshi.core.translation import _
from noroshi.operations.declaration import Verb, operation

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
AGENTS_KEY_REPLACE = operation(
    "agents_key_replace",
    ADMIN,
    help=_("Replace the key by which agents recognise this node, seven days from now."),
    label=_("New key for agents announced"),
    button=_("Replace the key"),
    reauthenticate=True,
    verb=Verb(
        words="agent replace-key",
        help=_(
            "replace the key by which agents recognise this node: they receive the new key now, and "
            "it takes effect in seven days"
        ),
        done_message=_(
            "The new key is being sent to the agents. This node switches to it in seven days."
        ),
    ),
)
AGENTS_LISTEN_STOP = operation(
    "agents_listen_stop",
    ADMIN,
    help=_("Stop listening for agents."),
    label=_("Listening for agents stopped"),
    button=_("Stop listening for agents"),
    reauthenticate=True,
)
