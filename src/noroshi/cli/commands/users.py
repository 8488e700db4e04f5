"""List the commands for who may log in to the manager, by what programs speak to it, and what
everybody changed."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option
from noroshi.core.people import ROLES
from noroshi.core.translation import _

NAME = Option(("name",), _("name of the user"), {"metavar": "NAME"})
TOKEN = Option(("name",), _("name of the token"), {"metavar": "NAME"})
ROLE = Option(
    ("--role",),
    _("viewer (default), operator or administrator"),
    {"metavar": "ROLE", "choices": ROLES, "default": "viewer"},
)
PASSWORD = Option(
    ("--password-file",),
    _(
        "take the password from this file (- is the standard input); without it a one-time "
        "code is printed"
    ),
    {"metavar": "FILE", "default": ""},
)
OWN = Option(("name",), _("your name in the manager"), {"metavar": "NAME"})
OLD = Option(
    ("--password-file",),
    _(
        "take the current password from this file (- is the standard input); without it it "
        "is asked for"
    ),
    {"metavar": "FILE", "default": ""},
)
NEW = Option(
    ("--new-password-file",),
    _("take the new password from this file; without it it is asked for"),
    {"metavar": "FILE", "default": ""},
)
CODE = _(
    "With the one-time code they choose their own password in the manager. It holds for three "
    "days."
)
USER = Command(
    name="user",
    help=_("who may log in to the manager"),
    under=(
        Command(
            name="add",
            run="noroshi.cli.handlers.users:add",
            help=_("add a user, and print the code by which they choose a password"),
            more=(CODE,),
            options=(NAME, ROLE, PASSWORD, JSON),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.users:list_",
            help=_("users and their roles"),
            options=(JSON,),
        ),
        Command(
            name="password",
            run="noroshi.cli.handlers.users:password",
            help=_("give a user another password, and log them out"),
            more=(CODE,),
            options=(NAME, PASSWORD, JSON),
        ),
        Command(
            name="role",
            run="noroshi.cli.handlers.users:role",
            help=_(
                "give a user another role; their API tokens that exceed it are revoked, with all "
                "tokens made by these"
            ),
            options=(
                NAME,
                Option(
                    ("role",),
                    _("viewer, operator or administrator"),
                    {"metavar": "ROLE", "choices": ROLES},
                ),
            ),
        ),
        Command(
            name="remove",
            run="noroshi.cli.handlers.users:remove",
            help=_("remove a user and all API tokens made by them, directly or indirectly"),
            options=(NAME,),
        ),
        Command(
            name="totp",
            run="noroshi.cli.handlers.users:totp",
            help=_("two-step log-in by an authenticator (TOTP)"),
            more=(
                _(
                    "It prints what the authenticator takes, asks for its first code, and prints "
                    "recovery codes to keep."
                ),
            ),
            options=(NAME, Option(("--off",), _("turn it off again"), FLAG)),
        ),
        Command(
            name="own-password",
            run="noroshi.cli.handlers.own_account:password",
            help=_("change your own password, with the old one"),
            options=(OWN, OLD, NEW),
        ),
        Command(
            name="own-totp",
            run="noroshi.cli.handlers.own_account:totp",
            help=_("your own two-step log-in by an authenticator (TOTP), with your password"),
            options=(OWN, Option(("--off",), _("turn it off again"), FLAG), OLD),
        ),
    ),
)
API_TOKEN = Command(
    name="token",
    help=_("by what programs speak to the manager"),
    under=(
        Command(
            name="new",
            run="noroshi.cli.handlers.users:token_new",
            help=_("make an API token; it is shown once"),
            options=(
                TOKEN,
                ROLE,
                Option(
                    ("--days",),
                    _("how many days it holds (default: 90; 0: it does not end)"),
                    {"metavar": "DAYS", "type": int, "default": 90},
                ),
                Option(
                    ("--programs",),
                    _(
                        "also allow what runs programs, sends a secret elsewhere or concerns users"
                    ),
                    FLAG,
                ),
                JSON,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.users:token_list",
            help=_("API tokens, who made them, and until when they hold"),
            options=(JSON,),
        ),
        Command(
            name="revoke",
            run="noroshi.cli.handlers.users:token_revoke",
            help=_("revoke an API token at once, and all tokens made by it"),
            options=(TOKEN,),
        ),
    ),
)
AUDIT = Command(
    name="audit",
    run="noroshi.cli.handlers.audit_log:audit",
    help=_(
        "who changed what when, from where, field by field from what to what; who was refused"
    ),
    options=(
        Option(
            ("--last",),
            _("how many (default: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
