"""Operations on people, API tokens, and the audit log."""

from __future__ import annotations

from noroshi.core.roles import ADMIN, VIEWER
from noroshi.core.translation import _
from noroshi.operations.declaration import Argument, Verb, operation

TOKEN_NEW = operation(
    "token_new",
    ADMIN,
    help=_("Create an API token."),
    label=_("API token created"),
    reauthenticate=True,
)
TOKEN_LIST = operation(
    "token_list",
    ADMIN,
    help=_("List the API tokens."),
    label=_("API tokens listed"),
    changes=False,
)
TOKEN_REVOKE = operation(
    "token_revoke",
    ADMIN,
    help=_("Revoke an API token."),
    label=_("API token revoked"),
    verb=Verb(
        words="token revoke",
        help=_("revoke an API token immediately, along with all tokens created by it"),
        done_message=_("“{name}” was revoked."),
        arguments=(Argument("name", "NAME", _("name of the token")),),
    ),
)
AUDIT = operation(
    "audit",
    ADMIN,
    help=_("List the changes and who made them, newest first."),
    label=_("Audit log read"),
    changes=False,
)
OWN_ACCOUNT = operation("own_account", VIEWER, help=_("Show your own account."))
OWN_PASSWORD = operation(
    "own_password",
    VIEWER,
    help=_("Change your own password."),
    label=_("Own password changed"),
    changes=True,
    secret=("old", "new"),
)
OWN_TOTP = operation(
    "own_totp",
    VIEWER,
    help=_("Start setting up your own two-step login."),
    label=_("Setup of own two-step login started"),
    changes=True,
    secret=("password",),
)
OWN_TOTP_ON = operation(
    "own_totp_on",
    VIEWER,
    help=_("Turn your own two-step login on."),
    label=_("Own two-step login turned on"),
    changes=True,
    secret=("password", "code"),
)
OWN_TOTP_OFF = operation(
    "own_totp_off",
    VIEWER,
    help=_("Turn your own two-step login off."),
    label=_("Own two-step login turned off"),
    changes=True,
    secret=("password",),
)
USER_ADD = operation(
    "user_add",
    ADMIN,
    help=_("Add a user."),
    label=_("User added"),
    reauthenticate=True,
    secret=("password",),
)
USER_LIST = operation(
    "user_list", ADMIN, help=_("List the users."), label=_("Users listed"), changes=False
)
USER_PASSWORD = operation(
    "user_password",
    ADMIN,
    help=_("Change a user's password."),
    label=_("User's password changed"),
    reauthenticate=True,
    secret=("password",),
)
USER_ROLE = operation(
    "user_role",
    ADMIN,
    help=_("Change a user's role."),
    label=_("User's role changed"),
    reauthenticate=True,
)
USER_REMOVE = operation(
    "user_remove",
    ADMIN,
    help=_("Remove a user."),
    label=_("User removed"),
    reauthenticate=True,
    verb=Verb(
        words="user remove",
        help=_("remove a user and all API tokens created by them, directly or indirectly"),
        done_message=_("“{name}” was removed."),
        arguments=(Argument("name", "NAME", _("name of the user")),),
    ),
)
USER_TOTP = operation(
    "user_totp",
    ADMIN,
    help=_("Start setting up two-step login for a user."),
    label=_("Setup of a user's two-step login started"),
    reauthenticate=True,
)
USER_TOTP_ON = operation(
    "user_totp_on",
    ADMIN,
    help=_("Turn two-step login on for a user."),
    label=_("User's two-step login turned on"),
    reauthenticate=True,
    secret=("code",),
)
USER_TOTP_OFF = operation(
    "user_totp_off",
    ADMIN,
    help=_("Turn two-step login off for a user."),
    label=_("User's two-step login turned off"),
    reauthenticate=True,
)
