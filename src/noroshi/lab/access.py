"""Whether Exchange lets a token in, and lets a mail out under a sender's name."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from typing import Any

from noroshi.lab.model import APP_PERMISSION, Directory, Mailbox, Tenant
from noroshi.lab.scopes import OUTLOOK
from noroshi.lab.tokens import Mint

_XOAUTH2 = re.compile("user=([^\x01]+)\x01auth=Bearer ([^\x01]+)\x01\x01")
UNSUCCESSFUL = "535 5.7.3 Authentication unsuccessful"
_SWITCHED_OFF = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
    "{whose}. Visit https://aka.ms/smtp_auth_disabled for more information."
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an XOAUTH2 line says: the mailbox to open, and a token."""

    user: str
    token: str = field(repr=False)


def read_xoauth2(line: str) -> Credentials | None:
    """Reads the base64 of `user=U^Aauth=Bearer T^A^A`; None if it is not that."""
    try:
        text = base64.b64decode(line, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    match = _XOAUTH2.fullmatch(text)
    return Credentials(match[1].lower(), match[2]) if match else None


def refuse_token(
    given: Credentials, *, directory: Directory, mint: Mint, now: datetime
) -> str | None:
    """The reply with which Exchange refuses these credentials, or None: they are good.

    It gives one text for all that can be wrong with a token, as Exchange Online does.
    """
    claims = mint.read(given.token)
    if claims is None or not _holds(claims, now):
        return UNSUCCESSFUL
    tenant = directory.tenant(str(claims.get("tid", "")))
    mailbox = tenant.mailboxes.get(given.user) if tenant else None
    if tenant is None or mailbox is None or not _may_open(tenant, mailbox, claims):
        return UNSUCCESSFUL
    return _switched_off(tenant, mailbox)


def refuse_sender(content: bytes, *, envelope_from: str, mailbox: str) -> str | None:
    """The reply to a mail that is not from the mailbox which was opened, or None."""
    headers = BytesHeaderParser().parsebytes(content)
    named = [address for _, address in getaddresses(headers.get_all("From", []))]
    if not named or "@" not in named[0]:
        return "550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant"
    for sender in (envelope_from, *named):
        if sender.lower() != mailbox:
            return (
                f"554 5.2.252 SendAsDenied; {mailbox} not allowed to send as {sender}; "
                "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied"
            )
    return None


def _holds(claims: dict[str, Any], now: datetime) -> bool:
    """Whether the token is for Exchange, allows sending, and is in its time."""
    audience_fits = claims.get("aud") in OUTLOOK
    may_send = "SMTP.Send" in str(claims.get("scp", "")).split()
    may_send = may_send or APP_PERMISSION in claims.get("roles", ())
    in_time = claims.get("nbf", 0) <= now.timestamp() < claims.get("exp", 0)
    return bool(audience_fits and may_send and in_time)


def _may_open(tenant: Tenant, mailbox: Mailbox, claims: dict[str, Any]) -> bool:
    """An app must be known to Exchange (New-ServicePrincipal) and have a right to the mailbox."""
    if "upn" in claims:
        return claims["upn"] == mailbox.address or claims["upn"] in mailbox.open_to
    app = claims.get("appid")
    return app in tenant.service_principals and app in mailbox.open_to


def _switched_off(tenant: Tenant, mailbox: Mailbox) -> str | None:
    """The mailbox's own switch goes before the tenant's."""
    if mailbox.smtp_auth is False:
        return _SWITCHED_OFF.format(whose="Mailbox")
    if mailbox.smtp_auth is None and not tenant.smtp_auth:
        return _SWITCHED_OFF.format(whose="Tenant")
    return None
