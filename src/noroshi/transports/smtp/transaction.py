"""Run one mail's transaction on a connection (RFC 5321, 3.3), with an answer for each recipient."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from noroshi.core.mail import Answer, Verdict
from noroshi.core.translation import NOTHING, _
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.connection import Connection, Reply
from noroshi.transports.smtp.errors import (
    ConnectionLostError,
    ConnectionWasResetError,
    SmtpError,
    SmtpServerError,
    StaleConnectionError,
    UnheardReplyError,
)
from noroshi.transports.smtp.reply_classifier import DEFERRED, Meaning, wants_tls

GO_ON = 354
CLOSING = 421
NOT_KNOWN = _(
    "{where} received the whole message, but its reply is not known: the connection was "
    "lost, or no reply arrived in time. The message is sent again with the same Message-ID."
)
OK_PREFIX = re.compile(r"(?:2\.\d+\.\d+\s+)?(?:ok\b[:\s]*)?", re.IGNORECASE)

Delivered = tuple[Mapping[str, Answer], str, bool]


@dataclass(frozen=True, slots=True)
class SmtpMessage:
    """Hold a mail on the wire: who sends it, each recipient's address as SMTP has it, its bytes."""

    sender: str
    paths: Mapping[str, str]
    content: bytes


async def deliver(connection: Connection, message: SmtpMessage) -> Delivered:
    """Return answers by address, the provider's id, and whether the connection can be used again.

    Raises StaleConnectionError, UnheardReplyError, or SmtpServerError; the mail was surely not
    taken then.
    """
    sender, *recipients = _envelope(connection, message)
    try:
        connection.pipeline(
            b"MAIL " + sender, *(b"RCPT " + path for path in recipients), b"DATA"
        )
        reply = await connection.command(b"MAIL", sender)
    except ConnectionLostError as error:
        if connection.is_reused:
            raise StaleConnectionError from None
        raise _loss(connection, error) from None
    if connection.is_reused and reply.code == CLOSING:
        raise StaleConnectionError
    if not reply.is_positive:
        if wants_tls(reply.code, reply.text) and not connection.encrypted:
            explanation = errors.WANTS_TLS.fill(where=connection.server.address, reply=reply)
            raise SmtpServerError(explanation, reply.code, reply.enhanced, reply.text)
        refusal = _answer(connection, reply, reply.of_sender)
        return dict.fromkeys(message.paths, refusal), "", await _reset(connection)
    try:
        return await _to_recipients(connection, message)
    except ConnectionLostError as error:
        raise _loss(connection, error) from None


async def _to_recipients(connection: Connection, message: SmtpMessage) -> Delivered:
    answer_by_address, taken_addresses, reply_by_address = (
        dict[str, Answer](),
        list[str](),
        dict[str, Reply](),
    )
    for address, path in message.paths.items():
        reply = await connection.command(b"RCPT", _rcpt_to(path))
        if reply.is_positive:
            taken_addresses.append(address)
        else:
            reply_by_address[address] = reply
            answer_by_address[address] = _answer(connection, reply, reply.meaning_of_recipient)
        if reply.code == CLOSING:
            answer_by_path = dict.fromkeys(message.paths, answer_by_address[address])
            return answer_by_path | answer_by_address, "", False
    if not taken_addresses:
        return answer_by_address, "", await _reset(connection)
    answer_by_address = {
        refused_address: _answer(connection, reply, reply.of_one)
        for refused_address, reply in reply_by_address.items()
    }
    reply = await connection.command(b"DATA")
    if reply.code != GO_ON:
        return (
            answer_by_address | dict.fromkeys(taken_addresses, _not_yet(connection, reply)),
            "",
            await _reset(connection),
        )
    if not connection.is_alive:  # before the mail, which then surely was not taken
        raise ConnectionLostError("closed, or out of step")
    answer, provider_id, is_clean = await _content(connection, message.content)
    return answer_by_address | dict.fromkeys(taken_addresses, answer), provider_id, is_clean


async def _content(connection: Connection, content: bytes) -> tuple[Answer, str, bool]:
    """Hand over the mail. From here on a lost connection leaves open whether it was taken."""
    try:
        reply = await connection.send_content(content)
    except SmtpError:
        message = NOT_KNOWN.fill(where=connection.server.address)
        return Answer(Verdict.DEFERRED, words=message), "", False
    answer = _answer(connection, reply, reply.meaning_of_recipient)
    provider_id = OK_PREFIX.sub("", reply.text, count=1) if reply.is_positive else ""
    return answer, provider_id, reply.code != CLOSING


def _envelope(connection: Connection, message: SmtpMessage) -> Iterator[bytes]:
    yield _mail_from(connection, message)
    yield from map(_rcpt_to, message.paths.values())


def _rcpt_to(path: str) -> bytes:
    return b"TO:<" + path.encode("ascii") + b">"


def _mail_from(connection: Connection, message: SmtpMessage) -> bytes:
    path = b"FROM:<" + message.sender.encode("ascii") + b">"
    # RFC 1870: the server may refuse what is too large before it has to take it.
    size = f" SIZE={len(message.content)}" if "size" in connection.extensions else ""
    return path + size.encode("ascii")


def _answer(connection: Connection, reply: Reply, meaning: Meaning) -> Answer:
    advice, server = NOTHING, connection.server
    if server.parties.advice(meaning.explanation) != NOTHING:
        cause = errors.SERVER_REPLIED.fill(where=server.address, reply=reply.gist)
        advice = server.parties.with_advice(cause, meaning.explanation)
    return Answer(
        meaning.verdict, reply.text, reply.code, reply.enhanced, advice, fault=meaning.fault
    )


def _not_yet(connection: Connection, reply: Reply) -> Answer:
    """Read an answer to DATA; a good one that is not 354 takes nothing."""
    is_taken = reply.meaning_of_recipient.verdict is Verdict.ACCEPTED
    return _answer(
        connection, reply, Meaning(DEFERRED) if is_taken else reply.meaning_of_recipient
    )


async def _reset(connection: Connection) -> bool:
    """Make ready for the next mail; False if that cannot be. A server that asks for a mail that
    nobody is to have would take the end of it for an empty one (RFC 2920, 3.1)."""
    try:
        if GO_ON in await connection.drain() or not connection.is_alive:
            return False
        return (await connection.command(b"RSET")).is_positive
    except SmtpError:
        return False


def _loss(connection: Connection, error: ConnectionLostError) -> SmtpError:
    """Return what a connection means that was lost before the mail itself was said."""
    if connection.has_unheard_replies and isinstance(error, ConnectionWasResetError):
        return UnheardReplyError("reset in the midst of what was said at once")
    server = connection.server
    message = errors.CONNECTION_BROKE.fill(
        where=server.address, stage=connection.stage, seconds=server.patience.command
    )
    return SmtpServerError(message)
