"""Operations on sign-ins, secrets, and diagnoses."""

from __future__ import annotations

from noroshi.core.roles import ADMIN
from noroshi.core.translation import _
from noroshi.operations.declaration import operation

EXAMINE_BEGIN = operation(
    "examine_begin",
    ADMIN,
    help=_("Diagnose a route, an instance, or this computer."),
    label=_("Diagnosis started"),
    changes=False,
)
EXAMINE_LOOK = operation(
    "examine_look",
    ADMIN,
    help=_("Show the progress of a diagnosis."),
    label=_("Diagnosis viewed"),
    changes=False,
)
ACCOUNT_CHECK = operation(
    "account_check",
    ADMIN,
    help=_("Ask the sign-in server which setting of an account is wrong."),
    label=_("Account checked"),
    changes=False,
    secret=("secret",),
)
AUTHORIZE_BEGIN = operation(
    "authorize_begin",
    ADMIN,
    help=_("Start the sign-in of a route."),
    label=_("Sign-in started"),
    changes=False,
)
SET_SECRET = operation(
    "set_secret",
    ADMIN,
    help=_("Store a secret in the vault."),
    label=_("Secret stored"),
    secret=("value",),
    news=True,
)
AUTHORIZE_FINISH = operation(
    "authorize_finish",
    ADMIN,
    help=_("Complete a sign-in."),
    label=_("Sign-in completed"),
    secret=("pasted",),
    news=True,
)
AUTHORIZE_DEVICE = operation(
    "authorize_device",
    ADMIN,
    help=_("Start a sign-in with a device code."),
    label=_("Sign-in with a device code started"),
    changes=False,
)
AUTHORIZE_DEVICE_ASK = operation(
    "authorize_device_ask",
    ADMIN,
    help=_("Check whether the code was entered."),
    label=_("Sign-in with a device code"),
    changes=False,
    news=True,
)
AUTHORIZE_APP = operation(
    "authorize_app",
    ADMIN,
    help=_("Verify the app-only sign-in."),
    label=_("App-only sign-in verified"),
    news=True,
)
CERTIFICATE_NEW = operation(
    "certificate_new",
    ADMIN,
    help=_("Create a client certificate."),
    label=_("Certificate created"),
    news=True,
)
CERTIFICATE_IMPORT = operation(
    "certificate_import",
    ADMIN,
    help=_("Store a client certificate in the vault."),
    label=_("Certificate imported"),
    secret=("pem",),
    news=True,
)
CERTIFICATE_SHOW = operation(
    "certificate_show",
    ADMIN,
    help=_("Show a client certificate."),
    label=_("Certificate shown"),
    changes=False,
)
GUIDE_SHOW = operation(
    "guide_show",
    ADMIN,
    help=_("Show the administrator's steps for a route."),
    label=_("Administrator's steps shown"),
    changes=False,
)
ACCOUNT_TENANT = operation(
    "account_tenant",
    ADMIN,
    help=_("Check whether an account's tenant exists."),
    label=_("Tenant checked"),
    changes=False,
)
ACCOUNT_TRY = operation(
    "account_try",
    ADMIN,
    help=_("Check whether an account's app and secret are correct."),
    label=_("App and secret checked"),
    changes=False,
    secret=("secret",),
)
SECRET_TRY = operation(
    "secret_try",
    ADMIN,
    help=_("Check whether sign-in servers accept a vault entry."),
    label=_("Vault entry checked"),
    changes=False,
)
TOKEN_LOOK = operation(
    "token_look",
    ADMIN,
    help=_("Show the contents of a route's token."),
    label=_("Token inspected"),
    changes=False,
)
