"""Judge whether Exchange lets a token in."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from noroshi_lab.lab.directory import APP_PERMISSION, Directory, Mailbox, Tenant
from noroshi_lab.lab.replies import REPLIES
from noroshi_lab.lab.scopes import OUTLOOK, OUTLOOK_ID
from noroshi_lab.lab.tokens import Mint

_XOAUTH2 = re.compile("user=([^\x01]+)\x01auth=Bearer ([^\x01]+)\x01\x01")
UNSUCCESSFUL = REPLIES["535"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hold what an XOAUTH2 line says: the mailbox to open, and a token."""

    user: str
    token: str = field(repr=False)


def read_xoauth2(line: str) -> Credentials | None:
    """Read the base64 of `user=U^Aauth=Bearer T^A^A`; None if it is not that."""
    try:
        text = base64.b64decode(line, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    match = _XOAUTH2.fullmatch(text)
    return Credentials(match[1].lower(), match[2]) if match else None


def refuse_token(
    credentials: Credentials, *, directory: Directory, mint: Mint, now: datetime
) -> str | Mailbox:
    """Return the reply with which Exchange refuses these credentials, or the mailbox that they
    open.

    It gives one text for all that can be wrong with a token, as Exchange Online does.
    """
    claims = mint.read(credentials.token)
    if claims is None or not holds(claims, now):
        return UNSUCCESSFUL
    tenant = directory.tenant(str(claims.get("tid", "")))
    mailbox = tenant.mailboxes.get(credentials.user) if tenant else None
    if tenant is None or mailbox is None or not _may_open(tenant, mailbox, claims):
        return UNSUCCESSFUL
    return switched_off(tenant, mailbox) or mailbox


def holds(claims: dict[str, Any], now: datetime) -> bool:
    """Return whether the token is for Exchange and valid now."""
    in_time = claims.get("nbf", 0) <= now.timestamp() < claims.get("exp", 0)
    return claims.get("aud") in (*OUTLOOK, OUTLOOK_ID) and bool(in_time)


def _may_open(tenant: Tenant, mailbox: Mailbox, claims: dict[str, Any]) -> bool:
    """Return whether the person whom the token names may send from a mailbox."""
    if not mailbox.licensed:
        return False
    if "upn" in claims:
        may_send = "SMTP.Send" in str(claims.get("scp", "")).split()
        own = claims["upn"] == mailbox.address or claims["upn"] in mailbox.open_to
        return may_send and own
    return _app_may_open(tenant, mailbox, str(claims.get("appid")), claims.get("roles", ()))


def _app_may_open(tenant: Tenant, mailbox: Mailbox, app: str, roles: Collection[str]) -> bool:
    """Return whether an app may open a mailbox. It must be known to Exchange
    (New-ServicePrincipal), and have the right in one of two ways: consent in Entra ID with
    Add-MailboxPermission, or a role of RBAC for Applications. Who has the first way's consent
    is held to the first way."""
    if app not in tenant.service_principals:
        return False
    if APP_PERMISSION in roles:
        return app in mailbox.open_to
    return (app, mailbox.address) in tenant.assignments


def switched_off(tenant: Tenant, mailbox: Mailbox) -> str | None:
    """Return the refusal of a switch; the mailbox's own goes before the tenant's."""
    if mailbox.smtp_auth is False:
        return REPLIES["off-mailbox"]
    if mailbox.smtp_auth is None and not tenant.smtp_auth:
        return REPLIES["off-tenant"]
    return None
