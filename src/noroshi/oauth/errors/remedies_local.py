"""List the remedies of a sign-in that was not even asked for: what our own settings and vault lack."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import _
from noroshi.oauth.errors import remedies
from noroshi.oauth.errors.remedies import AT_ONCE, WITH_APPLY
from noroshi.ports.examination import Cure, Whose

CERTIFICATE = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Make a certificate and have the administrator upload it, or put in one that is "
            "there:"
        ),
    ),
    lines=(
        "noroshi cert new {account} --out noroshi.cer",
        "noroshi cert import {account} FILE",
    ),
    link=remedies.CREDENTIALS,
    takes=AT_ONCE,
)
PROXY_PASSWORD = Cure(
    whose=Whose.YOU,
    how=(_("Put the password of the proxy in:"),),
    lines=("noroshi secret set {proxy_password}",),
    takes=AT_ONCE,
)
NO_SCOPE = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Take a cloud that has it (microsoft365 has), or write the scope into "
            "clouds/{cloud}.toml."
        ),
    ),
    takes=WITH_APPLY,
)
OTHER_HOST = Cure(
    whose=Whose.YOU,
    how=(
        _(
            "Ask whoever runs that sign-in server whether the host is theirs. If it is, list it in "
            "endpoint_hosts of clouds/{cloud}.toml. If it is not, this may be an attack: do not "
            "sign in."
        ),
    ),
    takes=WITH_APPLY,
)
VAULT = Cure(
    whose=Whose.YOU,
    how=(_("See which key is there and what it opens; the right one comes from its backup:"),),
    lines=("noroshi key check", "noroshi key restore FILE"),
    takes=AT_ONCE,
)
STORE = Cure(
    whose=Whose.YOU,
    how=(_("Look whether the volume is full or read-only, and whether the store is whole:"),),
    lines=("df -h", "noroshi check-store"),
    takes=AT_ONCE,
)
BY_ERROR: Mapping[str, Cure] = {
    "never_signed_in": remedies.SIGN_IN,
    "other_account": remedies.SIGN_IN,
    "no_secret": remedies.SECRET,
    "no_key_file": remedies.SECRET,
    "no_certificate": CERTIFICATE,
    "no_proxy_password": PROXY_PASSWORD,
    "no_scope": NO_SCOPE,
    "other_host": OTHER_HOST,
    "leads_to_microsoft": remedies.CLOUD,
    "invalid_response": remedies.SETTINGS,
}
"""By what our own refusals are called."""
