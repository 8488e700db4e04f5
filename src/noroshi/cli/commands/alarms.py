"""Alarms: who has one, and what nothing is told of for a while."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.cli.commands.status import MONITOR, ONLY_MONITOR
from noroshi.core.translation import _

ITEM = Option(
    ("--item",),
    _("only this item (a volume, a process); default: all that are not OK"),
    {"metavar": "ITEM"},
)
SAYING = Option(
    ("--comment",),
    _("a short comment, shown to other users"),
    {"metavar": "TEXT", "default": ""},
)
ALARMS = Command(
    name="alarms",
    run="noroshi.cli.handlers.alarms:alarms",
    help=_("list the open alarms, with their start, acknowledgements and notifications"),
    options=(ONLY_MONITOR, JSON),
)
ALARM = Command(
    name="alarm",
    help=_("acknowledge an alarm, or comment on it"),
    subcommands=(
        Command(
            name="acknowledge",
            run="noroshi.cli.handlers.alarms:acknowledge",
            help=_(
                "acknowledge an alarm: repeat notifications stop until the problem ends or gets worse"
            ),
            more=(_("A recovery is still reported."),),
            options=(MONITOR, ITEM, SAYING, JSON),
        ),
        Command(
            name="take-back",
            run="noroshi.cli.handlers.alarms:take_back",
            help=_("withdraw an acknowledgement: notifications resume as set in the rules"),
            options=(MONITOR, ITEM, SAYING, JSON),
        ),
        Command(
            name="comment",
            run="noroshi.cli.handlers.alarms:comment",
            help=_("add a comment to a monitor; the comment is kept in the history"),
            options=(
                MONITOR,
                Option(("text",), _("text of the comment"), {"metavar": "TEXT"}),
                Option(
                    ("--item",),
                    _("about this item only (a volume, a process)"),
                    {"metavar": "ITEM", "default": ""},
                ),
                JSON,
            ),
        ),
    ),
)
SILENCE = Command(
    name="silence",
    help=_("suppress notifications about an instance, group or monitor for a while"),
    subcommands=(
        Command(
            name="add",
            run="noroshi.cli.handlers.silences:add",
            help=_("suppress notifications from now until a given time"),
            more=(
                _(
                    "Monitoring continues. Problems that still exist when the silence ends are reported then."
                ),
            ),
            options=(
                Option(
                    ("place",),
                    _("instance, instance/group, instance/group/monitor, or everything"),
                    {"metavar": "PLACE"},
                ),
                Option(
                    ("--for",),
                    _("duration, such as 30m, 2h or 1d (at most 90d)"),
                    {"metavar": "LENGTH", "dest": "length", "default": ""},
                ),
                Option(
                    ("--until",),
                    _(
                        'end time, by the node\'s clock: "18:00", "tomorrow 08:00", "2026-12-25 06:00"'
                    ),
                    {"metavar": "WHEN", "default": ""},
                ),
                Option(
                    ("--reason",),
                    _("reason, shown to others"),
                    {"metavar": "TEXT", "required": True},
                ),
                JSON,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.silences:list_",
            help=_("list silences: until when, by whom and why"),
            options=(Option(("--all",), _("include silences that have ended"), FLAG), JSON),
        ),
        Command(
            name="end",
            run="noroshi.cli.handlers.silences:end",
            help=_("end a silence now: problems that persist are reported"),
            options=(
                Option(
                    ("silence",),
                    _(
                        "the path that was silenced, or the ID that `noroshi silence list` shows"
                    ),
                    {"metavar": "SILENCE"},
                ),
                JSON,
            ),
        ),
    ),
)
