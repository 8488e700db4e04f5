"""Instances and monitors as a whole: stopped, started, copied, moved."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, JSON, NOTE, Command, Option
from noroshi.core.translation import _, pgettext

INSTANCE = Option(("instance",), _("name of the instance"), {"metavar": "INSTANCE"})
PART = Option(
    ("part",),
    _(
        "instance/group/monitor or instance/group; of a monitor also its name alone, if only one "
        "has it"
    ),
    {"metavar": "PART"},
)
TO = Option(
    ("to",),
    _(
        "where to: of a monitor INSTANCE/GROUP or INSTANCE/GROUP/NAME, of a group INSTANCE or "
        "INSTANCE/NAME"
    ),
    {"metavar": "TO"},
)
TITLE = Option(
    ("--title",), _("another title for the copy"), {"metavar": "TEXT", "default": ""}
)
INSTANCES = Command(
    name="instance",
    help=_("stop, start or copy a whole instance"),
    under=(
        Command(
            name="stop",
            run="noroshi.cli.handlers.enable_disable:stop",
            help=_("stop its watch"),
            more=(
                _(
                    "Nothing of it is measured. Whoever was told of an open alarm is told that its "
                    "monitoring was stopped, not that it recovered."
                ),
            ),
            options=(INSTANCE, NOTE, JSON),
        ),
        Command(
            name="start",
            run="noroshi.cli.handlers.enable_disable:start",
            help=_("start its watch"),
            more=(_("It begins anew; what happened meanwhile is not made up for."),),
            options=(INSTANCE, NOTE, JSON),
        ),
        Command(
            name="copy",
            run="noroshi.cli.handlers.enable_disable:copy_instance",
            help=_("make another one like it, with all its monitors"),
            options=(
                INSTANCE,
                Option(("name",), _("name of the new one"), {"metavar": "NAME"}),
                TITLE,
                Option(
                    ("--address",),
                    _("where network checks reach the new one"),
                    {"metavar": "ADDRESS", "default": ""},
                ),
                Option(("--stopped",), _("do not watch it before somebody starts it"), FLAG),
                NOTE,
                DRY_RUN,
                JSON,
            ),
        ),
    ),
)
MONITORS = Command(
    name="monitor",
    help=_("disable, enable, copy or move a monitor or a group"),
    under=(
        Command(
            name="disable",
            run="noroshi.cli.handlers.enable_disable:disable",
            help=_("stop its watch"),
            options=(PART, NOTE, JSON),
        ),
        Command(
            name="enable",
            run="noroshi.cli.handlers.enable_disable:enable",
            help=pgettext("commands.enable_disable", "start its watch"),
            options=(PART, NOTE, JSON),
        ),
        Command(
            name="copy",
            run="noroshi.cli.handlers.enable_disable:copy",
            help=_("put another one like it elsewhere"),
            more=(
                _(
                    "The copy has a state and a history of its own. Into a group that is not "
                    "there yet it is put by making that group."
                ),
            ),
            options=(PART, TO, TITLE, NOTE, DRY_RUN, JSON),
        ),
        Command(
            name="move",
            run="noroshi.cli.handlers.enable_disable:move",
            help=_("put it elsewhere, with its state and history"),
            more=(
                _(
                    "It inherits interval, rules and limits from where it comes to. Also how to "
                    "give it another name."
                ),
            ),
            options=(PART, TO, NOTE, DRY_RUN, JSON),
        ),
    ),
)
