"""List the commands for agents: inviting servers, and looking after those that joined."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option, command_of
from noroshi.core.translation import _
from noroshi.operations import agent_operations, listener_operations

NAME = Option(("agent",), _("name or ID of the agent"), {"metavar": "AGENT"})
AGENT = Command(
    name="agent",
    help=_("add servers as agents, and manage them"),
    subcommands=(
        Command(
            name="listen",
            run="noroshi.cli.handlers.agents_listener:listen",
            help=_("listen for agents on a separate port, now and whenever the node starts"),
            more=(
                _(
                    "This port serves no pages and no API, and always uses TLS. It is required if the "
                    "manager accepts connections only from this computer."
                ),
            ),
            options=(
                Option(
                    ("host",),
                    _("name or IP address at which agents reach this computer"),
                    {"metavar": "HOST"},
                ),
                Option(
                    ("--port",),
                    _("port (default: 7664)"),
                    {"metavar": "PORT", "type": int, "default": 7664},
                ),
                Option(
                    ("--address",),
                    _("address of this computer to listen on (default: 0.0.0.0, all of them)"),
                    {"metavar": "ADDRESS", "default": "0.0.0.0"},
                ),
                JSON,
            ),
        ),
        Command(
            name="unlisten",
            run="noroshi.cli.handlers.agents_listener:unlisten",
            help=_("stop listening for agents"),
            options=(JSON,),
        ),
        command_of(listener_operations.AGENTS_KEY_REPLACE),
        Command(
            name="listener",
            run="noroshi.cli.handlers.agents_listener:listener",
            help=_("show the address at which agents reach this node, and its fingerprint"),
            options=(JSON,),
        ),
        Command(
            name="invite",
            run="noroshi.cli.handlers.agents:invite",
            help=_("print the command that joins a server to this node as an agent"),
            more=(
                _(
                    "The command is valid for one hour. It contains this node's fingerprint, so the server "
                    "verifies from the first byte that it is talking to this node."
                ),
            ),
            options=(
                Option(
                    ("--servers",),
                    _("number of servers that may join with the command (default: 1)"),
                    {"metavar": "COUNT", "type": int, "default": 1},
                ),
                Option(
                    ("--name",),
                    _("name of the agent on this node (default: the server's own name)"),
                    {"metavar": "NAME", "default": ""},
                ),
                Option(
                    ("--updates",),
                    _(
                        "allow this node to update Noroshi on the servers that join with the printed command"
                    ),
                    FLAG,
                ),
                JSON,
            ),
        ),
        Command(
            name="invitations",
            run="noroshi.cli.handlers.agents:invitations",
            help=_("list invitations, and the servers that joined with them"),
            options=(JSON,),
        ),
        command_of(agent_operations.AGENT_UNINVITE),
        Command(
            name="list",
            run="noroshi.cli.handlers.agents:list_",
            help=_("list agents: state, last contact, version"),
            options=(JSON,),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.agents:show",
            help=_(
                "show an agent: fingerprint, server, clock, configuration, names of the secrets sent to "
                "it"
            ),
            options=(NAME, JSON),
        ),
        Command(
            name="rename",
            run="noroshi.cli.handlers.agents:rename",
            help=_("rename an agent, and update the instances that refer to it"),
            options=(
                NAME,
                Option(("name",), _("new name of the agent"), {"metavar": "NAME"}),
                JSON,
            ),
        ),
        Command(
            name="update",
            run="noroshi.cli.handlers.agent_updates:update",
            help=_("update Noroshi on agents' servers to this node's version"),
            more=(
                _(
                    "Only agents that joined with a command from `noroshi agent invite --updates`, or with "
                    "one from the manager that allows updates, can be updated. If the updated agent cannot "
                    "connect to this node, it rolls back to its earlier version."
                ),
            ),
            options=(
                Option(
                    ("agent",),
                    _("name or ID of the agent"),
                    {"metavar": "AGENT", "nargs": "?", "default": ""},
                ),
                Option(
                    ("--all",),
                    _("update every agent whose version differs from this node's"),
                    FLAG,
                ),
                JSON,
            ),
        ),
        Command(
            name="revoke",
            run="noroshi.cli.handlers.agents:revoke",
            help=_("remove an agent: it can no longer connect"),
            more=(
                _(
                    "The agent keeps monitoring its server on its own, with its current configuration. To "
                    "stop it, run `noroshi leave --remove` on the server."
                ),
            ),
            options=(NAME, JSON),
        ),
        command_of(agent_operations.AGENT_FORGET),
        command_of(agent_operations.AGENT_SHARE),
        command_of(agent_operations.AGENT_UNSHARE),
    ),
)
