"""List the commands for agents: inviting servers, and looking after those that joined."""

from __future__ import annotations

from noroshi.cli.commands.spec import JSON, Command, Option, command_of
from noroshi.core.translation import _
from noroshi.operations import agent_operations

NAME = Option(("agent",), _("name or ID of the agent"), {"metavar": "AGENT"})
AGENT = Command(
    name="agent",
    help=_("add servers as agents, and manage them"),
    subcommands=(
        Command(
            name="listen",
            run="noroshi.cli.handlers.agents_listener:listen",
            help=_("open an address for agents alone, at once and at each start"),
            more=(
                _(
                    "The address shows no page and no API, and always uses TLS. It is required where the "
                    "manager listens for this computer only."
                ),
            ),
            options=(
                Option(
                    ("host",),
                    _("name or IP address by which agents reach this computer"),
                    {"metavar": "HOST"},
                ),
                Option(
                    ("--port",),
                    _("port (default: 7664)"),
                    {"metavar": "PORT", "type": int, "default": 7664},
                ),
                Option(
                    ("--address",),
                    _("address of this computer to listen at (default: 0.0.0.0, all of them)"),
                    {"metavar": "ADDRESS", "default": "0.0.0.0"},
                ),
                JSON,
            ),
        ),
        Command(
            name="unlisten",
            run="noroshi.cli.handlers.agents_listener:unlisten",
            help=_("close the address for agents"),
            options=(JSON,),
        ),
        Command(
            name="listener",
            run="noroshi.cli.handlers.agents_listener:listener",
            help=_("show the address at which agents reach this node, and its fingerprint"),
            options=(JSON,),
        ),
        Command(
            name="invite",
            run="noroshi.cli.handlers.agents:invite",
            help=_("print the line by which a server joins this node as an agent"),
            more=(
                _(
                    "The line is valid for one hour. It contains the fingerprint of this node, so the server "
                    "checks from the first byte that it speaks with this node."
                ),
            ),
            options=(
                Option(
                    ("--servers",),
                    _("number of servers that may join with the line (default: 1)"),
                    {"metavar": "COUNT", "type": int, "default": 1},
                ),
                Option(
                    ("--name",),
                    _("name of the agent here (default: the server's own name)"),
                    {"metavar": "NAME", "default": ""},
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
            help=_("show an agent: fingerprint, machine, clock, configuration, secrets"),
            options=(NAME, JSON),
        ),
        Command(
            name="rename",
            run="noroshi.cli.handlers.agents:rename",
            help=_("rename an agent; instances that it measures refer to the new name"),
            options=(
                NAME,
                Option(("name",), _("new name of the agent"), {"metavar": "NAME"}),
                JSON,
            ),
        ),
        Command(
            name="revoke",
            run="noroshi.cli.handlers.agents:revoke",
            help=_("remove an agent: it may not connect any more"),
            more=(
                _(
                    "The agent keeps monitoring its server by itself, with the configuration that it has. On "
                    "the server, `noroshi leave` ends that."
                ),
            ),
            options=(NAME, JSON),
        ),
    ),
)
