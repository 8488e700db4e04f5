"""DNS: whether a name resolves, to which addresses, and how long that takes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from noroshi.checks.addresses import NO_NAME, goes_to
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.printable import visible_text
from noroshi.core.translation import COMMA, Message, _, joined, plain
from noroshi.knowledge import os_errors
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

UNKNOWN_NAME = frozenset(
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA") if hasattr(socket, name)
)
"""Errors by which a resolver answers: there is no such name, or it has no address (RFC 3493, 6.1;
WSAHOST_NOT_FOUND and WSANO_DATA on Windows). All others leave that open."""
MOST_SHOWN = 8
NO_IP = with_settings(_("{has}: “{given}” is not an IP address"), "has")
RESOLVES = _("{name} resolves to {addresses}")
RESOLVES_AND_MORE = _("{name} resolves to {addresses} and {count} more")
COMPLETE = _("all required addresses are present")
LACKING = _("not among {name}'s addresses: {addresses}")

Resolver = Callable[[str], Awaitable[Sequence[str]]]
"""Return the addresses of a name. Raises socket.gaierror, or UnicodeError for what is no name."""


@options
class Options:
    address: str = ""
    """Host name to look up. Default: that of the instance."""
    has: tuple[str, ...] = ()
    """IPv4 or IPv6 addresses that the name must resolve to; additional addresses are
    allowed."""

    def __post_init__(self) -> None:
        for address in self.has:
            if _canonical(address) is None:
                raise InvalidValueError(NO_IP.fill(given=visible_text(address)))


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Ask the resolver of this computer, as each program does that goes to that name."""
    return await measure(options.address or await host.address(), options.has)


async def measure(
    name: str, required: Sequence[str], resolve: Resolver | None = None
) -> Outcome:
    """Look up one name. Raises Unmeasurable if the answer does not tell whether the name
    exists."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        addresses = await (resolve or _system_addresses)(name)
    except UnicodeError as error:  # no name at all (a..b)
        raise _unmeasurable(name, error) from None
    except socket.gaierror as error:
        if error.errno not in UNKNOWN_NAME:
            raise _unmeasurable(name, error) from None
        return Outcome(tuple(_unknown_name(name, required, error)))
    time = Reading("time", round((loop.time() - start) * 1000, 3), "ms")
    return Outcome((*_findings(name, addresses, required), time))


def _unknown_name(
    name: str, required: Sequence[str], error: socket.gaierror
) -> Sequence[Reading]:
    count, *other_readings = _findings(name, (), required)
    return (Reading(count.name, 0, note=_failure_text(name, error)), *other_readings)


def _findings(
    name: str, addresses: Sequence[str], required: Sequence[str]
) -> Sequence[Reading]:
    """Return how many addresses there are, and whether one is missing, if any is required."""
    count = Reading("addresses", len(addresses), note=_addresses_text(name, addresses))
    if not required:
        return (count,)
    known_addresses = {*map(_canonical, addresses)}
    missing = [address for address in required if _canonical(address) not in known_addresses]
    note = COMPLETE
    if missing:
        note = LACKING.fill(name=name, addresses=joined(map(plain, missing), COMMA))
    return (count, Reading("missing", int(bool(missing)), note=note))


def _addresses_text(name: str, addresses: Sequence[str]) -> Message:
    shown_text = joined(map(plain, addresses[:MOST_SHOWN]), COMMA)
    if (more := len(addresses) - MOST_SHOWN) > 0:
        return RESOLVES_AND_MORE.fill(name=name, addresses=shown_text, count=more)
    return RESOLVES.fill(name=name, addresses=shown_text)


def _canonical(address: str) -> object:
    """Return an address however it is written; None if it is none."""
    try:
        return ip_address(address)
    except ValueError:
        return None


def _failure_text(name: str, error: Exception) -> Message:
    return NO_NAME.fill(address=name, why=os_errors.cause_text(error))


def _unmeasurable(name: str, error: Exception) -> Unmeasurable:
    return Unmeasurable(_failure_text(name, error))


async def _system_addresses(name: str) -> Sequence[str]:
    """Return the addresses that the system's resolver finds, each once, sorted."""
    loop = asyncio.get_running_loop()
    address_infos = await loop.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return sorted({str(socket_address[0]) for *_, socket_address in address_infos})


CHECK = Check(
    kind="dns",
    title=_("Name resolution (DNS)"),
    help=_(
        "Checks whether a host name resolves, and whether the result includes all required "
        "addresses. An unknown name or a missing address is CRITICAL; a resolver that refuses or "
        "does not answer is UNKNOWN."
    ),
    options=Options,
    limits={"addresses": Limits(critical=0, rising=False), "missing": Limits(critical=1)},
    units={"time": "ms"},
    yes_no=frozenset({"missing"}),
    names={
        "addresses": _("Addresses"),
        "missing": _("Required address missing"),
        "time": _("Time to resolve"),
    },
    run=run,
    goes_to=goes_to,
)
