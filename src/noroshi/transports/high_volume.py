"""High Volume Email: the servers beside Exchange Online's where an app needs another permission."""

from __future__ import annotations

NEW_DOMAIN = "hve.mx.microsoft"
"""The one of the names under mx.microsoft where a client signs in, on port 587
(https://learn.microsoft.com/exchange/mail-flow-best-practices/high-volume-mails-m365)."""
OLD_HOST = "smtp-hve.office365.com"


def is_high_volume(host: str) -> bool:
    """Return True for a server of High Volume Email, by its new name or its old one."""
    name = host.lower().rstrip(".")
    return name in (OLD_HOST, NEW_DOMAIN) or name.endswith(f".{NEW_DOMAIN}")
