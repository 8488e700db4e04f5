"""How to log in to a computer by WinRM, and which certificate it must show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from noroshi.core.host_port import authority
from noroshi.core.translation import Message, _, list_names

HTTPS_PORT, HTTP_PORT = 5986, 5985
FINGERPRINT = re.compile(r"SHA256:[0-9a-f]{64}")
"""The SHA-256 hash of a certificate."""

NEW_CERTIFICATE = _(
    "the certificate of {where} is not trusted ({why}) and not confirmed yet: {fingerprint}. "
    "Compare it with the output of {command} on that computer, and set fingerprint in the instance"
)
CHANGED_CERTIFICATE = _(
    "the certificate of {where} has changed to {fingerprint}; it was {pinned}. Nothing was "
    "sent to it. If the certificate was renewed, compare it there and set fingerprint in the "
    "instance; if not, someone may be intercepting the connection"
)


class LoginMethod(StrEnum):
    """Name how a login proves who it is."""

    NTLM = "ntlm"
    KERBEROS = "kerberos"
    CERTIFICATE = "certificate"


@dataclass(frozen=True, slots=True, kw_only=True)
class WinrmLogin:
    """Hold where and as whom to log in. `password` and `certificate` name entries of the vault;
    `fingerprints` are the certificates of the server that count, none: whatever a CA vouches for,
    one of `ca_file` or of the system. Without HTTPS, each message is encrypted by itself."""

    address: str
    user: str = ""
    port: int = HTTPS_PORT
    is_https: bool = True
    method: LoginMethod = LoginMethod.NTLM
    password: str = ""
    certificate: str = ""
    fingerprints: tuple[str, ...] = ()
    ca_file: str = ""

    @property
    def host_and_port(self) -> str:
        """Return address and port, as problems name them."""
        return authority(self.address, self.port)

    @property
    def name(self) -> str:
        """Return who logs in, as problems name it."""
        return self.user or self.certificate

    @property
    def entry(self) -> str:
        """Return the entry of the vault that the login needs."""
        is_by_certificate = self.method is LoginMethod.CERTIFICATE
        return self.certificate if is_by_certificate else self.password


LOOK_UP_COMMAND = (
    "Get-ChildItem Cert:\\LocalMachine\\My | ForEach-Object { $_.Subject + ' SHA256:' + "
    "([BitConverter]::ToString([Security.Cryptography.SHA256]::Create().ComputeHash($_.RawData)) "
    "-replace '-').ToLower() }"
)
"""Prints the same fingerprint in PowerShell on the computer itself. Windows shows the SHA-1 hash alone."""


def certificate_problem(login: WinrmLogin, fingerprint: str, reason: Message) -> Message | None:
    """Return why a certificate is refused that no CA vouched for, or that is not one of those that
    are pinned; None if it is one of these. `reason` is what the CAs say."""
    if fingerprint in login.fingerprints:
        return None
    words = CHANGED_CERTIFICATE if login.fingerprints else NEW_CERTIFICATE
    return words.fill(
        where=login.host_and_port,
        why=reason,
        fingerprint=fingerprint,
        pinned=list_names(login.fingerprints),
        command=LOOK_UP_COMMAND,
    )
