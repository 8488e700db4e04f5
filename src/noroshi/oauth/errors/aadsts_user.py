"""Microsoft Entra's numbers about people, policies, devices and its own service.

https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

from noroshi.core.translation import _
from noroshi.oauth.errors import remedies, remedies_tenant
from noroshi.oauth.errors.error_advice import (
    CODE_EXPIRED,
    DECLINED,
    POLICY,
    SIGN_IN_AGAIN,
    TRY_LATER,
    Advice,
    to,
)

USED_CODE = to(
    "user",
    _("This URL has been used already ({code}). Open the page again and paste the new one."),
)
EXPIRED = to(
    "user",
    _(
        "The code or the sign-in has expired ({code}); a pasted URL is good for ten minutes. "
        "Sign in again."
    ),
)
OTHER_ATTEMPT = to(
    "user",
    _(
        "This URL belongs to another sign-in ({code}). Open the page again and paste the new one."
    ),
)
MFA = to(
    "user",
    _(
        "Multifactor authentication is asked for by {provider} ({code}). Sign in again and complete it."
    ),
)
SECOND_FACTOR_PLACE = to(
    "user",
    _(
        "A second factor must be set up first, and the organisation allows that at certain places or "
        "on certain devices alone ({code}). Set it up there, then sign in again."
    ),
    remedies_tenant.SECURITY_INFO,
)
SECURITY_DEFAULTS = to(
    "user",
    _(
        "The organisation's security defaults block this sign-in ({code}); nobody can be excluded from "
        "them, and a code on another device is mostly what they block. Sign in by the page, with "
        "multifactor authentication."
    ),
    remedies_tenant.BY_THE_PAGE,
)
DEVICE = to(
    "admin",
    _(
        "The organisation lets in only devices that it manages, or apps that it approves ({code}). "
        "The administrator exempts this mailbox from that policy of Conditional Access."
    ),
    remedies.POLICY,
)
RISK = to(
    "admin",
    _(
        "The sign-in or the user was taken for risky ({code}). The administrator looks at the risk "
        "reports of Entra and dismisses the risk; then sign in again."
    ),
    remedies.RISK,
)
FREQUENCY = to(
    "user",
    _(
        "A policy on sign-in frequency has ended the sign-in ({code}). Sign in again; "
        "the administrator can exempt this mailbox from it."
    ),
)
RESTED = to(
    "user", _("The sign-in was not used for too long and has ended ({code}). Sign in again.")
)
ONE_DAY = to(
    "admin",
    _(
        "The redirect URL is registered for a single-page application, whose sign-in ends after "
        "a day ({code}). Register it under the platform Web, then sign in again."
    ),
    remedies.PLATFORM,
)
REVOKED = to(
    "user",
    _(
        "The sign-in was revoked, by a password reset or by “Revoke sessions” ({code}). "
        "Sign in again."
    ),
)
PASSWORD_CHANGED = to(
    "user",
    _(
        "The sign-in has ended because the password was changed or has expired ({code}). "
        "Sign in again with the new one."
    ),
)
NO_USER = to(
    "admin",
    _(
        "There is no such user in this tenant ({code}). Check the mailbox's address and the tenant ID; "
        "the administrator looks whether the user was deleted."
    ),
    remedies.USER,
)
OTHER_USER = to(
    "user",
    _(
        "Somebody signed in whose account belongs to another organisation, or is a private one "
        "({code}). Sign in again as the mailbox; a private window of the browser helps."
    ),
)
NEW_PASSWORD = to(
    "user",
    _(
        "The password has expired ({code}). Change it by signing in to {provider} in a browser, "
        "then sign in here again."
    ),
)
NO_NEW_PASSWORD = to(
    "user",
    _(
        "The password could not be changed ({code}). Change it by signing in to {provider} in a "
        "browser, then sign in here again."
    ),
)
WRONG_PASSWORD = to("user", _("User name or password was wrong ({code}). Sign in again."))
LOCKED = to(
    "admin",
    _(
        "The account is locked, or this computer's address is blocked ({code}). "
        "The administrator looks at the sign-in log and unblocks it."
    ),
    remedies.USER,
)
SWITCHED_OFF = to(
    "admin",
    _(
        "The user is switched off ({code}). The administrator unblocks the sign-in; for a "
        "shared mailbox, sign in as a user who may send for it."
    ),
    remedies.USER,
)
NOT_ASSIGNED = to(
    "admin",
    _(
        "The user is not assigned to the application ({code}). The administrator assigns the "
        "user under Enterprise applications, Users and groups."
    ),
    remedies.ASSIGNMENT,
)
ASK_LATER = to(
    "wait",
    _("The same request came too often ({code}). It is asked again by itself in some minutes."),
)
SERVICE_FAILS = to(
    "wait",
    _(
        "The sign-in service failed ({code}). It is asked again by itself; if it stays so, the "
        "administrator asks the support of {provider}, with this number and the time."
    ),
    remedies_tenant.SUPPORT,
)
RESTRICTED = to(
    "admin",
    _(
        "The tenant, or another that it has to do with, does not let this in ({code}): tenant "
        "restrictions, which a proxy of the house may add, or cross-tenant access settings."
    ),
    remedies_tenant.TENANTS,
)
FEDERATION = to(
    "admin",
    _(
        "The organisation's own sign-in service (federation, SAML or pass-through) failed ({code}). "
        "Its administrator looks there; {provider} is not at fault."
    ),
    remedies_tenant.FEDERATION,
)
AGENT = to(
    "wait",
    _(
        "The organisation's agent for pass-through authentication does not answer ({code}). "
        "It is asked again by itself; its administrator looks whether the agent runs."
    ),
    remedies_tenant.FEDERATION,
)

BY_CODE: dict[int, Advice] = {
    54005: USED_CODE,
    70008: EXPIRED,
    501481: OTHER_ATTEMPT,
    50147: OTHER_ATTEMPT,
    501491: OTHER_ATTEMPT,
    70000: SIGN_IN_AGAIN,
    65004: DECLINED,
    50076: MFA,
    50079: MFA,
    50074: MFA,
    50072: MFA,
    50078: MFA,
    50158: MFA,
    53000: DEVICE,
    53001: DEVICE,
    53002: DEVICE,
    530003: DEVICE,
    50097: DEVICE,
    50129: DEVICE,
    50155: DEVICE,
    50187: DEVICE,
    53004: RISK,
    53010: SECOND_FACTOR_PLACE,
    53011: RISK,
    53003: POLICY,
    530032: POLICY,
    530033: POLICY,
    530034: RISK,
    530035: SECURITY_DEFAULTS,
    50131: POLICY,
    70043: FREQUENCY,
    700082: RESTED,
    700084: ONE_DAY,
    50173: REVOKED,
    50132: PASSWORD_CHANGED,
    50133: PASSWORD_CHANGED,
    50089: SIGN_IN_AGAIN,
    50085: SIGN_IN_AGAIN,
    50034: NO_USER,
    51004: NO_USER,
    50197: NO_USER,
    50020: OTHER_USER,
    50014: OTHER_USER,
    500208: OTHER_USER,
    16000: OTHER_USER,
    90072: OTHER_USER,
    50055: NEW_PASSWORD,
    50144: NEW_PASSWORD,
    50056: WRONG_PASSWORD,
    50064: WRONG_PASSWORD,
    50126: WRONG_PASSWORD,
    50053: LOCKED,
    50057: SWITCHED_OFF,
    50105: NOT_ASSIGNED,
    50058: SIGN_IN_AGAIN,
    16001: SIGN_IN_AGAIN,
    70016: CODE_EXPIRED,
    70018: CODE_EXPIRED,
    90119: CODE_EXPIRED,
    90120: CODE_EXPIRED,
    70019: CODE_EXPIRED,
    70020: CODE_EXPIRED,
    50134: CODE_EXPIRED,
    50196: ASK_LATER,
    90055: TRY_LATER,
    50088: TRY_LATER,
    90033: TRY_LATER,
    90006: TRY_LATER,
    90012: TRY_LATER,
    90024: TRY_LATER,
    90090: TRY_LATER,
    50033: TRY_LATER,
    50087: TRY_LATER,
    40010: TRY_LATER,
    50000: SERVICE_FAILS,
    90036: SERVICE_FAILS,
    90092: SERVICE_FAILS,
    500021: RESTRICTED,
    500022: RESTRICTED,
    50002: RESTRICTED,
    500212: RESTRICTED,
    500213: RESTRICTED,
    240002: FEDERATION,
    40008: FEDERATION,
    40009: FEDERATION,
    40015: FEDERATION,
    40016: FEDERATION,
    20001: FEDERATION,
    20012: FEDERATION,
    80001: AGENT,
    80002: AGENT,
    80005: AGENT,
    80014: AGENT,
}
RANGES: tuple[tuple[range, Advice], ...] = (
    (range(75_000, 76_000), FEDERATION),
    (range(80_000, 82_000), FEDERATION),
    (range(120_000, 121_000), NO_NEW_PASSWORD),
)
"""Whole families that mean one thing here: SAML, pass-through authentication, password reset."""
