"""List the commands for what is watched, and how it is."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.translation import _

STATUS = Command(
    name="status",
    run="noroshi.cli.handlers.status:status",
    help=_("what is watched and how it is, routes, queue"),
    options=(
        JSON,
        Option(("--all",), _("every monitor that is OK, too"), FLAG),
        Option(
            ("--check",),
            _(
                "exit with 1 unless all is well: every level OK, no route down, nothing set aside"
            ),
            FLAG,
        ),
    ),
)
DOCTOR = Command(
    name="doctor",
    run="noroshi.cli.handlers.doctor:doctor",
    help=_("examine routes and this computer stage by stage; what mends what stopped"),
    more=(
        _(
            "Nothing is sent: a mail server is asked up to RCPT TO, then all is taken back "
            "(RSET). Without ROUTE it is this computer and all routes."
        ),
    ),
    options=(
        Option(
            ("route",),
            _("name of the route"),
            {"metavar": "ROUTE", "nargs": "?", "default": ""},
        ),
        Option(
            ("--to",),
            _("recipient to ask for (else the mailbox itself); nothing is sent to it"),
            {"metavar": "ADDRESS", "default": ""},
        ),
        Option(
            ("--bundle",),
            _("write a new zip file for support as well, without secrets"),
            {"metavar": "FILE", "default": ""},
        ),
        Option(("--mask",), _("mask mail addresses in that file"), FLAG),
        JSON,
    ),
)
MONITOR = Option(
    ("monitor",),
    _("instance/group/monitor, or its name alone if only one has it"),
    {"metavar": "MONITOR"},
)
ONLY_MONITOR = Option(
    ("monitor",),
    _("only this one: instance/group/monitor, or its name"),
    {"metavar": "MONITOR", "nargs": "?", "default": ""},
)
TRY = Command(
    name="try",
    run="noroshi.cli.handlers.run_now:try_",
    help=_("measure a monitor now, on trial: what is read, judged, and would be told"),
    more=(_("It runs where the node runs. Nothing of it is kept, and nothing is sent."),),
    options=(
        MONITOR,
        Option(
            ("--in",),
            _("take the definitions of this folder, which need not be in force"),
            {"metavar": "DIR", "dest": "folder", "default": ""},
        ),
        JSON,
    ),
)
LOG = Command(
    name="log",
    run="noroshi.cli.handlers.event_log:log",
    help=_("what happened; for one monitor also why it was told or not"),
    options=(
        ONLY_MONITOR,
        Option(
            ("--last",),
            _("how many (default: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
CONTACTS = Command(
    name="contacts",
    run="noroshi.cli.handlers.contacts:contacts",
    help=_("who is told, in which language, by which rules"),
    options=(JSON,),
)
BEAT = Command(
    name="beat",
    run="noroshi.cli.handlers.beat:beat",
    help=_("report that a job ran, for the heartbeat monitor that waits for it"),
    more=(_("It returns once the report is safely kept, and prints nothing."),),
    options=(
        Option(("job",), _("the job's name, as its monitor has it"), {"metavar": "NAME"}),
        Option(
            ("text",),
            _("a few words of its own, for the alarm"),
            {"metavar": "TEXT", "nargs": "?"},
        ),
        Option(
            ("--fail",),
            _("it ran, and failed; the words may follow here"),
            {"metavar": "TEXT", "nargs": "?", "const": ""},
        ),
        JSON,
    ),
)
HEALTH = Command(
    name="health",
    run="noroshi.cli.handlers.node:health",
    help=_("how Noroshi itself is: lateness, queue, store, disk, clock, version"),
    options=(JSON,),
)
PLACES = Command(
    name="places",
    run="noroshi.cli.handlers.node:places",
    help=_("where the node listens, and where its files and folders are"),
    options=(JSON,),
)
