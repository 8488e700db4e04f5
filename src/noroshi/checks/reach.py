"""Reach: whether the computer answers at all, by ICMP echo or by TCP."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal

from noroshi.checks.addresses import (
    OWN_LIMIT,
    TOO_MANY_FILES,
    Place,
    goes_to,
    network_error_text,
    places,
)
from noroshi.checks.icmp import Echo, NoEcho, opened_echo
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import COMMA, Message, _, composed, joined, ngettext, plain
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

LONGEST = 15_000  # milliseconds in all: less than a monitor's time-out unless it says otherwise
MOST_PLACES = 4  # addresses of one name that are asked
NO_ANSWER = (
    errno.EHOSTUNREACH,
    errno.EHOSTDOWN,
    errno.ENETUNREACH,
    errno.ETIMEDOUT,
    errno.ECONNREFUSED,
    errno.ENOPROTOOPT,
)
"""Errors that routers and firewalls send in place of the computer (RFC 1122, 3.2.2.1)."""
REFUSED = (ConnectionRefusedError, ConnectionResetError)
"""The computer is there, or nobody could have refused."""

ANSWERS = _("{address} answers")
SOME = ngettext(
    "{address} answered {got} of {count} time", "{address} answered {got} of {count} times"
)
SILENT = _("{address} does not answer")
BY_ICMP = _(" (ICMP)")
BY_TCP = _(" (TCP {ports})")
CANNOT = _("{address} cannot be tested: {why}")
THE_COMPUTER = _("the computer")
NO_ICMP = _(
    "this process has no permission to send ICMP echo requests (net.ipv4.ping_group_range); "
    'set `ports`, and `by` to "auto" or "tcp"'
)


@options
class Options:
    address: str = ""
    """IPv4 or IPv6 address, or host name. Default: that of the instance."""
    by: Literal["auto", "icmp", "tcp"] = "auto"
    """Method: `icmp` (ping), `tcp`, or `auto`. `auto` uses ICMP, or TCP if this computer does
    not allow ICMP."""
    ports: tuple[int, ...] = (22, 80, 135, 443, 445)
    """TCP ports to try; a refused connection also counts as a reply."""
    count: int = 3
    """Number of requests, 1 to 20."""
    wait: int = 1000
    """Time to wait for each reply, in ms; at most 15,000 for all replies together."""

    def __post_init__(self) -> None:
        if not 1 <= self.count <= 20:
            raise InvalidValueError(
                with_settings(_("{count} must be between 1 and 20"), "count")
            )
        if not 10 <= self.wait <= LONGEST // self.count:
            raise InvalidValueError(
                with_settings(
                    _(
                        "{wait} must be at least 10, and the product of {count} and {wait} at most 15000"
                    ),
                    "wait",
                    "count",
                )
            )
        if not all(0 < port < 65536 for port in self.ports):
            raise InvalidValueError(
                with_settings(_("{ports} must be between 1 and 65535"), "ports")
            )
        if self.by == "tcp" and not self.ports:
            raise InvalidValueError(
                with_settings(_('{by} = "tcp" requires {ports}'), "by", "ports")
            )


@dataclass(frozen=True, slots=True)
class PingResult:
    """Hold the seconds of each answer of one place, None where there was none."""

    times: tuple[float | None, ...]
    method_note: Message

    @property
    def answer_times(self) -> tuple[float, ...]:
        return tuple(time for time in self.times if time is not None)


Probe = Callable[[int], Awaitable[float | None]]
"""Ask once more, giving the how manieth time it is."""
Opening = Callable[[Place], AbstractContextManager[Echo]]


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Ping all addresses of a name; the one that answers best counts."""
    address = options.address or await host.address()
    reached_places = (await places(address))[:MOST_PLACES]
    results = await asyncio.gather(
        *[ping(place, options) for place in reached_places], return_exceptions=True
    )
    if pings := [ping_result for ping_result in results if isinstance(ping_result, PingResult)]:
        best_result = max(pings, key=lambda ping_result: len(ping_result.answer_times))
        return Outcome(tuple(readings(address, best_result)))
    raise _unmeasurable(address, results[0])


def readings(address: str, ping_result: PingResult) -> Sequence[Reading]:
    """Return the loss in %, and the mean of the answers in ms if there were any."""
    answer_count, count = len(ping_result.answer_times), len(ping_result.times)
    words = (SILENT if not answer_count else ANSWERS if answer_count == count else SOME).fill(
        address=address, got=answer_count, count=count
    )
    note = composed("{words}{by}", words=words, by=ping_result.method_note)
    loss = Reading("loss", round(100 * (1 - answer_count / count), 1), "%", note=note)
    if not answer_count:
        return (loss,)
    return (
        loss,
        Reading("time", round(1000 * sum(ping_result.answer_times) / answer_count, 3), "ms"),
    )


def _unmeasurable(address: str, error: object) -> BaseException:
    if isinstance(error, NoEcho):
        return Unmeasurable(NO_ICMP)
    if not isinstance(error, OSError):
        return error if isinstance(error, BaseException) else AssertionError(error)
    if error.errno in OWN_LIMIT:
        return Unmeasurable(TOO_MANY_FILES.fill(what=THE_COMPUTER))
    return Unmeasurable(CANNOT.fill(address=address, why=network_error_text(error)))


async def ping(place: Place, options: Options, opening: Opening = opened_echo) -> PingResult:
    """Ask one place. Raises NoEcho, or the OSError of our own side."""
    if options.by != "tcp":
        try:
            with opening(place) as echo:
                seconds = options.wait / 1000
                return PingResult(
                    await _times(options.count, lambda n: echo.ask(n, seconds)), BY_ICMP
                )
        except NoEcho:
            if options.by == "icmp" or not options.ports:
                raise
    return await _by_tcp(options, place)


async def _by_tcp(options: Options, place: Place) -> PingResult:
    seconds, ports = options.wait / 1000, options.ports
    times = await _times(options.count, lambda _: _first_answer(place, ports, seconds))
    return PingResult(
        times, BY_TCP.fill(ports=joined((plain(str(port)) for port in ports), COMMA))
    )


async def _times(count: int, send_probe: Probe) -> tuple[float | None, ...]:
    """Return the times. Raise OSError for what is our own side's fault: each time there was no
    way at all."""
    times, unreachable = list[float | None](), 0
    for number in range(1, count + 1):
        try:
            times.append(await send_probe(number))
        except OSError as error:
            unreachable += error.errno == errno.ENETUNREACH
            if error.errno not in NO_ANSWER or unreachable == count:
                raise
            times.append(None)
    return tuple(times)


async def _first_answer(place: Place, ports: Sequence[int], seconds: float) -> float | None:
    """Return the time of the port that answers first; None if none does in time."""
    family, (host, _, *scope) = place
    attempts = [
        asyncio.create_task(_connect_seconds(family, (host, port, *scope))) for port in ports
    ]
    last_error = OSError(errno.ENETUNREACH, "")
    try:
        async with asyncio.timeout(seconds):
            for attempt_done in asyncio.as_completed(attempts):
                try:
                    return await attempt_done
                except OSError as error:
                    if error.errno in OWN_LIMIT:
                        raise
                    last_error = error
    except TimeoutError:
        return None
    finally:
        for attempt in attempts:
            attempt.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)
    raise last_error


async def _connect_seconds(family: int, address: Any) -> float:
    loop = asyncio.get_running_loop()
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.setblocking(False)
        start = loop.time()
        try:
            await loop.sock_connect(sock, address)
        except REFUSED:
            pass  # an answer as good as any
        return loop.time() - start


CHECK = Check(
    kind="reach",
    title=_("Reachability (ping)"),
    help=_(
        "Checks whether the computer answers ICMP echo requests (ping) or TCP. A computer that "
        "answers none of the probes is CRITICAL; a name that cannot be resolved is UNKNOWN."
    ),
    options=Options,
    limits={"loss": Limits(critical=100)},
    shares=frozenset({"loss"}),
    units={"time": "ms"},
    names={"loss": _("Packet loss"), "time": _("Round trip")},
    run=run,
    goes_to=goes_to,
)
