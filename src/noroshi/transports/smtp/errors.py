"""Word what can be wrong with a mail server before it takes a mail, and whose fault that is."""

from __future__ import annotations

from noroshi.core.instruction import InstructionKind, with_instruction
from noroshi.core.mail import Answer, Fault, Verdict
from noroshi.core.marked_names import with_settings
from noroshi.core.translation import NOTHING, Message, _, pgettext
from noroshi.network import TlsError
from noroshi.ports import RouteError
from noroshi.transports.smtp.reply_classifier import sender_meaning

SILENT = _(
    "{where} accepted the connection, but sent nothing within {seconds:g} s ({stage}). The "
    "mail server hangs or is overloaded."
)
CONNECTION_CLOSED = _("{where} closed the connection ({stage}). Nothing was transferred.")
CONNECTION_BROKE = _(
    "{where} closed the connection, or sent nothing for {seconds:g} s ({stage}). The message "
    "was not transferred."
)
NOT_SMTP = _(
    "The service at {where} is not a mail server ({stage}). Another program is listening there."
)
COMMAND_REFUSED = _("{where} refused ({stage}): {reply}")
SERVER_REPLIED = pgettext("answered", "{where} replied: {reply}")
WITH_ADVICE = _("{advice} {said}")
"""The advice comes first: a subject and a table have room for the beginning alone."""
SIGN_IN = _("{where} refused {user}'s sign-in (AUTH): {reply}")
WRONG_PASSWORD = with_instruction(
    _(
        "{where} did not let {user} sign in with {way} (AUTH): {reply}. Either the password is "
        "wrong (enter the correct one: {instruction}), or the server requires another user or "
        "method (the route's user and auth)."
    ),
    InstructionKind.PUT_SECRET_PLACE,
)
WANTS_TLS = _("{where} requires encryption: {reply}. Set protection to starttls or tls.")
NO_STARTTLS = _(
    "{where} does not offer STARTTLS, so nothing was sent. The server is not configured for "
    "it, or a device on the path removed it."
)
NO_WAY = _("{where} does not offer {wanted} to sign in (AUTH); it offers: {offers}")
IN_THE_CLEAR = _("an account's token is sent only over TLS: set protection to starttls or tls")
PASSWORD_IN_THE_CLEAR = with_settings(
    _(
        "a password is sent only over TLS: set {protection} to starttls or tls. Without TLS, "
        'only {auth} = "cram-md5" is allowed, which does not reveal the password'
    ),
    "protection",
    "auth",
)
NO_TLS_YET = _(
    "{where} did not start TLS within {seconds:g} s (TCP, TLS). The mail server is down, a "
    "firewall drops the packets, or this port requires protection = starttls."
)
NO_TLS_FIRST = _(
    "{where} does not use TLS from the start of the connection (TLS). Set protection to "
    "starttls, or set port to the one for TLS, usually 465."
)


class SmtpError(Exception):
    """Report that a conversation with a mail server failed."""


class ConnectionLostError(SmtpError):
    """Report a connection that was lost, or on which nothing came in time; it is of no more use."""


class ConnectionWasResetError(ConnectionLostError):
    """Report a connection that was reset, as happens where a server closes it and has not read all
    that was said. The reset drops what it said last (RFC 9293, 3.10.7.4), unless it was read by then.
    """


class UnheardReplyError(SmtpError):
    """Report a connection that was reset in the midst of commands that were said at once: the server
    may have said why, and may be heard if they are said one by one."""


class NotSmtpError(SmtpError):
    """Report what is no reply of SMTP, or too long for one; nothing after it can be read."""


class StaleConnectionError(SmtpError):
    """Report a kept connection that was closed meanwhile; the server has heard nothing of the mail."""


class SmtpServerError(SmtpError, RouteError):
    """Report a mail server that cannot be used now. `text` is the server's reply after the
    code, word for word, and `enhanced` the enhanced code, if the server sent them."""

    def __init__(
        self,
        words: Message,
        code: int = 0,
        enhanced: str = "",
        text: str = "",
        fault: Fault | None = None,
        template: Message = NOTHING,
    ) -> None:
        super().__init__(words, code, fault or _fault(code, enhanced, text), template=template)
        self.enhanced, self.text = enhanced, text


def _fault(code: int, enhanced: str, text: str) -> Fault:
    """Return whose fault it is: without a code nobody answered; else what the table says of
    it."""
    if not code:
        return Fault.NETWORK
    return sender_meaning(code, enhanced, text).fault or Fault.SERVER


class SmtpAuthError(SmtpServerError):
    """Report that the server did not take the token. Nothing of the token is in the words."""


def of_no_tls(address: str, seconds: float, trouble: TlsError) -> RouteError:
    """Say why TLS from the first byte was not to be had: mostly it is the port for STARTTLS."""
    if trouble.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return SmtpServerError(NO_TLS_FIRST.fill(where=address), template=NO_TLS_FIRST)
    if not trouble.reason:
        return SmtpServerError(
            NO_TLS_YET.fill(where=address, seconds=seconds), template=NO_TLS_YET
        )
    return trouble


def answer_of(trouble: RouteError) -> Answer:
    """Return the answer for every address of the mail from one trouble."""
    # 432 is Exchange Online's "more than 3 connections": the route is well, and busy.
    if trouble.code == 432:
        verdict, fault = Verdict.DEFERRED, None
    else:
        verdict, fault = Verdict.ROUTE_DOWN, trouble.fault
    text, enhanced = "", ""
    if isinstance(trouble, SmtpServerError):
        text, enhanced = trouble.text, trouble.enhanced
    return Answer(verdict, text, trouble.code, enhanced, trouble.words, fault, early=True)
