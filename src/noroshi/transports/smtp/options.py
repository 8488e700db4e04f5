"""Define the options of a route by a mail server: where, how protected, who signs in and by which
way."""

from __future__ import annotations

from typing import Literal

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.instruction import ANY_ENTRY, InstructionKind, followed_by
from noroshi.core.marked_names import with_settings
from noroshi.core.reserved_entries import reserved
from noroshi.core.translation import Message, _
from noroshi.definitions.documents import ENTRY
from noroshi.oauth.high_volume import is_high_volume
from noroshi.ports import options
from noroshi.transports.mime.message import AddressError, ascii_domain, check_address
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.auth import BY_PASSWORD, BY_TOKEN, OAUTHBEARER, XOAUTH2
from noroshi.transports.smtp.connection import Parties, Patience, Server

LOOPBACK_LITERAL = "[127.0.0.1]"  # RFC 5321, 4.1.3: who has no name says an address
RELAY, SUBMISSION, SUBMISSIONS = 25, 587, 465  # RFC 8314, 3.3
EXCHANGE_MX = (
    ".mail.protection.outlook.com",
    ".mx.microsoft",
    ".mail.protection.office365.us",
    ".mail.protection.partner.outlook.cn",
)
"""Hosts where Exchange Online takes mail for tenants: by a connector or as direct send, port
25."""
NO_HOST = with_settings(_("{host} is missing"), "host")
BAD_HOST = with_settings(_("{host} “{given}” is not a host name"), "host")
BAD_PORT = with_settings(_("{port} must be between 1 and 65535"), "port")
NO_SENDER = with_settings(_("{sender} is missing: the address of the sender"), "sender")
BAD_SENDER = with_settings(_("{sender} “{given}” is not an email address"), "sender")
BAD_EHLO = with_settings(_("{ehlo} “{given}” is not a host name"), "ehlo")
BAD_ENVELOPE = with_settings(
    _("{envelope_sender} “{given}” is not an email address"), "envelope_sender"
)
NOBODY_SIGNS_IN = with_settings(
    _(
        "{host} does not support sign-in: leave {account} and {password} out (a connector or "
        "direct send), or use smtp.office365.com"
    ),
    "account",
    "password",
)
NO_TLS_NO_CERTIFICATE = with_settings(
    _("a certificate is used only with TLS: set {protection} to starttls or tls"), "protection"
)
NO_ENTRY = followed_by(
    with_settings(
        _("{password} must be the name of a vault entry, never the password itself."),
        "password",
    ),
    InstructionKind.PUT_SECRET,
    entry=ANY_ENTRY,
)
TWO_WAYS = with_settings(
    _("{account} and {password} cannot both be set: choose one sign-in method"),
    "account",
    "password",
)
NEEDS_SEND_AS = _(
    "{user} signs in, but From is {sender} and the envelope sender is {envelope}: this "
    "requires Send As"
)
NEEDS_ACCOUNT = with_settings(_('{auth} = "{given}" requires an account'), "auth")
NEEDS_PASSWORD = with_settings(_('{auth} = "{given}" requires a password'), "auth")


@options
class Options:
    host: str
    """Host name of the mail server; with an account, it comes from the account."""
    port: int | None = None
    """TCP port. Default: 587; 465 with TLS from the start of the connection; 25 for Exchange
    Online's MX."""
    protection: Literal["none", "starttls", "tls"] = "starttls"
    """`starttls` and `tls` both encrypt the connection and check the certificate; with
    `starttls`, encryption begins after the server's greeting. Use `none` only for an internal
    server."""
    ca_file: str = ""
    """Path of a file with certificates (PEM) to trust in addition to the system's."""
    certificate: str = ""
    """Path of a file with the client certificate and its key (PEM), for a connector that
    requires one."""
    sender: str = ""
    """Sender address. If empty, the user who signs in is used."""
    sender_name: str = "Noroshi"
    """Name that mail programs show as the sender of the messages."""
    envelope_sender: str = ""
    """Address for bounces (MAIL FROM). Default: the sender."""
    account: str = ""
    """Account whose token is used to sign in, with XOAUTH2, or with OAUTHBEARER if its cloud
    uses that."""
    user: str = ""
    """User who signs in, usually a mailbox. If empty, the account's mailbox is used; without an
    account, the sender address, which is then required."""
    password: str = ""
    """Vault entry with the password to sign in with: the name of the entry, never the
    password."""
    auth: Literal["auto", "xoauth2", "oauthbearer", "plain", "login", "cram-md5"] = "auto"
    """SMTP authentication method. `auto`: the strongest method that the server offers."""
    ehlo: str = ""
    """Name in EHLO. Default: the sender's domain."""
    charset: Literal["utf-8", "iso-2022-jp"] = "utf-8"
    """Character set of messages. A message that iso-2022-jp cannot encode uses utf-8."""

    def __post_init__(self) -> None:
        if not self.host.strip():
            raise InvalidValueError(NO_HOST)
        check_address(self.host, BAD_HOST, _host_name)
        if self.port is not None and not 0 < self.port < 65536:
            raise InvalidValueError(BAD_PORT)
        if not self.mail_from:
            raise InvalidValueError(NO_SENDER)
        check_address(self.mail_from, BAD_SENDER)
        if self.envelope_sender:
            check_address(self.envelope_sender, BAD_ENVELOPE)
        if self.ehlo:
            check_address(self.ehlo, BAD_EHLO, ascii_domain)
        if self.protection == "none" and self.certificate:
            raise InvalidValueError(NO_TLS_NO_CERTIFICATE)
        self._check_sign_in()

    def _check_sign_in(self) -> None:
        if self.password and not ENTRY.fullmatch(self.password):
            raise InvalidValueError(NO_ENTRY)
        if fault := reserved(self.password):
            raise InvalidValueError(fault)
        if self.account and self.password:
            raise InvalidValueError(TWO_WAYS)
        if self._is_mx and (self.account or self.password):
            raise InvalidValueError(NOBODY_SIGNS_IN.fill(host=self.host))
        if self.auth in BY_TOKEN and not self.account:
            raise InvalidValueError(NEEDS_ACCOUNT.fill(given=self.auth))
        if self.auth in BY_PASSWORD and not self.password:
            raise InvalidValueError(NEEDS_PASSWORD.fill(given=self.auth))
        if self.protection == "none" and self.account:
            raise InvalidValueError(errors.IN_THE_CLEAR)
        # CRAM-MD5 shows nobody the password; what it shows can be guessed at, so it must be asked for.
        if self.protection == "none" and self.password and self.auth != "cram-md5":
            raise InvalidValueError(errors.PASSWORD_IN_THE_CLEAR)

    @property
    def mail_from(self) -> str:
        return self.sender or self.user

    @property
    def parties(self) -> Parties:
        """Return the user who signs in, From, and the envelope's sender."""
        sender = self.mail_from
        return Parties(self.user or sender, sender, self.envelope_sender or sender)

    @property
    def remarks(self) -> tuple[Message, ...]:
        """Return what is well to know of options that are not wrong."""
        return send_as_remarks(self.parties) if self.account else ()

    @property
    def where(self) -> str:
        return f"{self.host}:{self._port}"

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """Return the ways to sign in that may be used, the strongest first; none: do not sign
        in."""
        if self.account:
            return (OAUTHBEARER if self.auth == OAUTHBEARER else XOAUTH2,)
        if not self.password:
            return ()
        return BY_PASSWORD if self.auth == "auto" else (self.auth,)

    @property
    def _port(self) -> int:
        usual_port = SUBMISSIONS if self.protection == "tls" else SUBMISSION
        return self.port or (RELAY if self._is_mx else usual_port)

    @property
    def _is_mx(self) -> bool:
        host = self.host.lower().rstrip(".")
        return host.endswith(EXCHANGE_MX) and not is_high_volume(host)

    def server(self, patience: Patience) -> Server:
        ehlo = _ehlo_name(self.ehlo, self.mail_from)
        tls_first = self.protection == "tls"
        host = _host_name(self.host)
        return Server(host, self._port, self.parties, ehlo, patience, tls_first)


def send_as_remarks(parties: Parties) -> tuple[Message, ...]:
    """Remark that the three addresses differ, if they do."""
    if parties.user == parties.sender == parties.envelope:
        return ()
    return (
        NEEDS_SEND_AS.fill(user=parties.user, sender=parties.sender, envelope=parties.envelope),
    )


def _host_name(name: str) -> str:
    """Return the name in A-labels, as DNS, SNI and certificates have it. Raises AddressError.

    An ASCII name stays as it is: in the house there are some with an underscore.
    """
    return name if name.isascii() else ascii_domain(name)


def _ehlo_name(name: str, sender: str) -> str:
    """Return the name for EHLO, never the host's own: an underscore or a Japanese one is
    refused (501 5.5.4)."""
    try:
        return ascii_domain(name or sender.rpartition("@")[2])
    except AddressError:
        return LOOPBACK_LITERAL
