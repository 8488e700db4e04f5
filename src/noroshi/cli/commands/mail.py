"""Mail: sending, and what waits."""

from __future__ import annotations

from noroshi.cli.commands.spec import ID, JSON, Command, Option, command_of
from noroshi.core.translation import _
from noroshi.operations import mail_operations

SEND = Command(
    name="send",
    run="noroshi.cli.handlers.send:send",
    help=_("send a message through the node's routes"),
    more=(
        _(
            "The ID is printed once the message is safely queued. Within three seconds the command "
            "reports whether the message was accepted, or why it is waiting."
        ),
        _(
            "Exit codes: 0 accepted by the server for every address; 6 waiting; 7 no node is "
            "running; 8 refused, undeliverable or held. With exit codes 6 to 8, the message stays in "
            "the queue: do not send it again."
        ),
    ),
    options=(
        Option(
            ("--to",),
            _("name of a contact, or an address (repeatable)"),
            {"metavar": "WHO", "action": "append", "required": True},
        ),
        Option(("--subject",), _("subject"), {"metavar": "TEXT", "required": True}),
        Option(
            ("body",),
            _("text of the message (default: standard input)"),
            {"metavar": "TEXT", "nargs": "?"},
        ),
        Option(
            ("--text",),
            _("text of the message, instead of the argument TEXT"),
            {"metavar": "TEXT"},
        ),
        Option(
            ("--route",),
            _(
                "route to use (repeat for fallback routes; default: those of the first rule that "
                "notifies the contact, otherwise all routes)"
            ),
            {"metavar": "ROUTE", "action": "append", "default": []},
        ),
        Option(
            ("--level",),
            _("ok, warning, critical or unknown: sets the importance of the message"),
            {
                "metavar": "LEVEL",
                "choices": ("ok", "warning", "critical", "unknown"),
                "default": "ok",
            },
        ),
        JSON,
    ),
)
QUEUE = Command(
    name="queue",
    help=_("show and manage the mail queue"),
    subcommands=(
        Command(
            name="list",
            run="noroshi.cli.handlers.queue:list_",
            help=_("list the messages in the queue: waiting, held and undeliverable"),
            options=(JSON,),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.queue:show",
            help=_("show one message: attempts, replies, next attempt and reason"),
            options=(ID, JSON),
        ),
        Command(
            name="retry",
            run="noroshi.cli.handlers.queue:retry",
            help=_("retry one message now, even if it is undeliverable"),
            options=(ID,),
        ),
        command_of(mail_operations.QUEUE_RETRY_ALL),
        command_of(mail_operations.QUEUE_HOLD),
        Command(
            name="release",
            run="noroshi.cli.handlers.queue:release",
            help=_("release one held or undeliverable message"),
            options=(ID,),
        ),
        command_of(mail_operations.QUEUE_SEEN),
        command_of(mail_operations.QUEUE_DROP),
        Command(
            name="edit",
            run="noroshi.cli.handlers.queue:edit",
            help=_("correct the addresses or routes of one message"),
            options=(
                ID,
                Option(
                    ("--to",),
                    _("recipient address (repeatable)"),
                    {"metavar": "ADDRESS", "action": "append", "default": []},
                ),
                Option(
                    ("--route",),
                    _("route to use (repeat for fallback routes)"),
                    {"metavar": "ROUTE", "action": "append", "default": []},
                ),
            ),
        ),
    ),
)
LEDGER = Command(
    name="ledger",
    run="noroshi.cli.handlers.ledger:ledger",
    help=_(
        "show the message, attempts and outcome of each alarm, and whether any alarms have been "
        "lost"
    ),
    options=(
        Option(
            ("--alarm",),
            _("show only this alarm, with all details; its ID is at the end of the message"),
            {"metavar": "ID", "default": ""},
        ),
        Option(
            ("--last",),
            _("number of alarms (default: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
