"""High Volume Email: the servers beside Exchange Online's where an app needs another permission."""

from __future__ import annotations

NEW_DOMAIN = "hve.mx.microsoft"
"""The one of the names under mx.microsoft where a client signs in, on port 587
(https://learn.microsoft.com/exchange/mail-flow-best-practices/high-volume-mails-m365)."""
OLD_HOST = "smtp-hve.office365.com"
MAILBOX_ROLE, BULK_ROLE = "SMTP.SendAsApp", "Mail.Send"
"""The roles of an app at Exchange Online to send from a mailbox, and from an account of High
Volume Email; Graph has a role of the second name too
(https://learn.microsoft.com/exchange/mail-flow-best-practices/oauth-high-volume-mails-m365)."""


def is_high_volume(host: str) -> bool:
    """Return True for a server of High Volume Email, by the new name or the old one."""
    name = host.lower().rstrip(".")
    return name in (OLD_HOST, NEW_DOMAIN) or name.endswith(f".{NEW_DOMAIN}")


def role_at(host: str) -> str:
    """Return the role that an app needs at Exchange Online to send through this server."""
    return BULK_ROLE if is_high_volume(host) else MAILBOX_ROLE
