"""The first start by commands: what to watch on this computer, and an alarm given back."""

from __future__ import annotations

from noroshi.cli.commands.spec import JSON, Command, Option
from noroshi.core.translation import _

FIRST = Command(
    name="first",
    help=_("the first start: what to watch here, and an alarm that proves the way"),
    under=(
        Command(
            name="look",
            run="noroshi.cli.handlers.first_steps:look",
            help=_("how far the first start has come"),
            options=(JSON,),
        ),
        Command(
            name="suggest",
            run="noroshi.cli.handlers.first_steps:suggest",
            help=_("what to watch on the node's computer, with what there is of each"),
            options=(JSON,),
        ),
        Command(
            name="take",
            run="noroshi.cli.handlers.first_steps:take",
            help=_("watch what was suggested, as a new version"),
            options=(
                Option(
                    ("wanted",),
                    _("what of it, such as system/disk; nothing: all of it"),
                    {"metavar": "ID", "nargs": "*"},
                ),
                JSON,
            ),
        ),
        Command(
            name="alarm",
            run="noroshi.cli.handlers.first_steps:alarm",
            help=_("send a test alarm, with a number in its mail"),
            options=(
                Option(
                    ("contact",),
                    _("to whom; nobody named: the first contact"),
                    {"metavar": "CONTACT", "nargs": "?", "default": ""},
                ),
                JSON,
            ),
        ),
        Command(
            name="seen",
            run="noroshi.cli.handlers.first_steps:seen",
            help=_("give back the number of the test alarm that arrived; it is kept as proof"),
            options=(
                Option(("number",), _("the four digits in its mail"), {"metavar": "NUMBER"}),
                JSON,
            ),
        ),
        Command(
            name="end",
            run="noroshi.cli.handlers.first_steps:end",
            help=_("put the first start away, proved or not"),
            options=(),
        ),
    ),
)
