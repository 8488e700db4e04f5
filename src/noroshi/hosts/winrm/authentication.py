"""Prove to a server of WinRM who logs in: tokens of NTLM or Kerberos, and the encryption that comes of
them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

import spnego
from pypsrp.encryption import WinRMEncryption
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import FeatureMissingError, NegotiateOptions, SpnegoError

from noroshi.core.winrm_login import LoginMethod, WinrmLogin
from noroshi.hosts.winrm.winrm_problem import WinrmProblem

SERVICE = "WSMAN"
"""The first part of a server's name in Kerberos, which each Windows computer of a domain has."""
SCHEMES = ("Kerberos", "Negotiate")
TOKEN = re.compile(r"(?:Kerberos|Negotiate)\s+([A-Za-z0-9+/=]+)", re.IGNORECASE)
BOUNDARY = "Encrypted Boundary"
BY_CERTIFICATE = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"
SKEW = ("skew", "clock")


class Authentication:
    """The security context of one connection. `binding` ties it to the TLS connection."""

    def __init__(self, login: WinrmLogin, password: str, binding: bytes) -> None:
        self._login = login
        self._scheme = "Negotiate" if login.method is LoginMethod.NTLM else "Kerberos"
        try:
            self._context = _context(login, password, binding)
        except (ImportError, FeatureMissingError):
            raise WinrmProblem("kerberos_missing", login) from None
        except SpnegoError as error:
            raise self._problem(error) from None

    @property
    def is_complete(self) -> bool:
        """Tell whether both sides are known to each other."""
        return self._context.complete

    def next_token(self, headers: Mapping[str, str]) -> str:
        """Return the value of the next header Authorization, in answer to these headers; "" if there
        is nothing more to say. It may take a while: Kerberos asks its own server."""
        challenge = headers.get("www-authenticate", "")
        try:
            match = TOKEN.search(challenge)
            token = self._context.step(base64.b64decode(match[1]) if match else None)
        except (ValueError, SpnegoError) as error:
            raise self._problem(error) from None
        return f"{self._scheme} {base64.b64encode(token).decode()}" if token else ""

    def choose_scheme(self, headers: Mapping[str, str]) -> bool:
        """Choose how the server wants to be asked. Return whether it offers anything that fits."""
        offered = headers.get("www-authenticate", "").lower()
        schemes = SCHEMES if self._login.method is LoginMethod.KERBEROS else SCHEMES[1:]
        for scheme in schemes:
            if scheme.lower() in offered:
                self._scheme = scheme
                return True
        return False

    def wrap(self, message: bytes) -> tuple[str, bytes]:
        """Encrypt a message; return its content type, too."""
        content_type, body = self._encryption().wrap_message(message)
        protocol = self._encryption().protocol
        return f'{content_type};protocol="{protocol}";boundary="{BOUNDARY}"', body

    def unwrap(self, body: bytes) -> bytes:
        """Decrypt a message. Raises WinrmProblem for one that is not whole, or was changed."""
        try:
            return self._encryption().unwrap_message(body, BOUNDARY)
        except (
            Exception
        ):  # the library says so by errors of many types: of re, struct and its own
            raise WinrmProblem("not_winrm", self._login) from None

    def _encryption(self) -> WinRMEncryption:
        is_kerberos = self._scheme == "Kerberos"
        protocol = WinRMEncryption.KERBEROS if is_kerberos else WinRMEncryption.SPNEGO
        return WinRMEncryption(self._context, protocol)

    def _problem(self, error: Exception) -> WinrmProblem:
        if self._login.method is LoginMethod.NTLM:
            return WinrmProblem("not_winrm", self._login, str(error))
        is_skewed = any(word in str(error).lower() for word in SKEW)
        row = "kerberos_clock" if is_skewed else "kerberos_failed"
        return WinrmProblem(row, self._login, str(error))


def _context(login: WinrmLogin, password: str, binding: bytes) -> spnego.ContextProxy:
    options = NegotiateOptions.none if login.is_https else NegotiateOptions.wrapping_winrm
    if login.method is LoginMethod.NTLM:  # the library's own, on Windows too
        options |= NegotiateOptions.use_ntlm
    return spnego.client(
        login.user,
        password,
        hostname=login.address,
        service=SERVICE,
        channel_bindings=GssChannelBindings(application_data=binding) if binding else None,
        protocol=login.method.value,
        options=options,
    )
