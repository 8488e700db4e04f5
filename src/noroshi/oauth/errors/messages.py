"""Word a sign-in that is missing, ended or complete."""

from __future__ import annotations

from noroshi.core.instruction import ANY_ACCOUNT, InstructionKind, followed_by
from noroshi.core.translation import _

NEVER = followed_by(_("Nobody has signed in for {name} yet."), InstructionKind.SIGN_IN)
OTHER_APP = _(
    "Tenant, client ID or cloud of {name} has changed since the sign-in. Sign in again."
)
NOT_BEGUN = _("No sign-in has been begun for {name}. Open the page first.")
TOO_OLD = _(
    "This sign-in was begun more than an hour ago. Open the page again and paste the new URL."
)
ALREADY = _("This URL has been used: the sign-in is complete, nothing is left to do.")
NO_SECRET = _(
    "The vault has no client secret “{secret}” for {name}. Enter the Value from the portal."
)
NO_REFRESH = _(
    "The sign-in server gave no refresh token, so the sign-in would end within an hour. "
    "The application must be allowed offline_access."
)
NO_REFRESH_ELSEWHERE = _(
    "The sign-in server gave no refresh token, so the sign-in would end within an hour. The "
    "application must be allowed offline_access there; if the server requires consent each time, put "
    'authorize_with = "prompt=consent" into clouds/{cloud}.toml.'
)
UNPROVED = followed_by(_("The app {name} has not signed in yet."), InstructionKind.SIGN_IN)
BY_ITSELF = _("{name} signs in by itself, with its client secret: there is no page to open.")
SIGNED_IN = _("Signed in.")
CERTIFICATE_MISSING = followed_by(
    _("The vault has no certificate “{secret}” for {account}."),
    InstructionKind.MAKE_CERTIFICATE,
)
NO_CERTIFICATE = followed_by(
    _("The vault's entry “{entry}” is no certificate with its key."),
    InstructionKind.PUT_CERTIFICATE,
    account=ANY_ACCOUNT,
)
NO_PROXY_PASSWORD = followed_by(
    _("The vault has no entry “{entry}” with the password of the proxy of network {network}."),
    InstructionKind.PUT_ENTRY,
)
NO_SCOPE = _(
    "The cloud {cloud} says no scope for that ({resource}), so {name} cannot be asked for it."
)
OTHER_WAY = _(
    "The last sign-in of {name} was begun on another device, not by a page. Begin it again."
)
CODE_OVER = _("The code has expired before somebody finished. Begin the sign-in again.")
