"""List the commands that lead through: `noroshi setup`."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, Command, Option
from noroshi.core.translation import Message, _


def _text(flag: str, metavar: str, help: Message, default: str = "") -> Option:
    return Option((flag,), help, {"metavar": metavar, "default": default})


def _flag(flag: str, help: Message) -> Option:
    return Option((flag,), help, FLAG)


MICROSOFT365 = Command(
    name="microsoft365",
    run="noroshi.cli.setup.microsoft365:setup",
    help=_("send through Microsoft 365: from the mailbox to a test mail that was accepted"),
    more=(
        _(
            "It asks for what it needs, tells the administrator's steps with your values in them, "
            "and proves each step as soon as it can be proved. What is refused is told with what "
            "mends it, and tried again."
        ),
        _(
            "Answers are kept as definitions, secrets in the vault: what was broken off goes on "
            "where it was. In a script options say what would be asked."
        ),
    ),
    options=(
        _text("--mailbox", "ADDRESS", _("mailbox that alarms come from")),
        _text("--tenant", "ID", _("tenant ID, or a domain (else that of the mailbox)")),
        _text("--client-id", "ID", _("application (client) ID")),
        Option(
            ("--sign-in",),
            _("app: by itself, with a secret or a certificate; person: somebody signs in"),
            {"choices": ("app", "person"), "metavar": "WHO", "default": ""},
        ),
        _text(
            "--secret-file",
            "FILE",
            _("take the client secret from this file (- is the standard input)"),
        ),
        _text("--secret-ends", "DAY", _("day on which it ends, as in 2028-01-31")),
        _text(
            "--certificate-file",
            "FILE",
            _("take certificate and key from this file (PEM or PFX) instead of making them"),
        ),
        _text(
            "--passphrase-file",
            "FILE",
            _("take its passphrase from this file (- is the standard input)"),
        ),
        _flag("--here", _("a person signs in in a browser on this computer")),
        _flag("--device", _("a person types a code on another device")),
        Option(
            ("--url-file",),
            _("take the pasted address from the standard input (-), or from a named pipe"),
            {"metavar": "PIPE"},
        ),
        _text("--person", "ADDRESS", _("who signs in, if not the mailbox (a shared mailbox)")),
        _flag(
            "--shared",
            _(
                "the mailbox is a shared one: a person with Full Access and Send As signs in for it"
            ),
        ),
        _flag("--graph", _("send by Microsoft Graph (HTTPS)")),
        _flag("--smtp", _("send by SMTP")),
        _text("--to", "ADDRESS", _("whom the test mail goes to")),
        _text(
            "--cloud",
            "NAME",
            _(
                "cloud (default: microsoft365; for GCC High, DoD and 21Vianet microsoft365-gcc-high, "
                "-dod, -china)"
            ),
        ),
        _text("--network", "NAME", _("network that it goes through, such as a proxy")),
        _text("--redirect", "URL", _("redirect URI, if not http://localhost/MxMail/")),
        _text("--account", "NAME", _("name of the account (default: m365)"), "m365"),
        _text("--route", "NAME", _("name of the route (default: smtp1 or graph1)")),
        _text(
            "--print-admin-steps",
            "FILE",
            _("only write the administrator's steps into this file (- is the standard output)"),
        ),
        _flag("--yes", _("ask nothing that has a default, and end at the first refusal")),
    ),
)
SETUP = Command(name="setup", help=_("lead through the setting up"), under=(MICROSOFT365,))
