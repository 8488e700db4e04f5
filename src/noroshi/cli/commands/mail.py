"""Mail: sending, and what waits."""

from __future__ import annotations

from noroshi.cli.commands.spec import ID, JSON, Command, Option
from noroshi.core.translation import _

SEND = Command(
    name="send",
    run="noroshi.cli.handlers.send:send",
    help=_("send a mail by the node's routes"),
    more=(
        _(
            "It prints the id once the mail is safely queued, and says within three seconds whether it "
            "went out, or waits and why."
        ),
        _(
            "Exit codes: 0 sent, that is accepted by the other side for every address; 6 it waits; "
            "7 no node runs; 8 refused, set aside or held. With 6 to 8 the mail is kept in the "
            "queue: do not send it again."
        ),
    ),
    options=(
        Option(
            ("--to",),
            _("a contact's name, or an address (again for more)"),
            {"metavar": "WHO", "action": "append", "required": True},
        ),
        Option(("--subject",), _("subject"), {"metavar": "TEXT", "required": True}),
        Option(
            ("body",),
            _("the text (else the standard input)"),
            {"metavar": "TEXT", "nargs": "?"},
        ),
        Option(("--text",), _("the text, given as an option"), {"metavar": "TEXT"}),
        Option(
            ("--route",),
            _("route to use (again for the next one; else those of the contact)"),
            {"metavar": "ROUTE", "action": "append", "default": []},
        ),
        Option(
            ("--level",),
            _("ok, warning, critical or unknown: sets the importance"),
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
    help=_("what waits to be sent"),
    under=(
        Command(
            name="list",
            run="noroshi.cli.handlers.queue:list_",
            help=_("what waits, and what was set aside"),
            options=(JSON,),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.queue:show",
            help=_("one mail: attempts, answers, next try and why"),
            options=(ID, JSON),
        ),
        Command(
            name="retry",
            run="noroshi.cli.handlers.queue:retry",
            help=_("try one again now, also if it was set aside"),
            options=(ID,),
        ),
        Command(
            name="hold",
            run="noroshi.cli.handlers.queue:hold",
            help=_("keep one from leaving, and what follows it"),
            options=(ID,),
        ),
        Command(
            name="release",
            run="noroshi.cli.handlers.queue:release",
            help=_("let one go that was held or set aside"),
            options=(ID,),
        ),
        Command(
            name="seen",
            run="noroshi.cli.handlers.queue:seen",
            help=_(
                "say that one lies in the inbox: it is kept as seen arrived, with your name"
            ),
            options=(ID,),
        ),
        Command(
            name="drop",
            run="noroshi.cli.handlers.queue:drop",
            help=_("give one up: it stays on record, and is never sent"),
            options=(ID,),
        ),
        Command(
            name="edit",
            run="noroshi.cli.handlers.queue:edit",
            help=_("mend the addresses or the routes of one"),
            options=(
                ID,
                Option(
                    ("--to",),
                    _("address to send it to (again for more)"),
                    {"metavar": "ADDRESS", "action": "append", "default": []},
                ),
                Option(
                    ("--route",),
                    _("route to use (again for the next one)"),
                    {"metavar": "ROUTE", "action": "append", "default": []},
                ),
            ),
        ),
    ),
)
LEDGER = Command(
    name="ledger",
    run="noroshi.cli.handlers.ledger:ledger",
    help=_("each alarm: its mail, all attempts, what became of it; and that none is lost"),
    options=(
        Option(
            ("--alarm",),
            _("this one in full: its number stands at the foot of its mail"),
            {"metavar": "ID", "default": ""},
        ),
        Option(
            ("--last",),
            _("how many (default: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
