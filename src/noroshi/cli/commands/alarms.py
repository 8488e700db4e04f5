"""Alarms: who has one, and what nothing is told of for a while."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.cli.commands.status import MONITOR, ONLY_MONITOR
from noroshi.core.translation import _

ITEM = Option(
    ("--item",),
    _("only this item (a volume, a process); else all that are not well"),
    {"metavar": "ITEM"},
)
SAYING = Option(
    ("--comment",), _("a few words for the others"), {"metavar": "TEXT", "default": ""}
)
ALARMS = Command(
    name="alarms",
    run="noroshi.cli.handlers.alarms:alarms",
    help=_("what is not well, since when, who has it, and what was told"),
    options=(ONLY_MONITOR, JSON),
)
ALARM = Command(
    name="alarm",
    help=_("acknowledge an alarm, or comment on it"),
    under=(
        Command(
            name="acknowledge",
            run="noroshi.cli.handlers.alarms:acknowledge",
            help=_("you have it: repeats stop until it recovers or gets worse"),
            more=(_("The recovery is told all the same."),),
            options=(MONITOR, ITEM, SAYING, JSON),
        ),
        Command(
            name="take-back",
            run="noroshi.cli.handlers.alarms:take_back",
            help=_("nobody has it any more: it is told again as its rules say"),
            options=(MONITOR, ITEM, SAYING, JSON),
        ),
        Command(
            name="comment",
            run="noroshi.cli.handlers.alarms:comment",
            help=_("say something of a monitor, kept with its history"),
            options=(
                MONITOR,
                Option(("text",), _("what there is to know"), {"metavar": "TEXT"}),
                Option(
                    ("--item",),
                    _("of this item alone (a volume, a process)"),
                    {"metavar": "ITEM", "default": ""},
                ),
                JSON,
            ),
        ),
    ),
)
SILENCE = Command(
    name="silence",
    help=_("tell nothing of a place for a while"),
    under=(
        Command(
            name="add",
            run="noroshi.cli.handlers.silences:add",
            help=_("from now on tell nothing of a place, until a moment"),
            more=(_("Watching goes on. What is still bad at the end is told then."),),
            options=(
                Option(
                    ("place",),
                    _("instance, instance/group, a monitor, or everything"),
                    {"metavar": "PLACE"},
                ),
                Option(
                    ("--for",),
                    _("for how long: 30m, 2h, 1d (at most 90d)"),
                    {"metavar": "LENGTH", "dest": "length", "default": ""},
                ),
                Option(
                    ("--until",),
                    _(
                        'until when, by the node\'s clock: "18:00", "tomorrow 08:00", '
                        '"2026-12-25 06:00"'
                    ),
                    {"metavar": "WHEN", "default": ""},
                ),
                Option(
                    ("--reason",),
                    _("why, for those who wonder"),
                    {"metavar": "TEXT", "required": True},
                ),
                JSON,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.silences:list_",
            help=_("what is silent, until when, by whom and why"),
            options=(Option(("--all",), _("those that are over, too"), FLAG), JSON),
        ),
        Command(
            name="end",
            run="noroshi.cli.handlers.silences:end",
            help=_("end one now: what is still bad is told"),
            options=(
                Option(
                    ("silence",),
                    _(
                        "its place as it was added, or its id, as `noroshi silence list` shows it"
                    ),
                    {"metavar": "SILENCE"},
                ),
                JSON,
            ),
        ),
    ),
)
