"""Many agents of one hub, as a program of its own: they speak the link over TLS, each by two kept
connections and with a key of its own. They measure nothing; what they report is made up.

Arguments: the hub's port, the file with the codes of its invitations, how many agents, the file
for the figures. Commands come by the standard input; each is answered by its word and time:

    join            become agents, named as `scene.server_name` has it
    link            begin the links, and samples once each agent has its configuration: then done
    begin           forget the figures
    events N S      report N alarms, each of another agent, spread over S seconds
    back SINCE      done when each agent was answered after that time
    end             write down the figures
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import socket
import struct
import sys
import time
from asyncio import sslproto
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from benchmarks.scene import alarm_name, contact_name, server_name
from noroshi import __version__, schema
from noroshi.agent.link_client import ANSWER_PATIENCE, HubAddress, LinkClient, Signer
from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError
from noroshi.agent.link_loop import ANSWER_MARGIN, SHORTEST_HOLD
from noroshi.agent.link_state import (
    ConfigurationAccepted,
    HubNotReached,
    LinkRequest,
    LinkStep,
    News,
    Outcome,
    RequestRefused,
    first_step,
    next_step,
)
from noroshi.agent.report_state import GATHER
from noroshi.core.agents import Life, Machine
from noroshi.core.judgement import event_of
from noroshi.core.levels import Level, Reason
from noroshi.core.model import (
    Cause,
    Instance,
    ItemState,
    Limits,
    Monitor,
    Reading,
    Sample,
    State,
)
from noroshi.core.report import START, Position, ReportDraft, RowKind, number_rows
from noroshi.definitions.document_content import content
from noroshi.link.agent_key import PrivateKey
from noroshi.link.join_code import JoinCode
from noroshi.link.link_messages import (
    FETCH,
    HELLO,
    LONGEST_WAIT,
    REPORT,
    SAMPLES,
    WAIT,
    FetchAnswer,
    FetchRequest,
    HelloAnswer,
    HelloRequest,
    JoinRequest,
    WaitAnswer,
    WaitRequest,
)
from noroshi.link.message_body import NO_TEXT, EarlierText, text_of
from noroshi.link.order_messages import MeasuredOnTrial, Order, OrderAnswer, OrderOutcome
from noroshi.link.report_messages import (
    AlarmOfRow,
    ChangeOfRow,
    ReportAnswer,
    ReportRequest,
    SamplesAnswer,
    SamplesOfMonitor,
    SamplesRequest,
)
from noroshi.link.signature import join_binding, sign
from noroshi.network.connector import NetworkEgress

T = TypeVar("T")
HOST = "127.0.0.1"
AT_ONCE = 8  # agents that join at a time: beyond twenty attempts from one network the hub waits
SAMPLES_EVERY, FIRST_SAMPLES = 60.0, 8.0
TLS_BUFFER = 16 * 1024
"""Bytes for each connection, where asyncio takes 256 KiB: two thousand are in one process here."""
TCP_INFO_SIZE = 232
ACKED, RECEIVED, SEGMENTS = 120, 128, 136
"""Where bytes acknowledged and received and the segments out and in stand in the struct tcp_info of
linux/tcp.h."""
ITEM = "/var"
LOOK_EVERY = 0.05  # seconds between two looks whether all are ready
HEADERS = 52  # bytes of the headers of IPv4 and TCP, with its time stamps


@dataclass
class Figures:
    """Hold when each alarm came up (seconds since 1970), by the name of its monitor, and the seconds
    from there until the hub had stored it; bytes of all connections, with their headers; requests that
    were answered, and those that were refused."""

    raised: dict[str, float] = field(default_factory=dict)
    taken: dict[str, float] = field(default_factory=dict)
    bytes: int = 0
    requests: int = 0
    refused: int = 0


class Server:
    """One agent: its key, its links, the configuration that it has."""

    def __init__(self, number: int, fleet: Fleet) -> None:
        self.number, self.name, self._fleet = number, server_name(number), fleet
        self.key = PrivateKey.create()
        self.machine = Machine(host_name=self.name, id=f"machine {number}", system="Linux")
        self.monitors: tuple[str, ...] = ()
        self.alarm_monitor = ""
        self.position: Position = START
        self.answered_at = 0.0
        self._signer: Signer | None = None
        self._clients: tuple[LinkClient, ...] = ()
        self._sampled_at = datetime.now(UTC).replace(microsecond=0)
        self._earlier_text = NO_TEXT
        self._order = 0

    async def join(self, code: JoinCode) -> None:
        """Become an agent."""
        address = HubAddress(HOST, self._fleet.port, (code.pin.hex(),))
        self._clients = tuple(
            LinkClient(address, NetworkEgress(), time.monotonic) for _ in range(2)
        )
        request = JoinRequest(
            secret=code.secret.hex(),
            key=self.key.public_text,
            proof=sign(join_binding(code.secret_hash, code.pin), "", self.key),
            machine=self.machine,
            name=self.name,
            version=__version__,
        )
        answer = await self._clients[0].join(request)
        self._signer = Signer(answer.hub, answer.agent, self.key, Life(1, os.urandom(8).hex()))
        for client in self._clients:
            client.stamp = answer.stamp

    def close(self) -> None:
        """Drop the connections."""
        for client in self._clients:
            client.close()

    async def keep_link(self) -> None:
        """Keep the link as an agent does, without end."""
        step = first_step("")
        while True:
            await asyncio.sleep(random.uniform(step.pause.least, step.pause.most))
            step = next_step(step.state, await self._outcome(step))

    async def _outcome(self, step: LinkStep) -> Outcome:
        try:
            outcome = await self._send(step)
        except LinkRefusedError as refusal:
            self._fleet.figures.refused += 1
            return RequestRefused(refusal.fault, refusal.pause)
        except HubNotReachedError:
            return HubNotReached()
        self.answered_at = time.time()
        return outcome

    async def _send(self, step: LinkStep) -> Outcome:
        match step.request:
            case LinkRequest.FETCH:
                return await self._fetch(step.state.offered_configuration)
            case LinkRequest.WAIT:
                return await self._wait(step.state.configuration)
            case _:
                return await self._hello(step.state.configuration)

    async def _hello(self, configuration: str) -> Outcome:
        hello = HelloRequest(
            version=__version__,
            machine=self.machine,
            configuration=configuration,
            clock=time.time(),
        )
        answer = await self._ask(0, HELLO, hello, HelloAnswer)
        return News(configuration=answer.configuration)

    async def _wait(self, configuration: str) -> Outcome:
        hold = random.uniform(SHORTEST_HOLD * LONGEST_WAIT, LONGEST_WAIT)
        request = WaitRequest(
            configuration=configuration,
            hold=hold,
            clock=time.time(),
            last=self.position,
            orders=self._order,
        )
        answer = await self._ask(0, WAIT, request, WaitAnswer, hold + ANSWER_MARGIN)
        for order in answer.orders:
            self._order = order.number
            await self._report(self._answer_row(order))
        return News(configuration=answer.configuration)

    async def _fetch(self, configuration: str) -> Outcome:
        request = FetchRequest(configuration=configuration)
        answer = await self._ask(0, FETCH, request, FetchAnswer)
        tables = (content(one) for one in answer.documents if one.key.startswith("instances/"))
        monitors = [
            one for table in tables for group in table["group"] for one in group["monitor"]
        ]
        self.monitors = tuple(one["id"] for one in monitors)
        self.alarm_monitor = next(
            one["id"] for one in monitors if one["name"] == alarm_name(self.number)
        )
        compared = ReportRequest(start=self.position, last=self.position)
        await self._ask(1, REPORT, compared, ReportAnswer)
        return ConfigurationAccepted(answer.configuration)

    async def keep_sending(self) -> None:
        """Send samples once a minute, without end, each agent at another moment of it; the first
        ones soon, as all others are sent by those before."""
        begun, moment = time.monotonic(), random.uniform(0, SAMPLES_EVERY)
        await asyncio.sleep(random.uniform(0, FIRST_SAMPLES))
        while True:
            try:
                await self._send_samples()
            except (HubNotReachedError, LinkRefusedError):
                self._earlier_text = NO_TEXT
            await asyncio.sleep((moment - time.monotonic() + begun) % SAMPLES_EVERY)

    async def _send_samples(self) -> None:
        now = datetime.now(UTC)
        start, self._sampled_at = self._sampled_at, now.replace(microsecond=0)
        request = SamplesRequest(
            start=start,
            end=self._sampled_at,
            monitors=tuple(
                SamplesOfMonitor(monitor=id, samples=(_sample(start),)) for id in self.monitors
            ),
        )
        await self._ask(1, SAMPLES, request, SamplesAnswer, earlier_text=self._earlier_text)
        self._earlier_text = EarlierText.end_of(text_of(request))

    async def raise_alarm(self) -> None:
        """Report that a volume is full, as the agent's log would have it."""
        figures, name = self._fleet.figures, alarm_name(self.number)
        figures.raised[name] = time.time()
        await self._report(self._alarm_row())
        figures.taken[name] = time.time() - figures.raised[name]

    async def _report(self, draft: ReportDraft) -> None:
        """Send one row of the agent's log."""
        ((row, position),) = number_rows(self.position, self.position.epoch, [draft])
        await asyncio.sleep(GATHER)
        request = ReportRequest(start=self.position, rows=(row,), last=position)
        answer = await self._ask(1, REPORT, request, ReportAnswer)
        self.position = answer.position
        if answer.refused_rows or answer.position != position:
            self._fleet.figures.refused += 1

    def _alarm_row(self) -> ReportDraft:
        now = datetime.now(UTC)
        change = _full_volume(
            self.alarm_monitor, contact_name(self.number), self._signed().life.mark, now
        )
        return ReportDraft(kind=RowKind.CHANGE, written_at=now, body=schema.text(change))

    def _answer_row(self, order: Order) -> ReportDraft:
        now = datetime.now(UTC)
        trial = MeasuredOnTrial(sample=_sample(now))
        answer = OrderAnswer(
            order=order.id, outcome=OrderOutcome.DONE.value, body=schema.text(trial)
        )
        return ReportDraft(kind=RowKind.ANSWER, written_at=now, body=schema.text(answer))

    async def _ask(
        self,
        client: int,
        name: str,
        message: object,
        shape: type[T],
        patience: float = ANSWER_PATIENCE,
        earlier_text: EarlierText = NO_TEXT,
    ) -> T:
        signer = self._signed()
        answer = await self._clients[client].ask(
            name, message, shape, signer, patience, earlier_text
        )
        self._fleet.figures.requests += 1
        return answer

    def _signed(self) -> Signer:
        assert self._signer is not None
        return self._signer


class Fleet:
    """All agents, and what is asked of them."""

    def __init__(self, port: int, codes: list[JoinCode], count: int) -> None:
        self.port, self.figures = port, Figures()
        self._codes = codes
        self._servers = [Server(number, self) for number in range(count)]
        self._links: list[asyncio.Task[None]] = []
        self._bytes_before = 0

    async def join(self) -> None:
        """Let all become agents, a few at a time."""
        numbers = iter(range(len(self._servers)))

        async def join_next() -> None:
            for number in numbers:
                code = self._codes[number * len(self._codes) // len(self._servers)]
                await self._servers[number].join(code)

        await asyncio.gather(*(join_next() for _ in range(AT_ONCE)))

    async def link(self) -> None:
        """Begin the links; when all have their configuration, begin to send samples."""
        self._links += [asyncio.create_task(server.keep_link()) for server in self._servers]
        await self._until(lambda: all(server.monitors for server in self._servers))
        self._links += [asyncio.create_task(one.keep_sending()) for one in self._servers]

    async def begin(self) -> None:
        """Forget the figures."""
        self.figures = Figures()
        self._bytes_before = _bytes_of_connections(self.port)

    async def events(self, count: int, seconds: float) -> None:
        """Report alarms, each of another agent, at an even pace."""
        step = len(self._servers) // count
        alarms = []
        for server in self._servers[: step * count : step]:
            alarms.append(asyncio.create_task(server.raise_alarm()))
            await asyncio.sleep(seconds / count)
        await asyncio.gather(*alarms)
        self.figures.bytes = _bytes_of_connections(self.port) - self._bytes_before

    async def back(self, since: float) -> None:
        """Return when all were answered since then."""
        await self._until(lambda: all(one.answered_at > since for one in self._servers))

    async def _until(self, is_done: Callable[[], bool]) -> None:
        while not is_done():  # noqa: ASYNC110  the agents' own loops tell nobody
            await asyncio.sleep(LOOK_EVERY)


def _full_volume(monitor: str, contact: str, mark: str, now: datetime) -> ChangeOfRow:
    cause = Cause(Reading("used", 95.0, "%", ITEM), Limits(warning=80, critical=90))
    well = ItemState(level=Level.OK, level_since=now)
    full = ItemState(level=Level.CRITICAL, level_since=now, cause=cause)
    watched = Monitor(
        id=monitor, name="", instance=Instance(name=""), group="", kind="disk", options=None
    )
    event = event_of(watched, f"{monitor}.1~{mark}", ITEM, well, full, now)
    alarm = AlarmOfRow(
        id=f"{event.id}/{contact}/{contact}",
        event=event.id,
        rule=contact,
        contact=contact,
        reason=Reason.NEW_LEVEL.value,
        thread=f"{event.id}/{contact}/{contact}",
    )
    state = State(items={ITEM: full}, serial=1)
    return ChangeOfRow(monitor=monitor, state=state, events=(event,), alarms=(alarm,))


def _sample(after: datetime) -> Sample:
    readings = (
        Reading("used", round(random.uniform(20, 70), 1), "%", "/"),
        Reading("free", round(random.uniform(20, 700), 2), "GiB", "/"),
    )
    # In milliseconds, as a history has them.
    return Sample(after + timedelta(milliseconds=random.randrange(1000)), readings)


def _bytes_of_connections(port: int) -> int:
    """Return how many bytes went over this process's connections to a port of this computer, both
    ways, by the kernel's books (tcp(7), TCP_INFO)."""
    return sum(map(_bytes_of, _sockets_to(port)))


def _sockets_to(port: int) -> Iterator[socket.socket]:
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as one:
            if one.family == socket.AF_INET and one.getpeername() == (HOST, port):
                yield one


def _bytes_of(connection: socket.socket) -> int:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, TCP_INFO_SIZE)
    acked, received = struct.unpack_from("=QQ", info, ACKED)
    segments = sum(struct.unpack_from("=II", info, SEGMENTS))
    return int(acked + received + HEADERS * segments)


async def main() -> None:
    """Do what the standard input says, until it ends."""
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2
    )
    sslproto.SSLProtocol.max_size = TLS_BUFFER
    codes = [JoinCode.read(text) for text in json.loads(Path(sys.argv[2]).read_text())]
    fleet = Fleet(int(sys.argv[1]), codes, int(sys.argv[3]))
    _say("ready")
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        word, *given = line.split()
        await _obey(fleet, word, [float(one) for one in given])
        _say(word)


async def _obey(fleet: Fleet, word: str, given: list[float]) -> None:
    match word:
        case "join":
            await fleet.join()
        case "link":
            await fleet.link()
        case "begin":
            await fleet.begin()
        case "events":
            await fleet.events(int(given[0]), given[1])
        case "back":
            await fleet.back(given[0])
        case _:
            Path(sys.argv[4]).write_text(json.dumps(asdict(fleet.figures)))


def _say(word: str) -> None:
    print(f"{word} {time.time():.6f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
