"""List the commands that lead through: `noroshi setup`."""

from __future__ import annotations

from noroshi.cli.commands.sign_in import URL_FILE
from noroshi.cli.commands.spec import FLAG, Command, Option
from noroshi.core.translation import Message, _


def _text(flag: str, metavar: str, help: Message, default: str = "") -> Option:
    return Option((flag,), help, {"metavar": metavar, "default": default})


def _flag(flag: str, help: Message) -> Option:
    return Option((flag,), help, FLAG)


MICROSOFT365 = Command(
    name="microsoft365",
    run="noroshi.cli.setup.microsoft365:setup",
    help=_(
        "set up sending through Microsoft 365, from the mailbox to an accepted test message"
    ),
    more=(
        _(
            "The command asks for the values that it needs, shows the administrator's steps with "
            "these values filled in, and verifies each step as soon as possible. If a step fails, "
            "the command shows how to fix it and tries again."
        ),
        _(
            "Answers are saved as definitions, secrets in the vault. An interrupted setup continues "
            "where it stopped. In a script, specify the answers as options."
        ),
    ),
    options=(
        _text("--mailbox", "ADDRESS", _("mailbox that sends the alarms")),
        _text("--tenant", "ID", _("tenant ID or domain (default: domain of the mailbox)")),
        _text("--client-id", "ID", _("application (client) ID")),
        Option(
            ("--sign-in",),
            _("app: app-only, with a secret or certificate; person: a user signs in"),
            {"choices": ("app", "person"), "metavar": "WHO", "default": ""},
        ),
        _text(
            "--secret-file",
            "FILE",
            _("read the client secret from this file (- for standard input)"),
        ),
        _text("--secret-ends", "DATE", _("expiry date of the secret, such as 2028-01-31")),
        _text(
            "--certificate-file",
            "FILE",
            _("read certificate and key from this file (PEM or PFX) instead of creating them"),
        ),
        _text(
            "--passphrase-file",
            "FILE",
            _(
                "read the passphrase of the certificate file from this file (- for standard input)"
            ),
        ),
        _flag("--here", _("sign in with a browser on this computer")),
        _flag("--device", _("sign in by entering a code on another device")),
        URL_FILE,
        _text(
            "--person",
            "ADDRESS",
            _("account that signs in, if not the mailbox (shared mailbox)"),
        ),
        _flag(
            "--shared",
            _("the mailbox is shared; a user with Full Access and Send As signs in for it"),
        ),
        _flag("--graph", _("send through Microsoft Graph (HTTPS)")),
        _flag("--smtp", _("send over SMTP")),
        _text("--to", "ADDRESS", _("recipient of the test message")),
        _text(
            "--cloud",
            "NAME",
            _(
                "cloud (default: microsoft365; for GCC High, DoD and 21Vianet: microsoft365-gcc-high, "
                "microsoft365-dod, microsoft365-china)"
            ),
        ),
        _text("--network", "NAME", _("name of the network definition to use, such as a proxy")),
        _text("--redirect", "URL", _("redirect URI (default: http://localhost/MxMail/)")),
        _text("--account", "NAME", _("name of the account (default: m365)"), "m365"),
        _text("--route", "NAME", _("name of the route (default: smtp1 or graph1)")),
        _text(
            "--print-admin-steps",
            "FILE",
            _("only write the administrator's steps to this file (- for standard output)"),
        ),
        _flag(
            "--yes",
            _("do not ask for values that have a default, and stop at the first failure"),
        ),
    ),
)
SETUP = Command(
    name="setup", help=_("set up sending, step by step"), subcommands=(MICROSOFT365,)
)
