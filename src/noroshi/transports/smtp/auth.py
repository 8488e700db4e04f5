"""Sign in to a mail server (RFC 4954): which mechanism is taken, and what is said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from noroshi.core.mail import Fault
from noroshi.core.redaction import Masks
from noroshi.core.translation import list_names, plain
from noroshi.transports.smtp import errors, sasl
from noroshi.transports.smtp.connection import Connection, Reply
from noroshi.transports.smtp.errors import SmtpAuthError, SmtpServerError
from noroshi.transports.smtp.reply_classifier import wants_tls
from noroshi.vault import Secret

SIGNED_IN, GO_ON = 235, 334
LONGEST_COMMAND = 512
MOST_KNOWN_TEXTS = 16
XOAUTH2, OAUTHBEARER = BY_TOKEN = "xoauth2", "oauthbearer"
ANSWER_TO_ERROR = {XOAUTH2: b"", OAUTHBEARER: b"AQ=="}
"""The client's reply to an error in the challenge: an empty line; a single ^A (RFC 7628,
3.2.3)."""
BY_PASSWORD = ("cram-md5", "plain", "login")
"""The strongest first: CRAM-MD5 does not hand the password over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Name who signs in, with what, and by which mechanisms. The secret is never printed.

    `entry` is what the vault calls the password; "" with a token.
    """

    user: str
    secret: Secret
    mechanisms: tuple[str, ...]
    entry: str = ""


async def sign_in(connection: Connection, credentials: Credentials) -> str:
    """Sign in, and return by which mechanism. Raises SmtpAuthError, or SmtpServerError if there is
    no common mechanism, or ConnectionLostError."""
    way = _common_mechanism(connection, credentials)
    masks = Masks(credentials.secret.reveal())
    connection.mask = masks.masked
    reply = await MECHANISMS[way](AuthExchange(connection, masks), credentials)
    if reply.code == GO_ON:
        # A refusal of a token may come as 334 with the error as base64 JSON (Google). The server
        # then waits for what its way has for that before it says 535. Exchange Online says 535
        # at once. For other ways it is out of step: RFC 4954, 4 has * to break off.
        reply = await connection.answer(ANSWER_TO_ERROR.get(way, b"*"))
    if reply.code != SIGNED_IN:
        raise _refusal(connection, credentials, way, reply)
    # No secret is said any more, and most of the replies to a mail are those to the one before.
    connection.mask = lru_cache(maxsize=MOST_KNOWN_TEXTS)(masks.masked)
    return way


@dataclass(frozen=True, slots=True)
class AuthExchange:
    """Remember each thing that is said on a connection, to be masked."""

    connection: Connection
    masks: Masks

    async def initial(self, way: bytes, response: bytes) -> Reply:
        """Send AUTH with the initial response.

        RFC 4954, 4: a response that does not fit into the command's 512 octets goes after the
        server's 334; Exchange Online and Google take both forms.
        """
        self.masks.add(response)
        if len(response) + len(way) + len(b"AUTH  \r\n") <= LONGEST_COMMAND:
            reply = await self.connection.command(b"AUTH", way, response)
            must_repeat = reply.code == GO_ON and not reply.text
        else:
            reply = await self.connection.command(b"AUTH", way)
            must_repeat = reply.code == GO_ON
        return await self.connection.answer(response) if must_repeat else reply

    async def respond(self, response: bytes) -> Reply:
        self.masks.add(response)
        return await self.connection.answer(response)


async def _xoauth2(exchange: AuthExchange, credentials: Credentials) -> Reply:
    return await exchange.initial(
        b"XOAUTH2", sasl.xoauth2(credentials.user, credentials.secret.reveal())
    )


async def _oauthbearer(exchange: AuthExchange, credentials: Credentials) -> Reply:
    server, token = exchange.connection.server, credentials.secret.reveal()
    response = sasl.oauthbearer(credentials.user, token, server.host, server.port)
    return await exchange.initial(b"OAUTHBEARER", response)


async def _plain(exchange: AuthExchange, credentials: Credentials) -> Reply:
    return await exchange.initial(
        b"PLAIN", sasl.plain(credentials.user, credentials.secret.reveal())
    )


async def _login(exchange: AuthExchange, credentials: Credentials) -> Reply:
    """Log in without an initial response, which not every server takes (MS-XLOGIN has none)."""
    user, password = sasl.login(credentials.user, credentials.secret.reveal())
    reply = await exchange.connection.command(b"AUTH", b"LOGIN")
    if reply.code == GO_ON:
        reply = await exchange.connection.answer(user)
    return await exchange.respond(password) if reply.code == GO_ON else reply


async def _cram_md5(exchange: AuthExchange, credentials: Credentials) -> Reply:
    reply = await exchange.connection.command(b"AUTH", b"CRAM-MD5")
    if reply.code != GO_ON:
        return reply
    try:
        response = sasl.cram_md5(credentials.user, credentials.secret.reveal(), reply.text)
    except ValueError:
        return reply  # broken off by the caller
    return await exchange.respond(response)


MECHANISMS: Mapping[str, Callable[[AuthExchange, Credentials], Awaitable[Reply]]] = {
    XOAUTH2: _xoauth2,
    OAUTHBEARER: _oauthbearer,
    "cram-md5": _cram_md5,
    "plain": _plain,
    "login": _login,
}


def _common_mechanism(connection: Connection, credentials: Credentials) -> str:
    for way in credentials.mechanisms:
        if way in connection.mechanisms:
            return way
    offers = plain(" ".join(connection.mechanisms).upper() or "-")
    wanted_mechanisms = list_names(one.upper() for one in credentials.mechanisms)
    message = errors.NO_WAY.fill(
        where=connection.server.address, wanted=wanted_mechanisms, offers=offers
    )
    raise SmtpServerError(message, 504, template=errors.NO_WAY)


def _refusal(
    connection: Connection, credentials: Credentials, way: str, reply: Reply
) -> SmtpServerError:
    server_name, user = connection.server.address, credentials.user
    if wants_tls(reply.code, reply.text) and not connection.encrypted:
        message = errors.WANTS_TLS.fill(where=server_name, reply=reply)
        return SmtpServerError(
            message, reply.code, reply.enhanced, reply.text, template=errors.WANTS_TLS
        )
    is_wrong_password = credentials.entry and reply.code == 535
    message = errors.WRONG_PASSWORD if is_wrong_password else errors.SIGN_IN
    cause = message.fill(
        where=server_name, user=user, reply=reply.gist, way=way.upper(), entry=credentials.entry
    )
    message_with_advice = connection.server.parties.with_advice(
        cause, reply.of_sender.explanation
    )
    fault = Fault.SIGN_IN if is_wrong_password else None
    return SmtpAuthError(message_with_advice, reply.code, reply.enhanced, reply.text, fault)
