"""Word what can stand between us and a server, and who mends it."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.mail import Fault, Network
from noroshi.core.translation import (
    NOTHING,
    Message,
    _,
    each_once,
    in_each_language,
    list_names,
    plain,
)
from noroshi.knowledge.os_errors import cause_text, words_of
from noroshi.ports import RouteError

DNS = _(
    "cannot find {where}: {why} (DNS). The name is wrong, or this computer's name server "
    "does not answer."
)
TCP = _(
    "cannot connect to {where}: {why} (TCP). Nothing is listening there, or a firewall is in "
    "the way."
)
NO_CONNECTION = _(
    "{where} did not answer within {seconds:g} s (TCP). It is down, or a firewall drops the "
    "packets."
)
NO_NAME_SERVER = _(
    "no name server resolved {where} within {seconds:g} s (DNS). It is down, or a firewall "
    "drops the queries."
)
NO_SOURCE = _(
    "cannot connect from {source}: {why}. It must be an address of this computer; check "
    "source in networks/{name}.toml."
)
OTHER_FAMILY = _(
    "{where} has no address that can be reached from {source}: one is IPv4, the other IPv6"
)
CLOSED_CONNECTION = _("connection closed")
REFUSED_CONNECTION = _("connection refused")
OF_ONE = _("{address}: {why}")

NO_PROXY = _("the proxy {proxy} of network “{name}” cannot be reached: {why}")
PROXY_AWAY = _(
    "the proxy {where} did not answer within {seconds:g} s (TCP). It is down, or a firewall "
    "drops the packets."
)
PROXY_SILENT = _(
    "the proxy {proxy} did not connect to {where} within {seconds:g} s. Either the proxy "
    "hangs, or {where} does not answer it."
)
NOT_A_PROXY = _(
    "The service at {proxy} is not an HTTP proxy. Check proxy in networks/{name}.toml."
)
PROXY_WANTS_LOGIN = _(
    "the proxy {proxy} requires a login (407). Set proxy_user and proxy_password in "
    "networks/{name}.toml."
)
PROXY_REFUSED_LOGIN = followed_by(
    _("the proxy {proxy} refused {user}'s login (407): the password is wrong."),
    InstructionKind.PUT_ENTRY,
)
PROXY_OTHER_LOGIN = _(
    "the proxy {proxy} requires a login by {schemes} (407), but Noroshi supports only Basic. "
    "Its administrator must allow Basic, or let this computer through without a login."
)
PROXY_FORBIDS = _(
    "the proxy {proxy} does not allow a connection to {where} ({status}). Its administrator "
    "must allow CONNECT to port {port}."
)
PROXY_FAILED = _(
    "the proxy {proxy} could not reach {where} ({status}). That server is down, or the proxy "
    "cannot find it."
)

CERTIFICATE = _(
    "the certificate of {where} cannot be trusted: {why} (TLS). Set the CA's file in "
    "ca_file, or have the server's certificate corrected."
)
EXPIRED = _(
    "the certificate of {where} cannot be trusted: {why} (TLS). The server's administrator "
    "must renew it. If it is valid elsewhere, this computer's clock is wrong."
)
OTHER_NAME = _(
    "the certificate of {where} cannot be trusted: {why} (TLS). Use the name that is in the "
    "certificate, or have the server's certificate corrected."
)
UNKNOWN_ISSUER = _(
    "the certificate of {where} cannot be trusted: it was issued by {issuer}, which this "
    "computer does not trust (TLS). If that is your organisation's own CA, or that of a "
    "firewall or virus scanner that replaces certificates, set the CA's file in ca_file. If "
    "not, someone may be intercepting the connection."
)
REPLACED = _(
    "the proxy {proxy} replaces certificates: the one for {where} was issued by {issuer}, "
    "which is not trusted here (TLS). Add that CA's certificate to ca_file in "
    "networks/{name}.toml."
)
TLS = _(
    "{where} and Noroshi have no encryption method in common: {why} (TLS). TLS 1.2 or newer "
    "is required."
)
NO_TLS = _(
    "{where} did not start TLS within {seconds:g} s (TCP, TLS). It hangs, or a firewall "
    "drops the packets."
)
CA_FILE = _(
    "the CA file {path} cannot be read: {why}. Correct ca_file of the monitor, the route, "
    "the network or the cloud."
)
CERTIFICATE_FILE = _(
    "the certificate {path} cannot be used: {why}. It must contain, in PEM format, the "
    "certificate and its key without a passphrase."
)
# X.509 verification errors of OpenSSL: whoever issued it is not known here.
ISSUERS_FAULT = frozenset({2, 18, 19, 20, 21})
OF_TIME, OF_NAME = frozenset({9, 10}), frozenset({62, 64})


class NetworkError(Exception):
    """Report that the other side was not reached, or did not answer."""


class ConnectError(NetworkError, RouteError):
    """Report that nobody was reached, or not safely. Nothing was said that must not be heard."""

    def __init__(
        self, words: Message, fault: Fault = Fault.NETWORK, subject: Message = NOTHING
    ) -> None:
        super().__init__(words, fault=fault, template=subject)


class TlsError(ConnectError):
    """Report that the connection was made, and TLS was not; `reason` is OpenSSL's, "" if nothing
    came."""

    def __init__(self, trouble: ConnectError, reason: str = "") -> None:
        super().__init__(trouble.words, trouble.fault, trouble.template)
        self.reason = reason


class NoAnswerError(NetworkError):
    """Report that the request was sent without a known answer: the server may have acted on
    it."""


class NoAddressAnsweredError(NetworkError, OSError):
    """Report that every address failed: each with its own reason."""

    def __init__(self, failures: Sequence[tuple[str, OSError]]) -> None:
        super().__init__("nobody answered")
        self.failures = failures


class SourceAddressError(NetworkError):
    """Report that no connection can come from the source address; `cause` is None where the
    other side has no address of the same family."""

    def __init__(self, cause: OSError | None) -> None:
        super().__init__(str(cause))
        self.cause = cause


def not_reached(
    subject: Message, fault: Fault = Fault.NETWORK, **arguments: object
) -> ConnectError:
    """Fill one of the sentences above."""
    return ConnectError(subject.fill(**arguments), fault, subject)


def of_error(peer: str, error: OSError) -> ConnectError:
    """Say what stopped a connection from being made."""
    words = DNS if isinstance(error, socket.gaierror) else TCP
    return not_reached(words, where=peer, why=failures_text(error))


def of_name(peer: str, error: ValueError) -> ConnectError:
    """Say why a host's name cannot be looked for."""
    return not_reached(DNS, where=peer, why=getattr(error, "reason", "") or error)


def of_source(network: Network, peer: str, error: SourceAddressError) -> ConnectError:
    """Say why the source address cannot be used."""
    if error.cause is None:
        return not_reached(OTHER_FAMILY, Fault.SETUP, where=peer, source=network.source)
    return not_reached(
        NO_SOURCE,
        Fault.SETUP,
        source=network.source,
        why=failures_text(error.cause),
        name=network.name,
    )


def failures_text(error: OSError) -> Message:
    """Return the system's own reason; each address's, where they differ."""
    if isinstance(error, ConnectionRefusedError):
        return REFUSED_CONNECTION
    if isinstance(error, NoAddressAnsweredError):
        reasons = [failures_text(failure) for _, failure in error.failures]
        if len(set(reasons)) == 1:
            return reasons[0]
        addresses = [address for address, _ in error.failures]
        pairs = zip(addresses, reasons, strict=True)
        return each_once(OF_ONE.fill(address=address, why=reason) for address, reason in pairs)
    return cause_text(error) if error.strerror or str(error) else CLOSED_CONNECTION


def of_proxy(network: Network, error: OSError | ValueError) -> ConnectError:
    """Say why the proxy itself is not reached."""
    reason = failures_text(error) if isinstance(error, OSError) else error
    return not_reached(NO_PROXY, proxy=network.proxy, name=network.name, why=reason)


def of_proxy_answer(
    network: Network, peer: str, status: int, reason: str, schemes: Sequence[str]
) -> ConnectError:
    """Say why a proxy refused CONNECT (RFC 9110, 9.3.6)."""
    arguments = {"proxy": network.proxy, "name": network.name, "where": peer}
    if status == 407:
        return _of_login(network, arguments, schemes)
    words = PROXY_FAILED if status >= 500 else PROXY_FORBIDS
    fault = Fault.NETWORK if status >= 500 else Fault.PERMISSION
    port, status_line = peer.rpartition(":")[2], f"{status} {reason}".strip()
    return not_reached(words, fault, **arguments, status=status_line, port=port)


def _of_login(
    network: Network, arguments: dict[str, str], schemes: Sequence[str]
) -> ConnectError:
    if schemes and "basic" not in [scheme.lower() for scheme in schemes]:
        scheme_names = list_names(schemes)
        return not_reached(
            PROXY_OTHER_LOGIN, Fault.PERMISSION, **arguments, schemes=scheme_names
        )
    if not network.proxy_user:
        return not_reached(PROXY_WANTS_LOGIN, Fault.SETUP, **arguments)
    login = {"user": network.proxy_user, "entry": network.proxy_password}
    return not_reached(PROXY_REFUSED_LOGIN, Fault.SIGN_IN, **arguments, **login)


def of_tls(peer: str, error: ssl.SSLError) -> ConnectError:
    """Say what stopped a connection from being encrypted, but for the certificate."""
    return not_reached(TLS, where=peer, why=error.reason or error)


def is_of_issuer(error: ssl.SSLCertVerificationError) -> bool:
    """Return whether it is not known here who issued the certificate; else it has ended, say."""
    return error.verify_code in ISSUERS_FAULT


def of_certificate(
    network: Network, peer: str, error: ssl.SSLCertVerificationError, issuer: str
) -> ConnectError:
    """Say why a certificate is not trusted; `issuer` of the one that was shown, "" if unknown."""
    if not issuer:
        return not_reached(_of_code(error.verify_code), where=peer, why=distrust_text(error))
    words = REPLACED if network.proxy else UNKNOWN_ISSUER
    arguments = {"where": peer, "issuer": issuer}
    return not_reached(
        words, Fault.NETWORK, **arguments, proxy=network.proxy, name=network.name
    )


def distrust_text(error: ssl.SSLCertVerificationError) -> Message:
    """Say what is the matter with a certificate; in OpenSSL's own words where it is something rare."""
    phrase = error.verify_message.rstrip(".")
    reason = words_of("certificate", error.verify_code)
    if reason is None:
        return plain(phrase)
    return in_each_language(
        lambda language: phrase if language == "en" else reason.say(language)
    )


def _of_code(code: int) -> Message:
    if code in OF_TIME:
        return EXPIRED
    return OTHER_NAME if code in OF_NAME else CERTIFICATE
