"""Word a sign-in that is missing, ended or complete: states of our own, which no code of a server
names, and so no rows of knowledge."""

from __future__ import annotations

from noroshi.core.instruction import ANY_ACCOUNT, InstructionKind, followed_by
from noroshi.core.translation import _

NEVER_SIGNED_IN = followed_by(
    _("Nobody has signed in for {name} yet."), InstructionKind.SIGN_IN
)
OTHER_APP = _(
    "The tenant, client ID or cloud of {name} has changed since the sign-in. Sign in again."
)
NOT_BEGUN = _("No sign-in was started for {name}. Open the page first.")
TOO_OLD = _(
    "This sign-in was started more than an hour ago. Open the page again and paste the new URL."
)
ALREADY = _(
    "This URL has already been used: the sign-in is complete, and nothing else is required."
)
NO_SECRET = _(
    "The vault has no client secret “{secret}” for {name}. Enter the Value from the portal."
)
NO_REFRESH = _(
    "The sign-in server returned no refresh token, so the sign-in would expire within an "
    "hour. The application must be allowed offline_access."
)
NO_REFRESH_ELSEWHERE = _(
    "The sign-in server returned no refresh token, so the sign-in would expire within an "
    "hour. The application must be allowed offline_access there; if the server requires "
    'consent each time, add authorize_with = "prompt=consent" to clouds/{cloud}.toml.'
)
UNPROVED = followed_by(_("The app {name} has not signed in yet."), InstructionKind.SIGN_IN)
BY_ITSELF = _("{name} signs in with its client secret alone: there is no page to open.")
SIGNED_IN = _("Signed in.")
CERTIFICATE_MISSING = followed_by(
    _("The vault has no certificate “{secret}” for {account}."),
    InstructionKind.MAKE_CERTIFICATE,
)
NO_CERTIFICATE = followed_by(
    _("The vault entry “{entry}” is not a certificate with its key."),
    InstructionKind.PUT_CERTIFICATE,
    account=ANY_ACCOUNT,
)
NO_PROXY_PASSWORD = followed_by(
    _(
        "The vault has no entry “{entry}” with the password of the proxy of network “{network}”."
    ),
    InstructionKind.PUT_ENTRY,
)
NO_SCOPE = _(
    "Cloud “{cloud}” has no scope for this purpose ({resource}), so {name} cannot be used "
    "for it."
)
OTHER_WAY = _(
    "The last sign-in for {name} was started with a device code, not on a sign-in page. "
    "Start it again."
)
CODE_OVER = _("The code expired before the sign-in was finished. Start the sign-in again.")
