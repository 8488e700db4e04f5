"""List the commands for who may log in to the manager, by what programs speak to it, and what
everybody changed."""

from __future__ import annotations

from noroshi.cli.commands.spec import FLAG, JSON, Command, Option, command_of
from noroshi.core.roles import ROLES
from noroshi.core.translation import _
from noroshi.operations import people_operations

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
        "read the password from this file (- for standard input); default: print a one-time code"
    ),
    {"metavar": "FILE", "default": ""},
)
OWN = Option(("name",), _("your user name in the manager"), {"metavar": "NAME"})
OLD = Option(
    ("--password-file",),
    _("read the current password from this file (- for standard input); default: ask for it"),
    {"metavar": "FILE", "default": ""},
)
NEW = Option(
    ("--new-password-file",),
    _("read the new password from this file; default: ask for it"),
    {"metavar": "FILE", "default": ""},
)
CODE = _(
    "Users choose their own password in the manager with the one-time code. The code is "
    "valid for three days."
)
USER = Command(
    name="user",
    help=_("manage the users of the manager"),
    subcommands=(
        Command(
            name="add",
            run="noroshi.cli.handlers.users:add",
            help=_("add a user, and print a code for choosing a password"),
            more=(CODE,),
            options=(NAME, ROLE, PASSWORD, JSON),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.users:list_",
            help=_("list users and their roles"),
            options=(JSON,),
        ),
        Command(
            name="password",
            run="noroshi.cli.handlers.users:password",
            help=_(
                "reset a user's password: print a one-time code for choosing a new one, and log the user "
                "out"
            ),
            more=(CODE,),
            options=(NAME, PASSWORD, JSON),
        ),
        Command(
            name="role",
            run="noroshi.cli.handlers.users:role",
            help=_(
                "change a user's role; their API tokens that exceed it are revoked, along with all "
                "tokens created by those tokens"
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
        command_of(people_operations.USER_REMOVE),
        Command(
            name="totp",
            run="noroshi.cli.handlers.users:totp",
            help=_("set up two-step login with an authenticator (TOTP)"),
            more=(
                _(
                    "The command prints the key for the authenticator, asks for the first code, and prints "
                    "recovery codes to keep."
                ),
            ),
            options=(NAME, Option(("--off",), _("turn two-step login off"), FLAG)),
        ),
        Command(
            name="own-password",
            run="noroshi.cli.handlers.own_account:password",
            help=_("change your own password; the current one is required"),
            options=(OWN, OLD, NEW),
        ),
        Command(
            name="own-totp",
            run="noroshi.cli.handlers.own_account:totp",
            help=_(
                "set up your own two-step login with an authenticator (TOTP); your password is required"
            ),
            options=(OWN, Option(("--off",), _("turn two-step login off"), FLAG), OLD),
        ),
    ),
)
API_TOKEN = Command(
    name="token",
    help=_("manage the API tokens that programs use to access the manager"),
    subcommands=(
        Command(
            name="new",
            run="noroshi.cli.handlers.users:token_new",
            help=_("create an API token, which is shown once"),
            options=(
                TOKEN,
                ROLE,
                Option(
                    ("--days",),
                    _("validity in days (default: 90; 0: no expiry)"),
                    {"metavar": "DAYS", "type": int, "default": 90},
                ),
                Option(
                    ("--programs",),
                    _(
                        "also allow running programs, sending stored secrets to new destinations, and managing "
                        "users"
                    ),
                    FLAG,
                ),
                JSON,
            ),
        ),
        Command(
            name="list",
            run="noroshi.cli.handlers.users:token_list",
            help=_("list API tokens, who created them, and when they expire"),
            options=(JSON,),
        ),
        command_of(people_operations.TOKEN_REVOKE),
    ),
)
AUDIT = Command(
    name="audit",
    run="noroshi.cli.handlers.audit_log:audit",
    help=_(
        "list who changed which field, when and from where, with old and new values, and refused "
        "attempts"
    ),
    options=(
        Option(
            ("--last",),
            _("number of entries (default: 50)"),
            {"metavar": "COUNT", "type": int, "default": 50},
        ),
        JSON,
    ),
)
