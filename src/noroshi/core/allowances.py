"""Hold the sending limits of known mail servers with password log-in, by host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi.core.mail import Pace

AZURE = "smtp.azurecomm.net"
MANAGED = ".azurecomm.net"
CUSTOM_DOMAIN = Pace(mails_a_minute=30, mails_an_hour=100)
MANAGED_DOMAIN = Pace(mails_a_minute=5, mails_an_hour=10)
"""Azure Communication Services, "Service limits" › Email, until Microsoft raises them:
https://learn.microsoft.com/azure/communication-services/concepts/service-limits"""


def known_pace(options: Mapping[str, Any]) -> Pace:
    """Return what the server of a route's options lets one sender do; without a limit where
    nothing is known of it."""
    if str(options.get("host", "")).lower().rstrip(".") != AZURE:
        return Pace()
    sender = str(options.get("sender") or options.get("user") or "").lower()
    return MANAGED_DOMAIN if sender.endswith(MANAGED) else CUSTOM_DOMAIN
