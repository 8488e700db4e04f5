"""Word a sign-in that is missing, ended or complete."""

from __future__ import annotations

from noroshi.core.translation import _, pgettext

ANY_ROUTE = pgettext("any_route", "ROUTE")
"""Stands in a command where the account has no route."""
NEVER = _("Nobody has signed in for {name} yet. Run: noroshi authorize {route}")
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
UNPROVED = _("The app {name} has not signed in yet. Run: noroshi authorize {route}")
BY_ITSELF = _("{name} signs in by itself, with its client secret: there is no page to open.")
SIGNED_IN = _("Signed in.")
CERTIFICATE_MISSING = _(
    "The vault has no certificate “{secret}” for {name}. Make one: noroshi cert new {name}"
)
NO_CERTIFICATE = _(
    "The vault's entry “{entry}” is no certificate with its key. Put one in: "
    "noroshi cert new, or noroshi cert import"
)
NO_PROXY_PASSWORD = _(
    "The vault has no entry “{entry}” with the password of the proxy of network {network}. "
    "Put it in: noroshi secret set {entry}"
)
NO_SCOPE = _(
    "The cloud {cloud} says no scope for that ({resource}), so {name} cannot be asked for it."
)
OTHER_WAY = _(
    "The last sign-in of {name} was begun on another device, not by a page. Begin it again."
)
CODE_OVER = _("The code has expired before somebody finished. Begin the sign-in again.")
