"""List the commands for what mail is sent by: signing in, secrets, certificates."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option, command_of
from noroshi.core.translation import _
from noroshi.operations import node_operations

URL_FILE = Option(
    ("--url-file",),
    _("read the pasted URL from standard input (-) or a named pipe"),
    {"metavar": "PIPE"},
)
AUTHORIZE = Command(
    name="authorize",
    run="noroshi.cli.handlers.authorize:authorize",
    help=_("sign a route in to its provider (OAuth 2.0)"),
    more=(
        _(
            "The command asks for the client secret if none is stored, shows a page to open in any "
            "browser, and asks for the URL where the browser ends up."
        ),
        _(
            "With --here, the browser on this computer passes the result back automatically. With "
            "--device, you enter a code on another device, such as a phone."
        ),
        _(
            'An account with sign_in = "app" needs only its secret or certificate: a token is '
            "fetched to verify it."
        ),
    ),
    options=(
        Option(("route",), _("name of the route"), {"metavar": "ROUTE"}),
        Option(
            ("--here",), _("wait for the browser on this computer, at most five minutes"), FLAG
        ),
        Option(
            ("--device",),
            _("show a code to enter on another device; many organisations block this"),
            FLAG,
        ),
        Option(
            ("--read-mailbox",),
            _(
                "request permission to read the account's own mailbox (reads_inbox); in Microsoft 365 "
                "this permission is separate from the one to send, as it usually requires an "
                "administrator's consent"
            ),
            FLAG,
        ),
        Option(
            ("--secret-file",),
            _("read the client secret from this file (- for standard input)"),
            {"metavar": "FILE"},
        ),
        URL_FILE,
    ),
)
GUIDE = Command(
    name="guide",
    run="noroshi.cli.handlers.guide:guide",
    help=_("print the administrator's steps for a Microsoft 365 route"),
    more=(
        _(
            "The steps are printed in Markdown with your values filled in, ready to hand on. "
            "`noroshi setup microsoft365` shows them one by one and verifies each."
        ),
    ),
    options=(
        Option(("route",), _("name of the route"), {"metavar": "ROUTE"}),
        Option(
            ("--way",),
            _(
                "steps for another sign-in method: app-certificate, app-secret, person-paste, "
                "person-here, person-device (default: that of the account)"
            ),
            {"metavar": "WAY", "default": ""},
        ),
        JSON,
    ),
)
FORCE = Option(
    ("--force",),
    _(
        "replace the existing secret or certificate even if the sign-in server refuses the new "
        "one or cannot be reached"
    ),
    FLAG,
)
SECRET = Command(
    name="secret",
    help=_("manage passwords and other secrets in the vault"),
    subcommands=(
        Command(
            name="set",
            run="noroshi.cli.handlers.secrets:set_",
            help=_("store a password or another secret in the vault, or replace it"),
            more=(
                _(
                    'You enter the secret twice. A route refers to the vault entry by password = "NAME", an '
                    'account by secret = "NAME". A new value takes effect immediately.'
                ),
                _(
                    "An app's secret is checked with the sign-in server. A refused secret does not replace "
                    "an existing one unless you use --force."
                ),
            ),
            options=(
                Option(("name",), _("name of the vault entry"), {"metavar": "NAME"}),
                Option(
                    ("--file",),
                    _("read the value from this file (- for standard input)"),
                    {"metavar": "FILE"},
                ),
                Option(
                    ("--ends",),
                    _(
                        "expiry date of an app's secret, such as 2028-01-31; saved in the accounts that use it"
                    ),
                    {"metavar": "DATE", "default": ""},
                ),
                Option(
                    ("--to",),
                    _(
                        "allow the secret to be sent to this destination (host:port) even if the destination was "
                        "set through an API token without --programs (repeatable)"
                    ),
                    {"metavar": "HOST:PORT", "action": "append", "default": []},
                ),
                FORCE,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.secrets:list_",
            help=_("list vault entries and what uses them"),
            options=(JSON,),
        ),
        command_of(node_operations.SECRET_REMOVE),
    ),
)
NAME = Option(("name",), _("name of a route or account"), {"metavar": "NAME"})
NEXT = Option(
    ("--next",),
    _("act on the next certificate (certificate_next) instead of the current one"),
    FLAG,
)
REPLACE = Option(("--replace",), _("replace an existing certificate"), FLAG)
OUT = Option(
    ("--out",),
    _("write the certificate, without its key, to this new file (.cer)"),
    {"metavar": "FILE"},
)
CERT = Command(
    name="cert",
    help=_("manage client certificates, used instead of client secrets"),
    subcommands=(
        Command(
            name="new",
            run="noroshi.cli.handlers.certificates:new",
            help=_("create a key and certificate, and show what to upload"),
            more=(_("2048-bit RSA, self-signed. The key stays in the vault."),),
            options=(
                NAME,
                NEXT,
                REPLACE,
                Option(
                    ("--days",),
                    _("validity in days (default: 730)"),
                    {"metavar": "N", "type": int, "default": 730},
                ),
                OUT,
            ),
        ),
        Command(
            name="import",
            run="noroshi.cli.handlers.certificates:import_",
            help=_("store a certificate with its key in the vault (PEM or PFX)"),
            more=(
                _(
                    "With --replace, the certificate is first checked with the sign-in server, so upload it "
                    "to the app registration beforehand. A refused certificate does not replace an existing "
                    "one unless you use --force."
                ),
            ),
            options=(
                NAME,
                Option(
                    ("file",),
                    _("file with certificate and key (- for standard input)"),
                    {"metavar": "FILE"},
                ),
                NEXT,
                REPLACE,
                FORCE,
                Option(
                    ("--passphrase-file",),
                    _(
                        "read the passphrase of the certificate file from this file (- for standard input)"
                    ),
                    {"metavar": "FILE"},
                ),
            ),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.certificates:show",
            help=_("show a certificate, its thumbprint and expiry date; never its key"),
            options=(NAME, NEXT, OUT, JSON),
        ),
    ),
)
