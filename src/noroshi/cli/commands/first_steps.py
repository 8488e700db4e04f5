"""The first start by commands: what to watch on this computer, and an alarm given back."""

from __future__ import annotations

from noroshi.cli.commands.spec import JSON, Command, Option, command_of
from noroshi.core.translation import _
from noroshi.operations import setup_operations

FIRST = Command(
    name="first",
    help=_(
        "initial setup: choose what to monitor here, and confirm with a test alarm that messages "
        "arrive"
    ),
    subcommands=(
        Command(
            name="look",
            run="noroshi.cli.handlers.first_steps:look",
            help=_("show the progress of the initial setup"),
            options=(JSON,),
        ),
        Command(
            name="suggest",
            run="noroshi.cli.handlers.first_steps:suggest",
            help=_("suggest what to monitor on the node's computer"),
            options=(JSON,),
        ),
        Command(
            name="take",
            run="noroshi.cli.handlers.first_steps:take",
            help=_("add the suggested monitors, as a new version"),
            options=(
                Option(
                    ("wanted",),
                    _("suggestions to add, such as system/disk (default: all)"),
                    {"metavar": "ID", "nargs": "*"},
                ),
                JSON,
            ),
        ),
        Command(
            name="alarm",
            run="noroshi.cli.handlers.first_steps:alarm",
            help=_("send a test alarm with a number in its message"),
            options=(
                Option(
                    ("contact",),
                    _("contact to notify (default: the first one)"),
                    {"metavar": "CONTACT", "nargs": "?", "default": ""},
                ),
                JSON,
            ),
        ),
        Command(
            name="seen",
            run="noroshi.cli.handlers.first_steps:confirm",
            help=_("enter the number from the test alarm, to record that the alarm arrived"),
            options=(
                Option(
                    ("number",), _("the four digits in the test alarm"), {"metavar": "NUMBER"}
                ),
                JSON,
            ),
        ),
        command_of(setup_operations.FIRST_END),
    ),
)
