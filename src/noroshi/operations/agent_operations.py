"""Operations on agents, and on the invitations by which they join."""

from __future__ import annotations

from noroshi.core.roles import ADMIN, VIEWER
from noroshi.core.translation import _
from noroshi.operations.declaration import Argument, Verb, operation

AGENT_INVITE = operation(
    "agent_invite",
    ADMIN,
    help=_("Create an invitation that servers use to join as agents."),
    label=_("Invitation created"),
    button=_("Create an invitation"),
)
AGENT_INVITATIONS = operation(
    "agent_invitations",
    ADMIN,
    help=_("List the invitations."),
    label=_("Invitations listed"),
    changes=False,
)
AGENT_UNINVITE = operation(
    "agent_uninvite",
    ADMIN,
    help=_("Withdraw an invitation."),
    label=_("Invitation withdrawn"),
    button=_("Withdraw the invitation"),
    verb=Verb(
        words="agent uninvite",
        help=_(
            "withdraw an invitation; servers that have already joined with it remain agents"
        ),
        done_message=_("The invitation was withdrawn."),
        arguments=(Argument("id", "ID", _("ID, as shown by `noroshi agent invitations`")),),
    ),
)
AGENT_LIST = operation("agent_list", VIEWER, help=_("List the agents."))
AGENT_SHOW = operation("agent_show", VIEWER, help=_("Show an agent."))
AGENT_RENAME = operation(
    "agent_rename",
    ADMIN,
    help=_("Rename an agent, and update its instances to match."),
    reauthenticate=True,
    label=_("Agent renamed"),
    button=_("Rename"),
    news=True,
)
AGENT_UPDATE = operation(
    "agent_update",
    ADMIN,
    help=_("Update Noroshi on an agent's server to this node's version."),
    label=_("Agent update started"),
    button=_("Update"),
    reauthenticate=True,
    news=True,
)
AGENT_REVOKE = operation(
    "agent_revoke",
    ADMIN,
    help=_("Remove an agent: it can no longer connect."),
    label=_("Agent removed"),
    button=_("Remove the agent"),
    reauthenticate=True,
    news=True,
)
AGENT_FORGET = operation(
    "agent_forget",
    ADMIN,
    help=_("Delete a removed agent from the list."),
    label=_("Removed agent deleted"),
    button=_("Delete from the list"),
    verb=Verb(
        words="agent forget",
        help=_(
            "delete a removed agent from the list; its instances and their history are kept"
        ),
        done_message=_("The agent was deleted from the list."),
        arguments=(Argument("agent", "AGENT", _("name or ID of the agent")),),
    ),
)
SHARED_ROUTE_ARGUMENTS = (
    Argument("agent", "AGENT", _("name or ID of the agent")),
    Argument("route", "ROUTE", _("name of the delivery route")),
)
AGENT_SHARE = operation(
    "agent_share",
    ADMIN,
    help=_("Share a delivery route, including its secrets, with an agent."),
    label=_("Route shared with agent"),
    button=_("Share"),
    reauthenticate=True,
    verb=Verb(
        words="agent share",
        help=_(
            "share a delivery route of this node, including its secrets, with an agent, which uses it "
            "while this node is unavailable"
        ),
        done_message=_(
            "{name} receives route “{route}” and uses it while this node is unavailable."
        ),
        arguments=SHARED_ROUTE_ARGUMENTS,
    ),
)
AGENT_UNSHARE = operation(
    "agent_unshare",
    ADMIN,
    help=_("Stop sharing a delivery route with an agent."),
    label=_("Route no longer shared with agent"),
    button=_("Stop sharing"),
    reauthenticate=True,
    verb=Verb(
        words="agent unshare",
        help=_("stop sharing a delivery route of this node with an agent"),
        done_message=_(
            "Route “{route}” is no longer shared with {name}. To make sure that the server can no "
            "longer use its secrets, change them."
        ),
        arguments=SHARED_ROUTE_ARGUMENTS,
    ),
)
INSTANCE_SOURCES = operation(
    "instance_sources", VIEWER, help=_("List what monitors each instance.")
)
