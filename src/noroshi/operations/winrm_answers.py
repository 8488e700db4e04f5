"""Answers of the operations that add servers over WinRM."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from noroshi.core.translation import NOTHING, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateShown:
    """The certificate that a server shows: `command` prints the same fingerprint on the server.
    `distrust`: why no CA that this computer trusts vouches for it; NOTHING if one does."""

    where: str
    fingerprint: str
    subject: str
    issuer: str
    valid_until: datetime | None
    distrust: Message = NOTHING
    command: str
