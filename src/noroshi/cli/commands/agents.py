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
