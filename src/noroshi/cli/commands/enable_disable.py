"""Instances and monitors as a whole: stopped, started, copied, moved."""

from __future__ import annotations

from noroshi.cli.commands.spec import DRY_RUN, FLAG, JSON, NOTE, Command, Option
from noroshi.core.translation import _, pgettext

INSTANCE = Option(("instance",), _("name of the instance"), {"metavar": "INSTANCE"})
PART = Option(
    ("part",),
    _(
        "instance/group/monitor or instance/group; for a monitor the name is enough if it is "
        "unique"
    ),
    {"metavar": "PART"},
)
COPY_TO = Option(
    ("to",),
    pgettext(
        "copy",
        "destination: for a monitor INSTANCE/GROUP or INSTANCE/GROUP/NAME, for a group INSTANCE "
        "or INSTANCE/NAME",
    ),
    {"metavar": "TO"},
)
MOVE_TO = Option(
    ("to",),
    pgettext(
        "move",
        "destination: for a monitor INSTANCE/GROUP or INSTANCE/GROUP/NAME, for a group INSTANCE "
        "or INSTANCE/NAME",
    ),
    {"metavar": "TO"},
)
TITLE = Option(("--title",), _("display name of the copy"), {"metavar": "TEXT", "default": ""})
INSTANCES = Command(
    name="instance",
    help=_("stop, start or copy a whole instance"),
    subcommands=(
        Command(
            name="stop",
            run="noroshi.cli.handlers.enable_disable:stop",
            help=_("stop monitoring the instance"),
            more=(
                _(
                    "Measurement stops. Contacts who were notified of an open alarm are notified that "
                    "monitoring was stopped, not that the problem ended."
                ),
            ),
            options=(INSTANCE, NOTE, JSON),
        ),
        Command(
            name="start",
            run="noroshi.cli.handlers.enable_disable:start",
            help=_("start monitoring the instance"),
            more=(
                _(
                    "Monitoring resumes. Anything that happened while it was stopped is not reported."
                ),
            ),
            options=(INSTANCE, NOTE, JSON),
        ),
        Command(
            name="copy",
            run="noroshi.cli.handlers.enable_disable:copy_instance",
            help=_("copy the instance with all its monitors to a new one"),
            options=(
                INSTANCE,
                Option(("name",), _("name of the new instance"), {"metavar": "NAME"}),
                TITLE,
                Option(
                    ("--address",),
                    _("address of the new instance, for network checks"),
                    {"metavar": "ADDRESS", "default": ""},
                ),
                Option(("--stopped",), _("do not start monitoring the copy yet"), FLAG),
                NOTE,
                DRY_RUN,
                JSON,
            ),
        ),
    ),
)
MONITORS = Command(
    name="monitor",
    help=_("stop, start, copy or move a monitor or group"),
    subcommands=(
        Command(
            name="disable",
            run="noroshi.cli.handlers.enable_disable:disable",
            help=_("stop the monitor or group"),
            options=(PART, NOTE, JSON),
        ),
        Command(
            name="enable",
            run="noroshi.cli.handlers.enable_disable:enable",
            help=pgettext("commands.enable_disable", "start the monitor or group again"),
            options=(PART, NOTE, JSON),
        ),
        Command(
            name="copy",
            run="noroshi.cli.handlers.enable_disable:copy",
            help=_("copy the monitor or group to another location"),
            more=(
                _(
                    "The copy has its own state and history. A destination group that does not exist is "
                    "created."
                ),
            ),
            options=(PART, COPY_TO, TITLE, NOTE, DRY_RUN, JSON),
        ),
        Command(
            name="move",
            run="noroshi.cli.handlers.enable_disable:move",
            help=_("move the monitor or group to another location, with its state and history"),
            more=(
                _(
                    "The monitor or group inherits its interval, rules and limits from its new location. Use "
                    "this command to rename it, too."
                ),
            ),
            options=(PART, MOVE_TO, NOTE, DRY_RUN, JSON),
        ),
    ),
)
