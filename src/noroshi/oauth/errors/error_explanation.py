"""Explain what a refusal means and who can mend it.

The class comes from `error` (RFC 6749 5.2), as Microsoft asks; its own AADSTS numbers may
change and only choose a better text. An unknown number is told with the class's text.
"""

from __future__ import annotations

import re
from dataclasses import replace

from noroshi.core.definitions.accounts import host_in
from noroshi.core.translation import _, plain
from noroshi.oauth.account import Account, Cloud
from noroshi.oauth.errors import aadsts_app, aadsts_user, remedies_local, remedies_tenant
from noroshi.oauth.errors.error_advice import (
    APP_CONSENT,
    APP_POLICY,
    APP_REFUSED,
    BY_ERROR,
    BY_KEY_FILE,
    CONSENT,
    ELSEWHERE,
    NO_CONSENT,
    OTHER_APP_SCOPE,
    OTHER_SCOPE,
    POLICY,
    SECRET_REFUSED,
    UNKNOWN,
    Advice,
)
from noroshi.oauth.high_volume import MAILBOX_ROLE
from noroshi.oauth.provider import SignInError, Who
from noroshi.oauth.well_known_clouds import CLOUDS, MICROSOFT365
from noroshi.ports.examination import Cure

LOOK_UP = "https://login.microsoftonline.com/error?code={code}"
"""Microsoft's own page about a number (reference-error-codes)."""
REFUSED = "invalid_client"
MICROSOFT, OTHER_SIDE = plain("Microsoft 365"), _("the other side")
OF_MICROSOFT = (remedies_tenant.WAIT, remedies_tenant.SUPPORT)
WAITING = frozenset({"temporarily_unavailable", "server_error"})
CODE = re.compile(r"AADSTS(\d{4,8})\b")
# RFC 6749 and Entra write them so; a secret or token that a server quotes there is no such word.
TIDY = re.compile(r"[a-z_]{1,64}")
BY_CODE: dict[int, Advice] = aadsts_app.BY_CODE | aadsts_user.BY_CODE
BY_SUBERROR: dict[str, Advice] = {"consent_required": NO_CONSENT}


def advise(
    error: str,
    *,
    suberror: str = "",
    codes: tuple[int, ...] = (),
    app_only: bool = False,
    cloud: Cloud = MICROSOFT365,
    secret: str = "",
    account: str = "",
    role: str = MAILBOX_ROLE,
) -> Advice:
    """Return what to do about a refusal; the words name its AADSTS number, or else its `error`.

    `secret`: the vault's entry for it; `account`: how it is called; `role`: what its app is
    permitted of Exchange Online. `app_only`: an app that signs in by itself, where nobody could sign
    in again. In a cloud of one's own nothing is laid to Microsoft, though it speaks as Entra does.
    """
    of_class = BY_SUBERROR.get(suberror) or _classes(cloud, app_only).get(error, UNKNOWN)
    if of_class is APP_REFUSED and error == REFUSED and secret:
        of_class = SECRET_REFUSED
    known = next((code for code in codes if _by_code(code)), None)
    advice = (_by_code(known) if known is not None else None) or of_class
    if app_only:
        advice = _alone(advice)
    who: Who = "wait" if error in WAITING else advice.who
    shown = known or next(iter(codes), None)
    code = error if shown is None else f"AADSTS{shown}"
    words = advice.words.fill(
        code=code,
        secret=secret or "NAME",
        account=account or "NAME",
        role=role,
        provider=MICROSOFT if cloud.name in CLOUDS else OTHER_SIDE,
        server=host_in(cloud.token_endpoint or cloud.authority) or cloud.name,
    )
    return Advice(who, words, _cure(advice.cure, cloud))


def is_known(error: str, codes: tuple[int, ...], cloud: Cloud) -> bool:
    """Return whether anything is known of a refusal beyond its class: else its server's own words
    are told beside ours."""
    if codes:
        return any(_by_code(code) for code in codes)
    return error in _classes(cloud, app_only=False) or error in BY_KEY_FILE


def _cure(cure: Cure, cloud: Cloud) -> Cure:
    """Nobody looks at Microsoft's pages for the fault of another's server."""
    ours = cloud.name in CLOUDS
    return remedies_tenant.OTHER_WAIT if not ours and cure in OF_MICROSOFT else cure


def cure_of(failure: SignInError, account: Account) -> Cure:
    """Return the cure for a refusal of this account's, step by step."""
    here = remedies_local.BY_ERROR.get(failure.error)
    if here is not None:
        lacks = failure.error == "no_secret" and not account.secret
        return remedies_local.CERTIFICATE if lacks else here
    cure = advise(
        failure.error,
        suberror=failure.suberror,
        codes=failure.codes,
        app_only=account.app_only,
        cloud=account.cloud,
        secret=account.secret,
    ).cure
    ours = account.cloud.entra and account.cloud.name in CLOUDS
    if cure.link or not failure.codes or not ours:
        return cure
    return replace(cure, link=LOOK_UP.format(code=failure.codes[0]))


def codes_in(text: str) -> tuple[int, ...]:
    """Return the AADSTS numbers in a description: a redirect with an error has them nowhere
    else."""
    return tuple(int(code) for code in CODE.findall(text))


def tidy(text: object) -> str:
    """Return a word of the protocol as it stands; whatever else a server sends there is not
    repeated."""
    return text if isinstance(text, str) and TIDY.fullmatch(text) else "unknown"


def _by_code(code: int) -> Advice | None:
    found = BY_CODE.get(code)
    return found or next((to for span, to in aadsts_user.RANGES if code in span), None)


def _classes(cloud: Cloud, app_only: bool) -> dict[str, Advice]:
    if cloud.entra:
        return BY_ERROR
    return BY_KEY_FILE if app_only and cloud.app_grant == "service_account" else ELSEWHERE


def _alone(advice: Advice) -> Advice:
    """Return the advice where an app signs in by itself."""
    if advice in (CONSENT, NO_CONSENT):
        return APP_CONSENT
    if advice is POLICY:
        return APP_POLICY
    if advice is OTHER_SCOPE:
        return OTHER_APP_SCOPE
    return APP_REFUSED if advice.who == "user" else advice
