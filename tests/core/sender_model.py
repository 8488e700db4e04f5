"""A model of a hub and one agent that decide by core/sender_lease.py and core/report.py, on clocks
that drift, over a link that is cut, slow and loses messages, while both crash, stand still and are
restored from older copies.

Times are seconds of the world. What is durable survives a crash and is copied for restores; all
else of a process is new in each life.
"""

from __future__ import annotations

import copy
import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from noroshi.core.report import (
    START,
    Position,
    Reception,
    Report,
    ReportDraft,
    ReportLog,
    ReportRow,
    Resumption,
    RowKind,
    decide_report,
    decide_resumption,
    is_caught_up,
    next_epoch,
    number_rows,
)
from noroshi.core.sender_lease import (
    Custody,
    HubReason,
    LeaseTerms,
    LinkView,
    Phase,
    Sender,
    start_lease,
    start_turn,
)

DAWN = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
HORIZON, CALM = 7200.0, 3000.0
FRESH = timedelta(minutes=10)
TIMEOUT, RETRY, CUT = 60.0, 30.0, 60.0
SENT = "sent"


@dataclass
class Attempt:
    alarm: str
    by: str
    why: HubReason | None
    start: float
    end: float
    accepted_at: float | None
    is_settled: bool = False
    is_disturbed: bool = False
    """Its process stood still or ended before the attempt did."""


@dataclass
class Process:
    """What hub and agent have in common: lives, standing still, attempts by a route."""

    world: World
    name: str
    life: int = 0
    is_up: bool = False
    stopped_until: float = 0.0
    route_up: bool = True
    out: dict[str, Attempt] = field(default_factory=dict)
    retry_at: dict[str, float] = field(default_factory=dict)

    def after(self, delay: float, action: Callable[[], None]) -> None:
        """Act later, in this life alone, and not while the process stands still."""
        life = self.life

        def act() -> None:
            if self.life != life or not self.is_up:
                return
            if self.world.now < self.stopped_until:
                self.world.at(self.stopped_until, act)
                return
            action()

        self.world.at(self.world.now + delay, act)

    def every(self, seconds: float, action: Callable[[], None]) -> None:
        def act() -> None:
            action()
            self.after(seconds, act)

        self.after(self.world.random.uniform(0, seconds), act)

    def attempt(self, alarm: str, why: HubReason | None) -> None:
        rnd, now = self.world.random, self.world.now
        kind = 0.0 if self.world.is_calm else rnd.random()
        duration = rnd.uniform(0.2, 5) if kind < 0.75 else rnd.uniform(5, CUT)
        is_cut = kind > 0.95
        end = now + (CUT if is_cut else duration)
        accepted = self.route_up and (not is_cut or rnd.random() < 0.5)
        accepted_at = rnd.uniform(now, end) if accepted else None
        one = Attempt(alarm, self.name, why, now, end, accepted_at)
        self.out[alarm] = one
        self.world.attempts.append(one)
        self.after(end - now, lambda: self._end(one, is_cut=is_cut))

    def _end(self, one: Attempt, *, is_cut: bool) -> None:
        del self.out[one.alarm]
        if one.accepted_at is None or is_cut:
            self.retry_at[one.alarm] = self.world.now + RETRY
            return
        one.is_settled = True
        self.settle(one.alarm)

    def settle(self, alarm: str) -> None:
        raise NotImplementedError

    def may_try(self, alarm: str) -> bool:
        is_due = self.world.now >= self.retry_at.get(alarm, 0.0)
        return alarm not in self.out and len(self.out) < 4 and is_due

    def stop(self, seconds: float) -> None:
        self.stopped_until = max(self.stopped_until, self.world.now + seconds)
        for one in self.out.values():
            one.is_disturbed = True
            if one.accepted_at and one.accepted_at > self.world.now:
                one.accepted_at += self.world.random.choice([0, 0, seconds])

    def crash(self) -> None:
        for one in self.out.values():
            one.is_disturbed = True
            if one.accepted_at and one.accepted_at > self.world.now:
                one.accepted_at = self.world.random.choice([None, one.accepted_at])
            one.end = min(one.end, self.world.now)
        self.is_up, self.out, self.retry_at, self.stopped_until = False, {}, {}, 0.0

    def begin(self) -> None:
        self.life += 1
        self.is_up = True


@dataclass
class HubDisk:
    era: int = 1
    known: Position = START
    mails: dict[str, Custody | str] = field(default_factory=dict)
    fates: list[str] = field(default_factory=list)
    needs_lease: bool = True
    """As the agent said, stored before it was answered; after a restore it has to be heard first."""


@dataclass
class Hub(Process):
    disk: HubDisk = field(default_factory=HubDisk)
    waits: list[tuple[dict, Callable]] = field(default_factory=list)
    is_full: bool = False

    @property
    def time(self) -> datetime:
        return DAWN + timedelta(seconds=self.world.now * (1 + self.world.hub_drift))

    def begin(self) -> None:
        super().begin()
        self.lease = start_lease(self.time, has_route=self.disk.needs_lease)
        self.waits = []
        self.every(1.0, self.pump)

    def pump(self) -> None:
        now = self.time
        for alarm, custody in list(self.disk.mails.items()):
            if custody != SENT and self.may_try(alarm):
                why = self.lease.decide(custody, now, self.world.terms)
                if why.may_send or (custody is Custody.HUB and not self.world.has_lease):
                    self.attempt(alarm, why)

    def settle(self, alarm: str) -> None:
        self.disk.mails[alarm] = SENT
        self.disk.fates.append(alarm)
        waits, self.waits = self.waits, []
        for request, reply in waits:
            self._answer_wait(request, reply)

    def handle(self, request: dict, reply: Callable) -> None:
        """Take a request as it arrives; `reply` sends an answer back."""
        stamp = request["stamp"]
        if stamp is None or stamp[0] != self.disk.era or self.time - stamp[1] > FRESH:
            self._send(reply, {"fault": "stale"})
            return
        if self.is_full:
            self._send(reply, {"fault": "busy"})
            return
        reception = self._receive(request["report"]) if request["report"] else None
        caught_up = is_caught_up(self.disk.known, request["last"])
        self.lease = self.lease.renewed(
            request["sender"], stamp[1], self.world.terms, is_caught_up=caught_up
        )
        self.disk.needs_lease = self.lease.has_route
        if reception is None:
            self._answer_wait(request, reply)
            return
        mails = dict(self.disk.mails)
        self._send(reply, {"reception": reception, "known": self.disk.known, "mails": mails})

    def _receive(self, report: Report) -> Reception:
        decision = decide_report(self.disk.known, report)
        for row in decision.new_rows:
            self._apply(row)
        self.disk.known = decision.position
        return decision.reception

    def _apply(self, row: ReportRow) -> None:
        mails, (first, *others) = self.disk.mails, row.body.split()
        if row.kind == RowKind.CHANGE:
            mails.setdefault(first, Custody(others[0]))
        for alarm in (first, *others):
            now = mails.get(alarm)
            if row.kind == RowKind.TAKEN_OVER and now is Custody.HUB:
                mails[alarm] = Custody.AGENT
            if row.kind == RowKind.HANDED_OVER and now is Custody.AGENT:
                mails[alarm] = Custody.HUB
            if row.kind == RowKind.SENT and now != SENT:
                mails[alarm] = Custody.SENT_BY_AGENT

    def _answer_wait(self, request: dict, reply: Callable) -> None:
        era, count = request["fates"]
        fates = self.disk.fates[count if era == self.disk.era else 0 :]
        if fates:
            self._send(reply, {"fates": fates, "count": len(self.disk.fates)})
            return
        self.waits.append((request, reply))
        hold = self.world.terms.longest_hold.total_seconds() * self.world.random.uniform(0.9, 1)

        def give_up() -> None:
            if (request, reply) in self.waits:
                self.waits.remove((request, reply))
                self._send(reply, {"fates": [], "count": len(self.disk.fates)})

        self.after(hold, give_up)

    def _send(self, reply: Callable, answer: dict) -> None:
        """Answer a moment after what was committed: it may be killed in between."""

        def send() -> None:
            reply(answer | {"stamp": (self.disk.era, self.time)})

        self.after(self.world.random.uniform(0, 0.05), send)


@dataclass
class AgentDisk:
    epoch: int = 1
    log: list[tuple[ReportRow, Position]] = field(default_factory=list)
    before_first: Position = START
    acknowledged: Position = START
    mails: dict[str, Custody | str] = field(default_factory=dict)
    has_route: bool = True
    is_route_known: bool = False

    @property
    def last(self) -> Position:
        return self.log[-1][1] if self.log else self.before_first

    def position(self, seq: int) -> Position | None:
        if seq == self.before_first.seq:
            return self.before_first
        return next((p for _, p in self.log if p.seq == seq), None)


@dataclass
class Agent(Process):
    disk: AgentDisk = field(default_factory=AgentDisk)
    in_flight: dict[str, int] = field(default_factory=dict)
    numbers: itertools.count = field(default_factory=itertools.count)

    @property
    def time(self) -> float:
        return 1000.0 + self.world.now * (1 + self.world.agent_drift)

    def begin(self) -> None:
        super().begin()
        self.in_flight, self.stamp, self.received_at = {}, None, 0.0
        self.answered_at, self.written, self.fates, self.is_greeted = None, {}, (0, 0), False
        self.started_at = self.time
        self.turn = start_turn(
            self.time,
            self.world.terms,
            has_route=self.disk.has_route,
            has_own_notifications=Custody.AGENT in self.disk.mails.values(),
        )
        self.every(2.0, self.tick)

    def view(self) -> LinkView:
        backlog = None
        if self.disk.last.seq > self.disk.acknowledged.seq:
            first = self.disk.acknowledged.seq + 1
            backlog = self.written.get(first, self.started_at)
        return LinkView(
            has_route=self.disk.has_route,
            is_route_known=self.disk.is_route_known,
            answered_at=self.answered_at,
            backlog_since=backlog,
            attempts_out=len(self.out),
        )

    def follow(self) -> None:
        before = self.turn.phase
        self.turn = self.turn.following(self.view(), self.time, self.world.terms)
        after = self.turn.phase
        if after is Phase.ALONE:
            self._pass_on(Custody.HUB, Custody.AGENT, RowKind.TAKEN_OVER)
        if after in (Phase.LINKED, Phase.NO_ROUTE):
            self._pass_on(Custody.AGENT, Custody.HUB, RowKind.HANDED_OVER)
        if after is Phase.NO_ROUTE and before is not Phase.NO_ROUTE:
            self.disk.is_route_known = False

    def _pass_on(self, source: Custody, target: Custody, kind: RowKind) -> None:
        alarms = [alarm for alarm, one in self.disk.mails.items() if one is source]
        if alarms:
            self.disk.mails |= dict.fromkeys(alarms, target)
            self.write(kind, *alarms)

    def write(self, kind: RowKind, *words: str) -> None:
        draft = ReportDraft(kind=kind, written_at=DAWN, body=" ".join(words))
        self.disk.log += number_rows(self.disk.last, self.disk.epoch, [draft])
        self.written[self.disk.last.seq] = self.time

    def raise_alarm(self, alarm: str) -> None:
        self.follow()
        self.disk.mails[alarm] = self.turn.custody
        self.write(RowKind.CHANGE, alarm, self.turn.custody.value)
        self.tick()

    def settle(self, alarm: str) -> None:
        if self.disk.mails.get(alarm) != SENT:
            self.disk.mails[alarm] = SENT
            self.write(RowKind.SENT, alarm)
        self.tick()

    def tick(self) -> None:
        self.follow()
        if self.turn.may_send:
            own = [alarm for alarm, one in self.disk.mails.items() if one is Custody.AGENT]
            for alarm in own:
                if self.may_try(alarm):
                    self.attempt(alarm, None)
        if not self.is_greeted or self.disk.last != self.disk.acknowledged:
            self.request("report")
        self.request("wait")

    def request(self, kind: str) -> None:
        if kind in self.in_flight:
            return
        self.follow()
        sender = self.turn.sender(self.view(), self.time, self.world.terms)
        if sender is Sender.HUB:
            self.turn = self.turn.promised(self.received_at, self.world.terms)
        number = self.in_flight[kind] = next(self.numbers)
        report = self._report() if kind == "report" else None
        request = {
            "stamp": self.stamp,
            "sender": sender,
            "report": report,
            "last": self.disk.last,
            "fates": self.fates,
        }
        life = self.life

        def reply(answer: dict) -> None:
            self.world.carry("down", lambda: self._arrive(life, kind, number, request, answer))

        self.world.carry("up", lambda: self.world.deliver(request, reply))
        self.after(TIMEOUT, lambda: self._time_out(kind, number))

    def _report(self) -> Report:
        if not self.is_greeted:
            return Report(start=self.disk.last, last=self.disk.last)
        start = self.disk.acknowledged.seq - self.disk.before_first.seq
        rows = tuple(row for row, _ in self.disk.log[start : start + 20])
        return Report(start=self.disk.acknowledged, rows=rows, last=self.disk.last)

    def _time_out(self, kind: str, number: int) -> None:
        if self.in_flight.get(kind) == number:
            self._again(kind, self.world.random.uniform(0, 10))

    def _again(self, kind: str, delay: float) -> None:
        """Try a request anew after a while; until then none of the kind leaves."""
        number = self.in_flight[kind] = next(self.numbers)

        def retry() -> None:
            if self.in_flight.get(kind) == number:
                del self.in_flight[kind]
                self.tick()

        self.after(delay, retry)

    def _arrive(self, life: int, kind: str, number: int, request: dict, answer: dict) -> None:
        if self.life != life or not self.is_up:
            return
        if self.world.now < self.stopped_until:
            again = self._arrive, life, kind, number, request, answer
            self.world.at(self.stopped_until, lambda: again[0](*again[1:]))
            return
        if self.in_flight.get(kind) != number:
            return  # its connection was given up
        del self.in_flight[kind]
        if self.stamp and self.stamp[0] != answer["stamp"][0]:
            self.is_greeted = False  # the hub was restored: compare the logs
        self.stamp, self.received_at = answer["stamp"], self.time
        if answer.get("fault") == "busy":
            self._again(kind, self.world.random.uniform(5, 15))
        elif "fault" not in answer:
            self._take(request, answer)
        self.tick()

    def _take(self, request: dict, answer: dict) -> None:
        if request["sender"] is not Sender.HUB_ONLY and self.turn.phase is not Phase.NO_ROUTE:
            self.disk.is_route_known = True
        if "fates" in answer:
            self.answered_at = self.time
            self.fates = (self.stamp[0], answer["count"])
            for alarm in answer["fates"]:
                if self.disk.mails.get(alarm) not in (None, SENT):
                    self.disk.mails[alarm] = SENT
                    self.write(RowKind.SENT, alarm)
            return
        self.is_greeted = True
        if answer["reception"] in (Reception.APPLY, Reception.REPEAT):
            self.answered_at = self.time
        self._resume(answer["known"], answer["mails"])

    def _resume(self, known: Position, mails: dict[str, Custody | str]) -> None:
        disk = self.disk
        log = ReportLog(
            before_first=disk.before_first, acknowledged=disk.acknowledged, last=disk.last
        )
        resumption = decide_resumption(log, known, disk.position(known.seq))
        if resumption is Resumption.SEND:
            disk.acknowledged = known
            return
        self.world.rebased += 1
        disk.log, disk.before_first, disk.acknowledged = [], known, known
        disk.epoch = next_epoch(disk.epoch, known)
        self.written = {}
        own, disk.mails = disk.mails, {}
        for alarm, custody in mails.items():
            is_sent = custody == SENT or custody is Custody.SENT_BY_AGENT
            disk.mails[alarm] = SENT if is_sent else custody
        for alarm, custody in own.items():
            if alarm not in mails:  # rows that the hub has never seen
                disk.mails[alarm] = custody
                owner = Custody.HUB if custody == SENT else custody
                self.write(RowKind.CHANGE, alarm, owner.value)
            if custody == SENT and disk.mails[alarm] != SENT:
                disk.mails[alarm] = SENT
            if custody == SENT and mails.get(alarm) not in (SENT, Custody.SENT_BY_AGENT):
                self.write(RowKind.SENT, alarm)


class World:
    """A run of two hours in which all sorts of things happen, and some time in which all is well.
    `is_calm`: nothing happens but what a test asks for by `at`."""

    def __init__(
        self,
        seed: int,
        terms: LeaseTerms | None = None,
        *,
        has_lease: bool = True,
        is_calm: bool = False,
    ):
        self.random = random.Random(seed)
        self.terms = terms or LeaseTerms(
            alone_after=timedelta(seconds=self.random.uniform(90, 300))
        )
        self.has_lease, self.is_calm = has_lease, is_calm
        self.now, self._heap, self._order = 0.0, [], itertools.count()
        self.hub_drift, self.agent_drift = (self.random.uniform(-0.01, 0.01) for _ in "ha")
        self.attempts: list[Attempt] = []
        self.raised: list[str] = []
        self.disturbances: list[tuple[float, float]] = []
        self.restores: list[tuple[float, frozenset[str]]] = []
        """When, and which notifications the other side knew to be sent."""
        self.is_agent_restored = self.is_agent_destroyed = False
        self.copies: dict[str, list] = {"hub": [], "agent": []}
        self.cuts: set[str] = set()
        self.rebased = 0
        self.hub, self.agent = Hub(self, "hub"), Agent(self, "agent")

    def at(self, time: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (time, next(self._order), action))

    def carry(self, direction: str, arrive: Callable[[], None]) -> None:
        rnd, kind = self.random, self.random.random()
        calm = self.is_calm or self.now > HORIZON
        if direction in self.cuts or (kind < 0.01 and not calm):
            self.disturbances.append((self.now, self.now))
            return
        delay = rnd.uniform(0.01, 0.3)
        if kind > 0.97 and not calm:
            delay = rnd.uniform(1, 20) if kind < 0.995 else rnd.uniform(20, 300)
            self.disturbances.append((self.now, self.now + delay))
        self.at(self.now + delay, arrive)

    def deliver(self, request: dict, reply: Callable) -> None:
        if self.hub.is_up and self.now < self.hub.stopped_until:
            self.hub.after(0, lambda: self.hub.handle(request, reply))
        elif self.hub.is_up:
            self.hub.handle(request, reply)

    def run(self) -> World:
        for process in (self.hub, self.agent):
            process.begin()
        if not self.is_calm:
            self._plan()
        while self._heap and self._heap[0][0] < HORIZON + CALM:
            self.now, _, action = heapq.heappop(self._heap)
            action()
        return self

    # what happens

    def _plan(self) -> None:
        rnd = self.random
        for number in range(rnd.randint(20, 60)):
            self.at(rnd.uniform(0, HORIZON), lambda n=number: self.raise_alarm(f"a{n}"))
        for when in range(0, int(HORIZON), 600):
            self.at(when, self._copy)
        for process in (self.hub, self.agent):
            self._some(2, 600, lambda on, p=process: self.crash(p, on))
            self._some(1, 200, lambda on, p=process: self._halt(p, on))
            self._some(2, 1500, lambda on, p=process: setattr(p, "route_up", not on))
        ways = [{"up", "down"}, {"up", "down"}, {"up"}, {"down"}]
        self._some(4, 2000, lambda on: self.cut(rnd.choice(ways) if on else set()))
        self._some(1, 900, lambda on: setattr(self.hub, "is_full", on))
        if rnd.random() < 0.3:
            self._some(8, 900, lambda on: setattr(self.agent.disk, "has_route", not on))
        if rnd.random() < 0.2:
            self.at(rnd.uniform(600, HORIZON), lambda: self.restore(self.hub))
        if rnd.random() < 0.15:
            self._plan_restored_agent(rnd.uniform(600, HORIZON - 1500))
        if rnd.random() < 0.15:
            self.at(rnd.uniform(600, HORIZON), self.destroy)

    def _plan_restored_agent(self, start: float) -> None:
        """Restore the agent, and mostly keep it from the hub until it has written some rows."""
        self.at(start, lambda: self.restore(self.agent))
        end = start + self.random.choice([0, 600, 1200])
        self.disturbances.append((start, end))
        self.at(start, lambda: self.cut({"up", "down"}))
        self.at(end, lambda: self.cut(set()))

    def _some(self, most: int, longest: float, switch: Callable[[bool], None]) -> None:
        """Turn a trouble on up to so many times, and off again before all is calm."""
        for _ in range(self.random.randint(0, most)):
            start = self.random.uniform(0, HORIZON)
            length = longest * self.random.random() ** 3
            end = min(start + length, HORIZON)
            self.disturbances.append((start, end))
            self.at(start, lambda: switch(True))
            self.at(end, lambda: switch(False))

    def raise_alarm(self, alarm: str) -> None:
        if not self.agent.is_up or self.now < self.agent.stopped_until:
            self.at(self.now + 30, lambda: self.raise_alarm(alarm))  # as it is measured again
            return
        self.raised.append(alarm)
        self.agent.raise_alarm(alarm)

    def cut(self, ways: set[str]) -> None:
        self.cuts = ways

    def crash(self, process: Process, on: bool) -> None:
        if on:
            process.crash()
        elif not process.is_up and not (process is self.agent and self.is_agent_destroyed):
            process.begin()

    def _halt(self, process: Process, on: bool) -> None:
        if on and process.is_up:
            process.stop(self.random.uniform(1, 200))
            self.disturbances.append((self.now, process.stopped_until))

    def _copy(self) -> None:
        self.copies["hub"].append((self.now, copy.deepcopy(self.hub.disk)))
        self.copies["agent"].append((self.now, copy.deepcopy(self.agent.disk)))

    def restore(self, process: Process) -> None:
        other = self.agent if process is self.hub else self.hub
        sent = [alarm for alarm, one in other.disk.mails.items() if one == SENT]
        process.crash()
        copies = [disk for at, disk in self.copies[process.name] if at > self.now - 3600]
        process.disk = copy.deepcopy(self.random.choice([*copies, copies[-1], copies[-1]]))
        if process is self.hub:
            self.hub.disk.era = self.random.getrandbits(32)
            self.hub.disk.needs_lease = True
            self.restores.append((self.now, frozenset(sent)))
        else:
            self.is_agent_restored = True
            self.restores.append((self.now, frozenset()))
        self.at(self.now + self.random.uniform(1, 120), lambda: self.crash(process, False))

    def destroy(self) -> None:
        """End the agent for good."""
        self.is_agent_destroyed = True
        self.agent.crash()

    # what must hold

    def untold(self) -> list[str]:
        """Alarms that nobody sent, but for those that were lost with the agent's disk."""
        sent = {one.alarm for one in self.attempts if one.accepted_at is not None}
        places = set(self.hub.disk.mails)
        if not self.is_agent_destroyed:
            places |= set(self.agent.disk.mails)
        may_be_lost = self.is_agent_restored or self.is_agent_destroyed
        return [a for a in self.raised if a not in sent and (a in places or not may_be_lost)]

    def unreported(self) -> list[str]:
        """Alarms that the agent has, and the hub has not."""
        is_there = not self.is_agent_destroyed
        return [a for a in self.agent.disk.mails if is_there and a not in self.hub.disk.mails]

    def at_once(self) -> list[tuple[Attempt, Attempt]]:
        """Attempts of hub and agent with one alarm that overlap, but for those of a process that
        stood still or was restored amid its attempt, and those by grace."""
        return [
            (one, other)
            for one, other in self._pairs()
            if one.by != other.by
            and one.start < _line_end(other)
            and other.start < _line_end(one)
            and not (one.is_disturbed or other.is_disturbed)
            and HubReason.GRACE not in (one.why, other.why)
            and not self._is_restored_between(one, other)
        ]

    def twice(self) -> list[tuple[Attempt, Attempt]]:
        """Pairs of attempts that both reached the provider, one after the other."""
        return [
            (one, other)
            for one, other in self._pairs()
            if one.accepted_at is not None and other.accepted_at is not None
        ]

    def twice_unexcused(self) -> list[tuple[Attempt, Attempt]]:
        return [pair for pair in self.twice() if not self._is_allowed_twice(*pair)]

    def _is_allowed_twice(self, one: Attempt, other: Attempt) -> bool:
        """Return whether the second attempt may be: by grace, after a restore, after an answer
        that was lost, or, of the agent, after a trouble that kept the hub's word from it."""
        if HubReason.GRACE in (one.why, other.why) or not one.is_settled:
            return True
        start, end = one.end - 90, other.start
        is_disturbed = any(start <= b and a <= end for a, b in self.disturbances)
        is_of_agent = one.by == "hub" and other.by == "agent"
        return (is_of_agent and is_disturbed) or self._is_restored_between(one, other)

    def _is_restored_between(self, one: Attempt, other: Attempt) -> bool:
        """Return whether a restore may have lost that the first attempt was successful."""
        return any(
            one.start <= when <= _line_end(other) and one.alarm not in sent
            for when, sent in self.restores
        )

    def _pairs(self):
        by_alarm: dict[str, list[Attempt]] = {}
        for one in self.attempts:
            by_alarm.setdefault(one.alarm, []).append(one)
        for attempts in by_alarm.values():
            yield from itertools.combinations(attempts, 2)


def _line_end(one: Attempt) -> float:
    """Return until when an attempt may reach the provider."""
    return one.accepted_at if one.accepted_at is not None else one.end
