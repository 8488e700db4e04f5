"""List the commands for what is watched, and how it is."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.translation import _

STATUS = Command(
    name="status",
    run="noroshi.cli.handlers.status:status",
    help=_("show the state of monitors, routes and queue"),
    options=(
        JSON,
        Option(("--all",), _("include every monitor that is OK"), FLAG),
        Option(
            ("--check",),
            _(
                "exit with 1 unless every level is OK, no route is down and no message is undeliverable"
            ),
            FLAG,
        ),
    ),
)
DOCTOR = Command(
    name="doctor",
    run="noroshi.cli.handlers.doctor:doctor",
    help=_(
        "diagnose routes, instances and this computer stage by stage, and show how to fix what "
        "is wrong"
    ),
    more=(
        _(
            "No message is sent: the dialogue with the mail server goes as far as RCPT TO and is "
            "then reset (RSET). Without NAME, this computer and all routes are diagnosed."
        ),
    ),
    options=(
        Option(
            ("name",),
            _("name of a route or an instance"),
            {"metavar": "NAME", "nargs": "?", "default": ""},
        ),
        Option(
            ("--to",),
            _("recipient to check (default: the mailbox itself); nothing is sent to it"),
            {"metavar": "ADDRESS", "default": ""},
        ),
        Option(
            ("--bundle",),
            _("also write a new ZIP file for support, without secrets"),
            {"metavar": "FILE", "default": ""},
        ),
        Option(("--mask",), _("mask email addresses in that file"), FLAG),
        JSON,
    ),
)
SSH_SCRIPT = Command(
    name="ssh-script",
    run="noroshi.cli.handlers.ssh_script:ssh_script",
    help=_("print the script that Noroshi runs on computers over SSH"),
    more=(
        _(
            "The script only reads, and needs no root privileges. If the key is restricted to one "
            "command, save the script on that computer and set it as that command in authorized_keys."
        ),
    ),
)
MONITOR = Option(
    ("monitor",),
    _("instance/group/monitor, or only the name if it is unique"),
    {"metavar": "MONITOR"},
)
ONLY_MONITOR = Option(
    ("monitor",),
    _("only this monitor: instance/group/monitor, or its name"),
    {"metavar": "MONITOR", "nargs": "?", "default": ""},
)
TRY = Command(
    name="try",
    run="noroshi.cli.handlers.run_now:try_",
    help=_("test a monitor now: its readings, its level, and who would be notified"),
    more=(
        _(
            "The measurement runs on the node's computer, or on the agent's server if an agent "
            "monitors the instance. Nothing is saved, and nothing is sent."
        ),
    ),
    options=(
        MONITOR,
        Option(
            ("--in",),
            _("read the definitions from this folder; they need not be in effect"),
            {"metavar": "DIR", "dest": "folder", "default": ""},
        ),
        JSON,
    ),
)
LOG = Command(
    name="log",
    run="noroshi.cli.handlers.event_log:log",
    help=_("list events; for one monitor, also why notifications were or were not sent"),
    options=(
        ONLY_MONITOR,
        Option(
            ("--last",),
            _("number of events (default: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
CONTACTS = Command(
    name="contacts",
    run="noroshi.cli.handlers.contacts:contacts",
    help=_("list contacts: who is notified, in which language, by which rules"),
    options=(JSON,),
)
BEAT = Command(
    name="beat",
    run="noroshi.cli.handlers.beat:beat",
    help=_("report to a heartbeat monitor that a job ran"),
    more=(_("The command returns once the report is safely saved, and prints nothing."),),
    options=(
        Option(("job",), _("name of the job, as set in its monitor"), {"metavar": "NAME"}),
        Option(
            ("text",),
            _("short comment from the job, for the alarm"),
            {"metavar": "TEXT", "nargs": "?"},
        ),
        Option(
            ("--fail",),
            _("report a failed run, optionally with a comment"),
            {"metavar": "TEXT", "nargs": "?", "const": ""},
        ),
        JSON,
    ),
)
HEALTH = Command(
    name="health",
    run="noroshi.cli.handlers.node:health",
    help=_("show the health of Noroshi itself: delays, queue, store, disk, clock, version"),
    options=(JSON,),
)
PLACES = Command(
    name="places",
    run="noroshi.cli.handlers.node:places",
    help=_("show where the node listens, and where its files and folders are"),
    options=(JSON,),
)
