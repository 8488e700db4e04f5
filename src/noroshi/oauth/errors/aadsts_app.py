"""Microsoft Entra's numbers about the application, its tenant and what it asks for.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.oauth.errors import remedies, remedies_tenant
from noroshi.oauth.errors.error_advice import (
    BAD_SCOPE,
    CONSENT,
    NO_CONSENT,
    NO_EXCHANGE,
    NO_SUCH_GRANT,
    Advice,
    to,
)

WRONG_SECRET = to(
    "admin",
    _(
        "The client secret is wrong ({code}). Put the Value from the portal in, not the secret ID: noroshi "
        "secret set {secret}"
    ),
    remedies.SECRET,
)
ENDED_SECRET = to(
    "admin",
    _(
        "The client secret has ended ({code}). The administrator of {provider} makes a new "
        "one; put it in: noroshi secret set {secret}. The mails that wait go out in order then."
    ),
    remedies.SECRET,
)
NO_SECRET_SENT = to(
    "setup",
    _(
        "The application wants a client secret or a certificate, and none was sent ({code}). Enter "
        "the secret's Value; for a sign-in by code the administrator sets “Allow public client "
        "flows” to Yes."
    ),
    remedies_tenant.PUBLIC_FLOWS,
)
PUBLIC_CLIENT = to(
    "admin",
    _(
        "The redirect URL is registered for a public client, which may have no secret ({code}). "
        "Register it under the platform Web."
    ),
    remedies.PLATFORM,
)
WRONG_CERTIFICATE = to(
    "admin",
    _(
        "The certificate is not one of the application's ({code}). The administrator uploads the one "
        "that is used here: noroshi cert show {account} tells it and its thumbprint."
    ),
    remedies.CERTIFICATE,
)
CLOCK = to(
    "setup",
    _(
        "What this computer signed is out of its time ({code}): its clock is wrong. Set it, best by "
        "NTP; it is tried again by itself."
    ),
    remedies.CLOCK,
)
ADMIN_APP = to(
    "admin",
    _(
        "The application is not there or is switched off in this tenant ({code}). "
        "Check client ID and tenant ID; the administrator looks under Enterprise applications."
    ),
)
TENANT_NEEDED = to(
    "setup",
    _(
        "The tenant is wrong or missing ({code}). "
        "Enter the tenant ID (a GUID) of the organisation that owns the application."
    ),
)
WRONG_CLOUD = to(
    "setup",
    _(
        "The tenant belongs to another Microsoft cloud ({code}). Choose the right cloud profile."
    ),
    remedies.CLOUD,
)
OTHER_TENANT = to(
    "user",
    _(
        "The sign-in was begun at another tenant than it was completed at ({code}). Sign in again, "
        "with the tenant ID as it stands in the account now."
    ),
)
REDIRECT = to(
    "admin",
    _(
        "The redirect URL is not registered as it is used ({code}). Under Authentication, platform "
        "Web, it must read as in the account here, letter by letter: http://localhost/MxMail/ unless "
        "it says another, with the slash at its end."
    ),
    remedies.REDIRECT,
)
OTHER_REDIRECT = to(
    "user",
    _("The redirect URL has changed since this sign-in was begun ({code}). Sign in again."),
)
SINGLE_PAGE = to(
    "admin",
    _(
        "The redirect URL is registered for a single-page application ({code}). "
        "Register it under the platform Web, then sign in again."
    ),
    remedies.PLATFORM,
)
CUT = to(
    "user",
    _(
        "The code or the sign-in arrived incomplete, or the request was not understood ({code}). "
        "Sign in again and copy the whole address; if it stays so, it is Noroshi's fault."
    ),
)
OURS = to(
    "setup",
    _(
        "The sign-in server was asked in a wrong way ({code}). If tenant ID and cloud are right, it is "
        "Noroshi's fault: please report it with this number."
    ),
    remedies_tenant.REPORT,
)
NO_SERVICE = to(
    "admin",
    _(
        "The organisation has not subscribed to the service that is asked for, or has switched it off "
        "({code}). The administrator checks the licences."
    ),
    remedies.LICENCE,
)
NOT_LISTED = to(
    "admin",
    _(
        "The application does not list the permission that is asked for ({code}). The administrator "
        "adds it under API permissions, and consents: SMTP.Send (for an app by itself: "
        "{role}), or Mail.Send where mails leave by Graph."
    ),
    remedies_tenant.PERMISSION,
)
NOT_VALID = to(
    "admin",
    _(
        "The application lists a permission that Entra does not know any more ({code}). Under API "
        "permissions the administrator removes those of Office 365 Exchange Online that are not used: "
        "where a person signs in, SMTP.Send of Microsoft Graph alone is enough."
    ),
    remedies_tenant.NOT_VALID,
)

BY_CODE: dict[int, Advice] = {
    7000215: WRONG_SECRET,
    70002: WRONG_SECRET,
    7000222: ENDED_SECRET,
    7000218: NO_SECRET_SENT,
    700025: PUBLIC_CLIENT,
    700027: WRONG_CERTIFICATE,
    50012: WRONG_CERTIFICATE,
    700030: WRONG_CERTIFICATE,
    50048: WRONG_CERTIFICATE,
    700024: CLOCK,
    700016: ADMIN_APP,
    700011: ADMIN_APP,
    70001: ADMIN_APP,
    7000112: ADMIN_APP,
    1000031: ADMIN_APP,
    90002: TENANT_NEEDED,
    900021: TENANT_NEEDED,
    90019: TENANT_NEEDED,
    50059: TENANT_NEEDED,
    50128: TENANT_NEEDED,
    50194: TENANT_NEEDED,
    90130: TENANT_NEEDED,
    90124: TENANT_NEEDED,
    9001023: TENANT_NEEDED,
    90038: WRONG_CLOUD,
    900382: WRONG_CLOUD,
    900432: WRONG_CLOUD,
    50049: WRONG_CLOUD,
    700005: OTHER_TENANT,
    50011: REDIRECT,
    70004: REDIRECT,
    900971: REDIRECT,
    500113: REDIRECT,
    500112: OTHER_REDIRECT,
    9002326: SINGLE_PAGE,
    9002327: SINGLE_PAGE,
    9002313: CUT,
    90014: CUT,
    900144: CUT,
    90004: OURS,
    90023: OURS,
    90100: OURS,
    90013: OURS,
    90056: OURS,
    900561: OURS,
    70003: NO_SUCH_GRANT,
    70011: BAD_SCOPE,
    28002: BAD_SCOPE,
    28003: BAD_SCOPE,
    28000: BAD_SCOPE,
    700022: BAD_SCOPE,
    700023: BAD_SCOPE,
    500011: NO_EXCHANGE,
    50001: NO_EXCHANGE,
    650052: NO_SERVICE,
    650054: NO_SERVICE,
    650056: NOT_LISTED,
    650057: NOT_LISTED,
    65005: NOT_LISTED,
    65006: NOT_VALID,
    65001: NO_CONSENT,
    90094: CONSENT,
    90095: CONSENT,
    90093: CONSENT,
    90008: CONSENT,
}
