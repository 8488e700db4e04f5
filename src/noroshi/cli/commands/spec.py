"""Define what a command and an option are, and the options that several commands take."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from noroshi.core.translation import Message, _
from noroshi.operations.declaration import Argument, Declaration

NO_SETTINGS: Mapping[str, Any] = MappingProxyType({})


class Option(NamedTuple):
    """Describe one option or argument; `settings` go to argparse as they stand."""

    flags: tuple[str, ...]
    help: Message
    settings: Mapping[str, Any] = NO_SETTINGS


class Command(NamedTuple):
    """Describe one command. `run` is "module:function", imported only when it is asked for;
    `group` is the heading under which the program's help lists the command."""

    name: str
    help: Message
    run: str = ""
    more: tuple[Message, ...] = ()
    options: tuple[Option, ...] = ()
    subcommands: tuple[Command, ...] = ()
    group: Message | None = None
    operation: Declaration | None = None


def command_of(operation: Declaration) -> Command:
    """Return the command that an operation with a verb is typed as."""
    verb = operation.verb
    assert verb is not None
    return Command(
        name=verb.words.rpartition(" ")[2],
        run="noroshi.cli.handlers.operation:run_operation",
        help=verb.help,
        options=tuple(map(_option, verb.arguments)),
        operation=operation,
    )


def _option(argument: Argument) -> Option:
    if argument.place.startswith("-"):
        return Option((argument.place,), argument.help, FLAG)
    return Option((argument.name,), argument.help, {"metavar": argument.place})


PROGRAM = _("Noroshi monitors servers, and proves that its alarms arrive.")
FLAG = {"action": "store_true"}
GLOBAL = (
    Option(
        ("--home",),
        _(
            "home folder of the node (default: $NOROSHI_HOME, else /var/lib/noroshi for root, "
            "~/.local/share/noroshi for other users)"
        ),
        {"metavar": "DIR"},
    ),
    Option(
        ("--door",),
        _(
            "socket of a running node, if it is not the one in noroshi.toml (default: $NOROSHI_DOOR, "
            "else the service's socket if there is no home folder)"
        ),
        {"metavar": "SOCKET"},
    ),
    Option(
        ("--url",),
        _(
            "manager of a node on another computer, such as https://noroshi.example.com:7663 "
            "(default: $NOROSHI_URL)"
        ),
        {"metavar": "URL"},
    ),
    Option(
        ("--token",),
        _(
            "API token for the manager; $NOROSHI_TOKEN is safer, as other users of this computer can "
            "see command lines"
        ),
        {"metavar": "TOKEN"},
    ),
    Option(
        ("--ca-file",),
        _(
            "trust certificates of the manager that are signed by a CA in this PEM file (default: "
            "$NOROSHI_CA_FILE, else what this computer trusts)"
        ),
        {"metavar": "FILE"},
    ),
    Option(("--lang",), _("language: en or ja"), {"choices": ("en", "ja"), "metavar": "LANG"}),
)
JSON = Option(("--json",), _("print JSON for programs"), FLAG)
NOTE = Option(
    ("--note",), _("comment kept with the version"), {"metavar": "TEXT", "default": ""}
)
DRY_RUN = Option(("--dry-run",), _("only check, and show what would change"), FLAG)
FOLDER = Option(("folder",), _("folder of TOML files"), {"metavar": "DIR"})
ID = Option(("id",), _("ID, as shown by `noroshi queue list`"), {"metavar": "ID"})
