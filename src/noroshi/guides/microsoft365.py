"""The guide for Microsoft 365: the ways to sign in that it knows, and what differs by cloud."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.translation import Message, _
from noroshi.guides.guide import read_guide
from noroshi.guides.places import Value

MICROSOFT365 = read_guide("microsoft365")
APP_NAME = "Noroshi"
WAYS: Mapping[str, Message] = {
    "app-certificate": _("app-only, with a certificate"),
    "app-secret": _("app-only, with a client secret"),
    "person-paste": _("a user in any browser, who pastes the URL back into Noroshi"),
    "person-here": _("a user in a browser on this computer"),
    "person-device": _("a user with a device code"),
}
"""Best first."""
ENTRA = _("Microsoft Entra admin center")
AT = _("{name} ({url})")
# https://learn.microsoft.com/powershell/module/exchange/connect-exchangeonline
ENVIRONMENTS = {
    "microsoft365-gcc-high": "O365USGovGCCHigh",
    "microsoft365-dod": "O365USGovDoD",
    "microsoft365-china": "O365China",
}
# https://learn.microsoft.com/entra/fundamentals/faq, the addresses of the admin center
PORTAL = "https://entra.microsoft.com"
PORTALS = {
    "microsoft365-gcc-high": "https://entra.microsoft.us",
    "microsoft365-dod": "https://entra.microsoft.us",
    "microsoft365-china": "https://entra.microsoftonline.cn",
}
WORLDWIDE_ALONE = (
    "https://admin.microsoft.com",
    "https://admin.exchange.microsoft.com",
    "https://security.microsoft.com",
)
"""Pages of which it is not known here where the national clouds have them."""
CONNECT = "Connect-ExchangeOnline"


MAIL_SEND, MAIL_SEND_SHARED = "Mail.Send", "Mail.Send.Shared"
MAIL_READ, MAIL_READ_SHARED = "Mail.Read", "Mail.Read.Shared"
_EITHER = _("{own} (for a shared mailbox {shared})")
EITHER = _EITHER.fill(own=MAIL_SEND, shared=MAIL_SEND_SHARED)
EITHER_READ = _EITHER.fill(own=MAIL_READ, shared=MAIL_READ_SHARED)


def values_of(cloud: str, **own_values: str) -> Mapping[str, Value]:
    """Return what fills the places: what is known of the user's own, and what the cloud
    decides."""
    return {
        "app": APP_NAME,
        "mail_send": EITHER,
        "mail_read": EITHER_READ,
        "entra": AT.fill(name=ENTRA, url=PORTALS.get(cloud, PORTAL)),
        "connect": _connect(cloud),
        **{name: value for name, value in own_values.items() if value},
    }


def national_replacements(cloud: str) -> Mapping[str, str]:
    """Return, for a national cloud, what stands in the place of the beginnings of pages and
    lines; "" for a page that nobody knows there."""
    if cloud not in ENVIRONMENTS:
        return {}
    unknown = dict.fromkeys(WORLDWIDE_ALONE, "")
    return {PORTAL: PORTALS[cloud], CONNECT: _connect(cloud), **unknown}


def _connect(cloud: str) -> str:
    environment = ENVIRONMENTS.get(cloud)
    return f"{CONNECT} -ExchangeEnvironmentName {environment}" if environment else CONNECT


def path_of(cloud: str) -> str:
    """Return the path by which the right of an app is granted: Microsoft offers the role for
    SMTP worldwide (roadmap 498356), and says nothing of the national clouds."""
    return "entra" if cloud in ENVIRONMENTS else "exchange"
