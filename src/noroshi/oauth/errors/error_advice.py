"""Define an advice, and list those for a whole class of refusals (RFC 6749, 5.2 and 4.1.2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from noroshi.core.translation import Message, _
from noroshi.oauth.errors import remedies, remedies_tenant
from noroshi.oauth.provider import Who
from noroshi.ports.examination import Cure

USUAL: Mapping[Who, Cure] = {
    "user": remedies.SIGN_IN,
    "admin": remedies.REGISTRATION,
    "setup": remedies.SETTINGS,
    "wait": remedies_tenant.WAIT,
}


@dataclass(frozen=True, slots=True)
class Advice:
    """Say who can mend a refusal, by which sentences, and step by step."""

    who: Who
    words: Message
    cure: Cure


def to(who: Who, words: Message, cure: Cure | None = None) -> Advice:
    """Make an advice to somebody; {code} in it stands for the refusal's number or word."""
    return Advice(who, words, cure or USUAL[who])


SIGN_IN_AGAIN = to(
    "user",
    _(
        "The sign-in no longer holds ({code}). Sign in again; the mails that wait go out after it."
    ),
)
APP_REFUSED = to(
    "admin",
    _(
        "The sign-in server does not accept this application ({code}). The administrator checks "
        "the client ID, the secret or certificate, and the permissions."
    ),
)
SECRET_REFUSED = to(
    "admin",
    _(
        "The sign-in server does not accept the application's secret, or does not know its client ID "
        "({code}). If the secret is another one, put it in: noroshi secret set {secret}. Else the "
        "administrator checks the client ID."
    ),
    remedies_tenant.OTHER_SECRET,
)
UNKNOWN = to(
    "setup",
    _(
        "{server} refuses the sign-in ({code}) for a reason that Noroshi does not know. Check the "
        "account's settings: tenant ID, client ID and cloud."
    ),
)
BAD_SCOPE = to(
    "setup",
    _(
        "The sign-in server does not know what it is asked for, or the application may not ask for "
        "it ({code}). Check the cloud's scope, letter by letter, and the application's permissions."
    ),
    remedies.SCOPE,
)
OTHER_SCOPE = replace(BAD_SCOPE, cure=remedies_tenant.OTHER_SCOPE)
OTHER_APP_SCOPE = replace(BAD_SCOPE, cure=remedies_tenant.OTHER_APP_SCOPE)
NO_SUCH_GRANT = to(
    "admin",
    _(
        "This way to sign in is switched off for the application ({code}). "
        "The administrator allows it, or another way is taken."
    ),
    remedies_tenant.PUBLIC_FLOWS,
)
TRY_LATER = to(
    "wait",
    _("The sign-in server is busy or out of order ({code}). It is asked again by itself."),
)
DECLINED = to(
    "user",
    _(
        "The sign-in was cancelled or the permission declined ({code}). "
        "Sign in again and choose Accept."
    ),
)
CODE_DECLINED = to(
    "user", _("The sign-in was declined on the other device ({code}). Begin it again.")
)
CODE_EXPIRED = to(
    "user",
    _(
        "The code has expired or was not the right one ({code}). Begin the sign-in again, and type "
        "the new code."
    ),
)
NO_CONSENT = to(
    # Asked again now and then: an administrator's consent mends it without a new sign-in.
    "admin",
    _(
        "Nobody has consented to what this application asks for, or it was withdrawn ({code}). Sign in "
        "again and choose Accept; where people may not, an administrator grants consent under API "
        "permissions."
    ),
    remedies.OWN_CONSENT,
)
CONSENT = to(
    "admin",
    _(
        "An administrator must consent to this application ({code}): "
        "“Grant admin consent” under API permissions. Then sign in again."
    ),
    remedies.CONSENT,
)
ANY_CONSENT = to(
    "user",
    _(
        "The sign-in server wants consent to what this application may do ({code}). Sign in again "
        "and consent, or ask the server's administrator to."
    ),
)
NO_EXCHANGE = to(
    "admin",
    _(
        "This tenant has no Exchange Online, or the scope is misspelt ({code}). "
        "The administrator checks licences and the cloud's scope."
    ),
    remedies.LICENCE,
)
APP_CONSENT = to(
    "admin",
    _(
        "An administrator must consent to this application ({code}): API permissions, Office 365 "
        "Exchange Online, {role} (for Graph: Microsoft Graph, Mail.Send), “Grant admin "
        "consent”. It is tried again by itself."
    ),
    remedies.APP_CONSENT,
)
POLICY = to(
    "admin",
    _(
        "A Conditional Access policy blocks the sign-in ({code}). "
        "The administrator exempts this mailbox or this location."
    ),
    remedies.POLICY,
)
APP_POLICY = to(
    "admin",
    _(
        "A Conditional Access policy for workload identities blocks this application ({code}). "
        "The administrator exempts the application or this location."
    ),
    remedies.APP_POLICY,
)
NOT_FOR_MAILBOX = to(
    "admin",
    _(
        "Google does not let the service account act for this mailbox ({code}). The administrator of "
        "Google Workspace adds its client ID with the scope https://mail.google.com/ under Security, "
        "API controls, Domain-wide delegation; the mailbox must be in that domain."
    ),
    remedies_tenant.DELEGATION,
)
BAD_KEY_FILE = to(
    "admin",
    _(
        "Google does not accept the service account's key, or this computer's clock is wrong "
        "({code}). The administrator checks that the key is not deleted, and the clock."
    ),
    remedies_tenant.KEY_FILE,
)

BY_ERROR: dict[str, Advice] = {
    "invalid_grant": SIGN_IN_AGAIN,
    "interaction_required": SIGN_IN_AGAIN,
    "login_required": SIGN_IN_AGAIN,
    "consent_required": NO_CONSENT,
    "access_denied": DECLINED,
    "invalid_client": APP_REFUSED,
    "unauthorized_client": APP_REFUSED,
    "invalid_resource": NO_EXCHANGE,
    "invalid_scope": BAD_SCOPE,
    "unsupported_grant_type": NO_SUCH_GRANT,
    "temporarily_unavailable": TRY_LATER,
    "server_error": TRY_LATER,
    "authorization_declined": CODE_DECLINED,
    "expired_token": CODE_EXPIRED,
    "code_expired": CODE_EXPIRED,
    "bad_verification_code": CODE_EXPIRED,
}
ELSEWHERE: dict[str, Advice] = BY_ERROR | {
    "consent_required": ANY_CONSENT,
    "invalid_resource": OTHER_SCOPE,
    "invalid_scope": OTHER_SCOPE,
    "admin_policy_enforced": APP_REFUSED,
    "org_internal": APP_REFUSED,
    "deleted_client": APP_REFUSED,
    "disabled_client": APP_REFUSED,
}
"""The same at other servers than Entra, Google's own words among them."""
BY_KEY_FILE: dict[str, Advice] = ELSEWHERE | {
    "unauthorized_client": NOT_FOR_MAILBOX,
    "access_denied": NOT_FOR_MAILBOX,
    "invalid_grant": BAD_KEY_FILE,
    "invalid_client": BAD_KEY_FILE,
}
"""Where Google's service account acts for a mailbox."""
