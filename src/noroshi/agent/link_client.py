"""Send one request after the other to the hub, signed, on a connection that is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar

from noroshi.agent.enrolment import Enrolment
from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError
from noroshi.core.agents import Life
from noroshi.core.cadence import EPOCH
from noroshi.core.host_port import authority
from noroshi.core.translation import Message, _
from noroshi.link.agent_key import PrivateKey
from noroshi.link.join_code import spki_pin
from noroshi.link.link_messages import (
    FILE,
    JOIN,
    MOST_BYTES_INFLATED,
    PREFIX,
    STAMP_HEADER,
    JoinAnswer,
    JoinRequest,
    Refused,
)
from noroshi.link.message_body import (
    NO_TEXT,
    BadBodyError,
    Body,
    EarlierText,
    body_of,
    message_in,
)
from noroshi.link.signature import Authorization, Signed, body_hash
from noroshi.link.update_messages import BINARY, FilePartRequest
from noroshi.network import connection_errors
from noroshi.network.connection_errors import TlsError
from noroshi.network.connector import Egress
from noroshi.network.http import Reply
from noroshi.network.http1 import HttpConnection, HttpError, HttpRequest, HungUpError, target_of
from noroshi.network.pinned_tls import dial_pinned
from noroshi.ports import RouteError

T = TypeVar("T")
CONNECT_PATIENCE, ANSWER_PATIENCE = 15.0, 30.0
"""Seconds to wait for a connection, and for an answer that the hub does not hold back."""
PART_PATIENCE = 120.0
"""Seconds to wait for a part of a file, which is large."""
PLAIN_REASONS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
"""OpenSSL's names of a server that answers in plain text."""

NO_ANSWER = _("the hub at {where} did not answer")
NO_TLS = _(
    "{where} answers without TLS: it is probably the hub's manager, not the port for agents. "
    "In the manager, “Add a server” shows the port for agents."
)
NO_HUB = _("The service at {where} is not a Noroshi hub: {what}")


PROXY_AWAY = _("the proxy {proxy} to the hub cannot be reached: {why}")
PROXY_NO_PROXY = _(
    "The service at {proxy} is not an HTTP proxy. Join the hub again, with the correct --proxy."
)
PROXY_LOGIN = _(
    "the proxy {proxy} requires a login (407), or refused the user name and password. Join "
    "the hub again, with --proxy http://USER:PASSWORD@{proxy}."
)
PROXY_WORDS = {
    connection_errors.NO_PROXY.id: PROXY_AWAY,
    connection_errors.NOT_A_PROXY.id: PROXY_NO_PROXY,
    connection_errors.PROXY_WANTS_LOGIN.id: PROXY_LOGIN,
    connection_errors.PROXY_REFUSED_LOGIN.id: PROXY_LOGIN,
}
"""The proxy to a hub is in no definition, so none can be corrected."""


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Hold where a hub is, and the pins of its keys, in hexadecimal digits."""

    host: str
    port: int
    pins: Collection[str] = field(default=(), repr=False)

    def has_key(self, public_key_der: bytes) -> bool:
        """Return whether a public key is one of the hub's."""
        return spki_pin(public_key_der).hex() in self.pins

    def __str__(self) -> str:
        return authority(self.host, self.port)


def address_of(enrolment: Enrolment) -> HubAddress:
    """Return where the hub of an enrolment answered last."""
    return HubAddress(enrolment.host, enrolment.port, enrolment.pins)


@dataclass(frozen=True, slots=True)
class Signer:
    """Hold who signs: the agent and its hub by their ids, the key, and the run of the agent."""

    hub: str
    agent: str
    key: PrivateKey
    life: Life


class IdleConnection:
    """Keep a connection to the hub open between two requests. Clients that share it take it in turn:
    one that finds it in use opens another one, and only one of them is kept."""

    def __init__(self) -> None:
        self._connection: HttpConnection | None = None

    def take(self) -> HttpConnection | None:
        """Return the connection, which is nobody else's then; None if there is none."""
        connection, self._connection = self._connection, None
        return connection

    def put_back(self, connection: HttpConnection) -> None:
        """Keep a connection for the next request, or hang up if there is one."""
        if self._connection is None:
            self._connection = connection
        else:
            connection.abort()


class LinkClient:
    """A client of one hub, for one task at a time. `stamp` is the last one that the hub gave, and
    `stamp_received_at` when that was, by the steady clock; None if there is none."""

    def __init__(
        self,
        address: HubAddress,
        egress: Egress,
        steady: Callable[[], float],
        idle_connection: IdleConnection | None = None,
    ) -> None:
        self.address, self._egress, self._steady = address, egress, steady
        self.stamp = ""
        self.stamp_received_at: float | None = None
        self._idle_connection = idle_connection or IdleConnection()

    def sibling(self) -> LinkClient:
        """Return a client for another task, which shares the connection while it rests. Its stamps
        are its own: what an agent promises by one depends on when it came."""
        return LinkClient(self.address, self._egress, self._steady, self._idle_connection)

    async def join(self, request: JoinRequest) -> JoinAnswer:
        """Ask to become an agent. Raises as `ask` does."""
        body = body_of(request)
        return await self._exchange(JOIN, body, {}, JoinAnswer, ANSWER_PATIENCE)

    async def ask(
        self,
        name: str,
        message: object,
        shape: type[T],
        signer: Signer,
        patience: float = ANSWER_PATIENCE,
        earlier_text: EarlierText = NO_TEXT,
    ) -> T:
        """Return the answer to a signed request, which the hub reads by an earlier text. Raises
        LinkRefusedError, HubNotReachedError, or what the proxy's password raises."""
        body = body_of(message, earlier_text)
        headers = self._signed_headers(name, body, signer)
        return await self._exchange(name, body, headers, shape, patience)

    async def ask_for_part(self, request: FilePartRequest, signer: Signer) -> bytes:
        """Return a part of the file that updates this agent. Raises as `ask` does."""
        body = body_of(request)
        headers = self._signed_headers(FILE, body, signer)
        reply = await self._answer(FILE, body, headers, PART_PATIENCE)
        if reply.status == 200 and reply.headers.get("content-type", "") == BINARY:
            return reply.body
        raise self._refusal_in(reply)

    def binding(self, name: str, signer: Signer) -> Signed:
        """Return what the signature of the next request binds, but for its body."""
        return Signed(
            hub=signer.hub, path=PREFIX + name, body_hash="", stamp=self.stamp, life=signer.life
        )

    def _signed_headers(self, name: str, body: Body, signer: Signer) -> Mapping[str, str]:
        signed = replace(self.binding(name, signer), body_hash=body_hash(body.content))
        authorization = Authorization.create(signed, signer.agent, signer.key)
        return {"Authorization": authorization.header}

    def use_address(self, address: HubAddress) -> None:
        """Send the next requests to this address."""
        if (address.host, address.port) != (self.address.host, self.address.port):
            self.close()
        self.address = address

    def close(self) -> None:
        """Hang up."""
        if (connection := self._idle_connection.take()) is not None:
            connection.abort()

    async def _exchange(
        self, name: str, body: Body, headers: Mapping[str, str], shape: type[T], patience: float
    ) -> T:
        return self._message_in(await self._answer(name, body, headers, patience), shape)

    async def _answer(
        self, name: str, body: Body, headers: Mapping[str, str], patience: float
    ) -> Reply:
        target = target_of(f"https://{self.address}{PREFIX}{name}")
        if body.coding:
            headers = {"Content-Encoding": body.coding, **headers}
        # Bare: an agent asks thousands of times a day, and the hub knows what it gets.
        request = HttpRequest(target, "POST", headers, body.content, is_bare=True)
        reply = await self._reply(request, patience)
        if stamp := reply.headers.get(STAMP_HEADER.lower()):
            self.stamp, self.stamp_received_at = stamp, self._steady()
        return reply

    def _message_in(self, reply: Reply, shape: type[T]) -> T:
        if reply.status != 200:
            raise self._refusal_in(reply)
        try:
            return message_in(shape, _body_in(reply))
        except BadBodyError:
            raise self._not_reached_error(reply) from None

    def _refusal_in(self, reply: Reply) -> LinkRefusedError | HubNotReachedError:
        """Return the refusal that an answer holds."""
        try:
            refusal = message_in(Refused, _body_in(reply))
        except BadBodyError:
            return self._not_reached_error(reply)
        return LinkRefusedError(
            refusal.fault, refusal.message, _retry_after(reply), refusal.reason
        )

    def _not_reached_error(self, reply: Reply) -> HubNotReachedError:
        status = f"HTTP {reply.status}"
        return HubNotReachedError(NO_HUB.fill(where=str(self.address), what=status))

    async def _reply(self, request: HttpRequest, patience: float) -> Reply:
        connection = self._idle_connection.take()
        if connection is not None and connection.is_idle:
            with suppress(HungUpError):  # the hub had closed it before it was asked
                return await self._reply_on(connection, request, patience)
        elif connection is not None:
            connection.abort()
        try:
            return await self._reply_on(await self._connect(), request, patience)
        except HungUpError:
            raise self._no_answer() from None

    async def _reply_on(
        self, connection: HttpConnection, request: HttpRequest, patience: float
    ) -> Reply:
        """Raises HungUpError, or HubNotReachedError for all else."""
        try:
            async with asyncio.timeout(patience):
                head = await connection.ask(request)
                content, is_whole = await connection.read(MOST_BYTES_INFLATED)
        except HungUpError:
            connection.abort()
            raise
        except (HttpError, TimeoutError, OSError):
            connection.abort()
            raise self._no_answer() from None
        except BaseException:  # also when cancelled: nobody else knows this connection
            connection.abort()
            raise
        if is_whole and connection.is_idle:
            self._idle_connection.put_back(connection)
        else:
            connection.abort()
        return Reply(head.status, head.headers, content)

    async def _connect(self) -> HttpConnection:
        address = self.address
        try:
            stream = await dial_pinned(
                address.host, address.port, address.has_key, self._egress, CONNECT_PATIENCE
            )
        except RouteError as error:
            is_plain = isinstance(error, TlsError) and error.reason in PLAIN_REASONS
            words = _words_of(error, self._egress.network.proxy)
            raise HubNotReachedError(
                NO_TLS.fill(where=str(address)) if is_plain else words
            ) from None
        return HttpConnection(stream)

    def _no_answer(self) -> HubNotReachedError:
        return HubNotReachedError(NO_ANSWER.fill(where=str(self.address)))


def _words_of(error: RouteError, proxy: str) -> Message:
    words = PROXY_WORDS.get(error.template.id)
    if words is None:
        return error.words
    return words.fill(proxy=proxy, why=error.words.arguments.get("why", ""))


def _body_in(reply: Reply) -> Body:
    return Body(reply.body, reply.headers.get("content-encoding", ""))


def _retry_after(reply: Reply) -> float | None:
    """Return the seconds of Retry-After; None if the answer has none."""
    now = reply.date or EPOCH  # only a date in Retry-After needs the hub's own time
    retry_at = reply.retry_at(now)
    return (retry_at - now).total_seconds() if retry_at is not None else None
