"""Go from a name to a connection in TLS, one step at a time, as every kind of route needs it."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from noroshi.core.host_port import authority
from noroshi.core.printable import printable
from noroshi.core.translation import Message, _, list_names, ngettext, plain
from noroshi.network import connection_errors
from noroshi.network.connection_errors import ConnectError
from noroshi.network.connector import reach
from noroshi.network.dialer import start_tls
from noroshi.network.http import date_in
from noroshi.network.reach_steps import FirstHop, connect_first_hop, open_tunnel, resolve
from noroshi.network.trust import client_context
from noroshi.ports import RouteError, TransportContext
from noroshi.ports.examination import Exam, Step, StepError, StepResult
from noroshi.transports.diagnostics.closed_ports import (
    remedy_of_closed_port,
    remedy_of_no_way_out,
)
from noroshi.transports.diagnostics.connection_remedies import step_error

OTHER_PATIENCE = 5.0
"""Seconds for the look whether anything else answers."""
MOST_ADDRESSES = 4
SKEW, SKEW_AT_MOST = 60, 300
"""Seconds that this computer's clock may be wrong: to be told, and as Entra takes it."""
SOON_OVER = 14
DATE = re.compile(r"\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
SHUT = frozenset(
    {
        connection_errors.TCP,
        connection_errors.NO_CONNECTION,
        connection_errors.PROXY_FORBIDS,
        connection_errors.PROXY_FAILED,
        connection_errors.PROXY_SILENT,
    }
)
"""The errors that may mean a closed port on the way."""

DNS, TCP = plain("DNS"), plain("TCP")
PROXY, TLS = _("Proxy"), plain("TLS")
ADDRESSES = _("{host} → {addresses}")
OF_PROXY = _("the proxy {host} → {addresses}; {where} is resolved there")
CONNECTED = _("port {port} answers, at {address}")
BY_PROXY = _("{proxy} connects to {where}")
LOGGED_IN = _("{proxy} accepts {user}'s login and connects to {where}")
SILENT_ONES = _(
    "{addresses} did not answer in time, so {address} was used instead. Messages are still "
    "sent, each with a short delay. If these are IPv6 addresses, have IPv6 repaired, or have "
    "them removed from DNS, or set an IPv4 source in the network definition."
)
CERTIFIED = ngettext(
    "{version}, certificate of {name} by {issuer}, {days} day left",
    "{version}, certificate of {name} by {issuer}, {days} days left",
    by="days",
)
ENDS_SOON = ngettext(
    "The certificate expires in {days} day; after that, no message can be sent unless it is "
    "renewed.",
    "The certificate expires in {days} days; after that, no message can be sent unless it is "
    "renewed.",
    by="days",
)
CLOCK_OFF = _(
    "This computer's clock is {seconds} s {side} that of {where}. If the difference exceeds "
    "five minutes, sign-ins and certificates are refused. Set it by NTP: timedatectl set-ntp "
    "true"
)
CLOCK_AHEAD, CLOCK_BEHIND = (_("ahead of"), _("behind"))


class ConnectionPath:
    """Lead to one server. Each step leaves what the next one needs; `secret` troubles too are told
    as stages that stopped."""

    def __init__(
        self, host: str, port: int, context: TransportContext, exam: Exam, patience: float
    ) -> None:
        self._patience, self._context = patience, context
        self.exam = with_values(exam, **_of_network(context, exam))
        self.aim(host, port)
        self._hop: FirstHop | None = None
        self._sock: socket.socket | None = None

    def aim(self, host: str, port: int) -> None:
        """Set where it leads, for whoever learns that only on the way."""
        self.host, self.port = host, port
        self.exam = with_values(self.exam, host=host, port=str(port))

    @property
    def address(self) -> str:
        return authority(self.host, self.port)

    @property
    def steps(self) -> Sequence[Step]:
        """Return the steps to a connection, straight or through the proxy."""
        second = ("proxy", PROXY) if self._context.network.proxy else ("tcp", TCP)
        return (
            Step(name="dns", title=DNS, take=self._look_up),
            Step(name=second[0], title=second[1], take=self._connect),
        )

    def take_connection(self) -> socket.socket:
        """Hand out the connection, which is the caller's from now on."""
        sock, self._sock = self._sock, None
        assert sock is not None  # the steps before have made it
        return sock

    def close(self) -> None:
        if self._sock is not None:
            self._sock.close()

    async def reconnect(self) -> None:
        """Make the same connection once more, where all of this was well. Raises RouteError."""
        self.close()
        self._sock = await reach(self.host, self.port, self._context, self._patience)

    async def _look_up(self) -> StepResult:
        try:
            self._hop = await resolve(self.host, self.port, self._context, self._patience)
        except ConnectError as trouble:
            raise step_error(trouble, self.exam, plain(self.host)) from None
        template = OF_PROXY if self._context.network.proxy else ADDRESSES
        addresses = _list_addresses(self._hop.addresses)
        return StepResult(
            template.fill(host=self._hop.host, addresses=addresses, where=self.host)
        )

    async def _connect(self) -> StepResult:
        assert self._hop is not None  # the step before has found it
        try:
            self._sock = await connect_first_hop(self._hop, self._context, self._patience)
            if self._context.network.proxy:
                return await self._through_proxy(self._sock)
        except RouteError as trouble:
            self.close()
            raise await self._diagnose_closed_port(trouble) from None
        address = self._sock.getpeername()[0]
        silent = [
            one
            for one in self._hop.remaining_addresses(self._sock)
            if not _is_loopback(str(one))
        ]
        remark = SILENT_ONES.fill(addresses=_list_addresses(silent), address=address)
        summary = CONNECTED.fill(port=self.port, address=address)
        return StepResult(summary, (remark,) if silent else ())

    async def _through_proxy(self, sock: socket.socket) -> StepResult:
        network = self._context.network
        await open_tunnel(sock, self.host, self.port, self._context, self._patience)
        template = LOGGED_IN if network.proxy_user else BY_PROXY
        fields = {"proxy": network.proxy, "user": network.proxy_user}
        return StepResult(template.fill(**fields, where=self.address))

    async def _diagnose_closed_port(self, trouble: RouteError) -> StepError:
        """Return whether it is this port alone that does not answer, by a look at another server."""
        port = plain(self.address)
        reference_host = self.exam.reference_host
        if (
            trouble.template not in SHUT
            or reference_host is None
            or reference_host == (self.host, self.port)
        ):
            return step_error(trouble, self.exam, port)
        exam = with_values(self.exam, other=authority(*reference_host))
        if not await self._reference_answers(*reference_host):
            return StepError(port, remedy_of_no_way_out(trouble.template, exam))
        return StepError(port, remedy_of_closed_port(trouble.template, exam))

    async def _reference_answers(self, host: str, port: int) -> bool:
        try:
            sock = await reach(host, port, self._context, OTHER_PATIENCE)
        except RouteError:
            return False
        sock.close()
        return True


async def examine_tls(
    path: ConnectionPath,
    files: Iterable[str],
    transport_context: TransportContext,
    patience: float,
) -> StepResult:
    """Speak TLS from the first byte on the path's connection, which is ended then."""
    try:
        context = await asyncio.to_thread(client_context, tuple(files))
        sock = path.take_connection()
        probe = await start_tls(
            _CertificateProbe, sock, path.host, path.port, context, transport_context, patience
        )
    except RouteError as trouble:
        raise step_error(trouble, path.exam, plain(path.address)) from None
    assert probe.tls is not None
    return tls_result(probe.tls, transport_context.clocks.wall())


def tls_result(tls: ssl.SSLObject, now: datetime) -> StepResult:
    """Return version and certificate of a connection whose certificate was found good."""
    certificate: Mapping[str, Any] = tls.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    days = (ends - now).days
    version = (tls.version() or "TLS").replace("TLSv", "TLS ")
    summary = CERTIFIED.fill(
        version=version, name=_name(certificate), issuer=_part(certificate, "issuer"), days=days
    )
    return StepResult(summary, (ENDS_SOON.fill(days=days),) if days < SOON_OVER else ())


def clock_remarks(
    server_time: datetime | None, now: datetime, server_name: str
) -> tuple[Message, ...]:
    """Say whether our clock is wrong, by the other side's; nothing if it is not, or not told."""
    seconds = round((now - server_time).total_seconds()) if server_time is not None else 0
    if abs(seconds) < SKEW:
        return ()
    direction = CLOCK_AHEAD if seconds > 0 else CLOCK_BEHIND
    return (CLOCK_OFF.fill(seconds=abs(seconds), side=direction, where=server_name),)


def date_within(text: str) -> datetime | None:
    """Return the instant that stands in a greeting, as Exchange Online's has it."""
    match = DATE.search(text)
    return date_in(match[0]) if match else None


def with_values(exam: Exam, **values: str) -> Exam:
    """Return the same with more of the user's own values."""
    return replace(exam, user_values={**exam.user_values, **values})


class _CertificateProbe(asyncio.Protocol):
    """Keep the TLS details of the other side, and hang up."""

    tls: ssl.SSLObject | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.tls = transport.get_extra_info("ssl_object")
        assert isinstance(transport, asyncio.WriteTransport)
        transport.abort()


def _of_network(context: TransportContext, exam: Exam) -> Mapping[str, str]:
    network = context.network
    route_file = f"routes/{exam.user_values.get('route', 'NAME')}.toml, [options]"
    facts = {
        "network": network.name,
        "proxy": network.proxy,
        "proxy_password": network.proxy_password,
        "ca_place": f"networks/{network.name}.toml" if network.name else route_file,
    }
    return {name: value for name, value in facts.items() if value}


def _list_addresses(addresses: Sequence[object]) -> Message:
    first = [str(one) for one in addresses[:MOST_ADDRESSES]]
    return list_names([*first, *(["…"] if len(addresses) > MOST_ADDRESSES else [])])


def _is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith("127.")


def _name(certificate: Mapping[str, Any]) -> str:
    names = [value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]
    return _part(certificate, "subject") or next(iter(names), "?")


def _part(certificate: Mapping[str, Any], field: str) -> str:
    """Return the common name, else the organisation."""
    parts = {name: value for one in certificate.get(field, ()) for name, value in one}
    name_of_part = str(parts.get("commonName") or parts.get("organizationName") or "")
    return printable(name_of_part)
