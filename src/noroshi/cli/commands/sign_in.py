"""List the commands for what mail is sent by: signing in, secrets, certificates."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.translation import _

AUTHORIZE = Command(
    name="authorize",
    run="noroshi.cli.handlers.authorize:authorize",
    help=_("sign a route in with its provider (OAuth 2.0)"),
    more=(
        _(
            "It asks for the client secret if none is kept, shows a page to open in any "
            "browser, and takes the address at which the browser ends."
        ),
        _(
            "With --here the browser of this computer comes back by itself; with --device a "
            "code is typed on another device, such as a phone."
        ),
        _(
            'For an account with sign_in = "app" secret or certificate are all: a token is '
            "fetched to prove it."
        ),
    ),
    options=(
        Option(("route",), _("name of the route"), {"metavar": "ROUTE"}),
        Option(
            ("--here",),
            _("listen on this computer for the browser, five minutes at most"),
            FLAG,
        ),
        Option(
            ("--device",),
            _("show a code to type on another device; many organisations block it"),
            FLAG,
        ),
        Option(
            ("--read-mailbox",),
            _(
                "ask for permission to read the account's own mailbox (reads_inbox); at Microsoft "
                "apart from sending, as usually an administrator must consent"
            ),
            FLAG,
        ),
        Option(
            ("--secret-file",),
            _("take the client secret from this file (- is the standard input)"),
            {"metavar": "FILE"},
        ),
        Option(
            ("--url-file",),
            _("take the pasted address from the standard input (-), or from a named pipe"),
            {"metavar": "PIPE"},
        ),
    ),
)
GUIDE = Command(
    name="guide",
    run="noroshi.cli.handlers.guide:guide",
    help=_("print the administrator's steps for a route through Microsoft 365"),
    more=(
        _(
            "With your values in them, in Markdown, to be handed on. noroshi setup microsoft365 "
            "shows them one after the other and proves each."
        ),
    ),
    options=(
        Option(("route",), _("name of the route"), {"metavar": "ROUTE"}),
        Option(
            ("--way",),
            _(
                "for another way to sign in than the account's: app-certificate, app-secret, "
                "person-paste, person-here, person-device"
            ),
            {"metavar": "WAY", "default": ""},
        ),
        JSON,
    ),
)
FORCE = Option(
    ("--force",),
    _("in another one's place even where the sign-in server refuses it, or cannot be asked"),
    FLAG,
)
SECRET = Command(
    name="secret",
    help=_("passwords and other secrets in the vault"),
    under=(
        Command(
            name="set",
            run="noroshi.cli.handlers.secrets:set_",
            help=_("put a password into the vault, or another in its place"),
            more=(
                _(
                    'It asks twice. A route names it by password = "NAME", and tries it at once.'
                ),
                _(
                    "The sign-in server is asked about an app's secret. One that it refuses takes no "
                    "other one's place; --force keeps it all the same."
                ),
            ),
            options=(
                Option(("name",), _("name of the vault's entry"), {"metavar": "NAME"}),
                Option(
                    ("--file",),
                    _("take it from this file (- is the standard input)"),
                    {"metavar": "FILE"},
                ),
                Option(
                    ("--ends",),
                    _(
                        "the day on which an app's secret ends, as in 2028-01-31: written into the "
                        "accounts that name it"
                    ),
                    {"metavar": "DAY", "default": ""},
                ),
                Option(
                    ("--to",),
                    _(
                        "where it may go (host:port), if an API token without programs chose that; "
                        "repeatable"
                    ),
                    {"metavar": "PLACE", "action": "append", "default": []},
                ),
                FORCE,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.secrets:list_",
            help=_("which entries there are, and who names them"),
            options=(JSON,),
        ),
        Command(
            name="remove",
            run="noroshi.cli.handlers.secrets:remove",
            help=_("take an entry out of the vault for good"),
            options=(
                Option(("name",), _("name of the vault's entry"), {"metavar": "NAME"}),
                Option(("--force",), _("also one that a route or an account names"), FLAG),
            ),
        ),
    ),
)
NAME = Option(("name",), _("a route, or an account"), {"metavar": "NAME"})
NEXT = Option(("--next",), _("the next one (certificate_next), beside the one in use"), FLAG)
REPLACE = Option(("--replace",), _("put it in the place of one that is there"), FLAG)
OUT = Option(
    ("--out",),
    _("write the certificate, without its key, into this new file (.cer)"),
    {"metavar": "FILE"},
)
CERT = Command(
    name="cert",
    help=_("client certificates instead of client secrets"),
    under=(
        Command(
            name="new",
            run="noroshi.cli.handlers.certificates:new",
            help=_("make a key and a certificate, and say what to upload"),
            more=(_("RSA with 2048 bits, signed by itself. The key stays in the vault."),),
            options=(
                NAME,
                NEXT,
                REPLACE,
                Option(
                    ("--days",),
                    _("how long it shall hold (730)"),
                    {"metavar": "N", "type": int, "default": 730},
                ),
                OUT,
            ),
        ),
        Command(
            name="import",
            run="noroshi.cli.handlers.certificates:import_",
            help=_("put a certificate with its key into the vault (PEM or PFX)"),
            more=(
                _(
                    "With --replace the sign-in server is asked about it first, so it has to be "
                    "uploaded already. One that is refused takes no other one's place; --force "
                    "keeps it all the same."
                ),
            ),
            options=(
                NAME,
                Option(
                    ("file",),
                    _("file with both (- is the standard input)"),
                    {"metavar": "FILE"},
                ),
                NEXT,
                REPLACE,
                FORCE,
                Option(
                    ("--passphrase-file",),
                    _("take its passphrase from this file (- is the standard input)"),
                    {"metavar": "FILE"},
                ),
            ),
        ),
        Command(
            name="show",
            run="noroshi.cli.handlers.certificates:show",
            help=_("show a certificate, its thumbprint and its end; never its key"),
            options=(NAME, NEXT, OUT, JSON),
        ),
    ),
)
