"""Draw faults of nodes, of their database and of the way between, do them one after the other, and undo each
after a while; what was done when is written down."""

from __future__ import annotations

import heapq
import itertools
import random
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum

from tests.cluster.nodes import Cluster, Node
from tests.cluster.valve import Passage


class Kind(StrEnum):
    """Name what befalls nodes and their database."""

    KILLED = "a node is killed"
    STOPPED = "a node stands still"
    MUTED = "a node's way to the database is mute"
    REFUSED = "a node is refused at the database"
    CONNECTIONS = "connections are ended"
    SLOW = "the database is slow"
    RESTARTED = "the database is restarted"
    CRASHED = "the database is killed and starts again"
    PROMOTED = "the primary is killed and the standby promoted"
    FULL = "the database's volume is full"


OF_NODES = {Kind.KILLED, Kind.STOPPED, Kind.MUTED, Kind.REFUSED}
OF_DATABASE = {Kind.SLOW, Kind.RESTARTED, Kind.CRASHED, Kind.PROMOTED, Kind.FULL}


@dataclass
class Fault:
    """Hold what befell whom, from when to when; `end` 0: it lasts."""

    kind: Kind
    node: str
    begin: float
    end: float = 0.0


@dataclass(frozen=True)
class Plan:
    """Hold how many faults of each kind come, how far apart, and how long they last at most."""

    deck: Mapping[Kind, int]
    apart: float
    longest: Mapping[Kind, float]


LONG = Plan(
    {
        Kind.KILLED: 16,
        Kind.STOPPED: 12,
        Kind.MUTED: 5,
        Kind.REFUSED: 5,
        Kind.CONNECTIONS: 7,
        Kind.SLOW: 5,
        Kind.RESTARTED: 4,
        Kind.CRASHED: 3,
        Kind.PROMOTED: 4,
        Kind.FULL: 4,
    },
    14.0,
    {
        Kind.KILLED: 20.0,
        Kind.STOPPED: 40.0,
        Kind.MUTED: 50.0,
        Kind.REFUSED: 50.0,
        Kind.SLOW: 20.0,
        Kind.RESTARTED: 5.0,
        Kind.CRASHED: 5.0,
        Kind.FULL: 20.0,
    },
)
"""65 faults in 20 minutes."""
SHORT = Plan(
    dict.fromkeys(Kind, 1),
    3.0,
    {
        Kind.KILLED: 4.0,
        Kind.STOPPED: 14.0,
        Kind.MUTED: 14.0,
        Kind.REFUSED: 10.0,
        Kind.SLOW: 5.0,
        Kind.RESTARTED: 1.0,
        Kind.CRASHED: 1.0,
        Kind.FULL: 6.0,
    },
)
"""Ten faults, one of each kind."""


class Fates:
    """Do a plan's faults to a cluster."""

    def __init__(
        self, cluster: Cluster, plan: Plan, seed: int, say: Callable[[str], None]
    ) -> None:
        self._cluster, self._plan, self._say = cluster, plan, say
        self._random = random.Random(seed)
        self._kinds = [kind for kind, count in plan.deck.items() for _ in range(count)]
        self._random.shuffle(self._kinds)
        self._order, self._undoings = (
            itertools.count(),
            list[tuple[float, int, Callable[[], None]]](),
        )
        self._struck = set[str]()
        self._database_is_struck = False
        self.faults = list[Fault]()

    def run(self) -> None:
        """Do all of them, and undo the last."""
        for kind in self._kinds:
            self._pass_until(time.time() + self._random.uniform(0.6, 1.4) * self._plan.apart)
            while not self._may(kind):
                self._pass_until(time.time() + 0.2)
            self._do(kind)
        while self._undoings:
            self._pass_until(self._undoings[0][0])

    def _pass_until(self, end: float) -> None:
        while self._undoings and self._undoings[0][0] <= end:
            at, _, undo = heapq.heappop(self._undoings)
            time.sleep(max(0.0, at - time.time()))
            undo()
        time.sleep(max(0.0, end - time.time()))

    def _may(self, kind: Kind) -> bool:
        """Return whether one node is left that holds monitors, and the database has one trouble at a
        time."""
        if self._database_is_struck:
            return False
        return kind not in OF_NODES or bool(self._victims())

    def _victims(self) -> list[Node]:
        """Return the nodes beside each of which another one is well."""
        well = self._cluster.holders() - self._struck
        free = [one for one in self._cluster.nodes if one.name not in self._struck]
        return [one for one in free if well - {one.name}]

    def _do(self, kind: Kind) -> None:
        node = self._random.choice(self._victims()) if kind in OF_NODES else None
        seconds = self._random.uniform(0.3, 1.0) * self._plan.longest.get(kind, 0.0)
        fault = Fault(kind, node.name if node else "", time.time())
        self.faults.append(fault)
        self._say(f"{len(self.faults):3} {kind} {fault.node} {seconds:.1f} s")
        if node is not None:
            self._struck.add(node.name)
            undo = self._strike_node(kind, node, seconds)
        else:
            self._database_is_struck = kind in OF_DATABASE
            undo = self._strike_database(kind, seconds)
        if undo is None:
            self._note_end(fault)
            if kind is Kind.PROMOTED:
                self._cluster.pair.follow()
        else:
            self._later(seconds, fault, undo)

    def _later(self, seconds: float, fault: Fault, undo: Callable[[], None]) -> None:
        def end() -> None:
            undo()
            self._note_end(fault)

        heapq.heappush(self._undoings, (time.time() + seconds, next(self._order), end))

    def _note_end(self, fault: Fault) -> None:
        fault.end = time.time()
        if fault.node:
            self._struck.discard(fault.node)
        elif fault.kind in OF_DATABASE:
            self._database_is_struck = False

    def _strike_node(self, kind: Kind, node: Node, seconds: float) -> Callable[[], None]:
        valves = self._cluster.valves
        match kind:
            case Kind.KILLED:
                node.not_before = time.monotonic() + seconds
                node.send(signal.SIGKILL)
                return lambda: None
            case Kind.STOPPED:
                node.send(signal.SIGSTOP)
                return lambda: node.send(signal.SIGCONT)
            case Kind.MUTED:
                valves.set(node.address, Passage.MUTE)
            case _:
                valves.set(node.address, Passage.REFUSED)
        return lambda: valves.set(node.address, Passage.OPEN)

    def _strike_database(self, kind: Kind, seconds: float) -> Callable[[], None] | None:
        pair = self._cluster.pair
        match kind:
            case Kind.CONNECTIONS:
                pair.cut_connections(self._random.randint(1, 30))
            case Kind.SLOW:
                return self._slow_down(self._random.uniform(0.02, 0.15))
            case Kind.RESTARTED:
                pair.restart(signal.SIGINT, seconds)
            case Kind.CRASHED:
                pair.restart(signal.SIGQUIT, seconds)
            case Kind.PROMOTED:
                pair.promote()
            case _:
                stack = ExitStack()
                stack.enter_context(pair.full())
                return stack.close
        return None

    def _slow_down(self, delay: float) -> Callable[[], None]:
        def set_all(seconds: float) -> None:
            for node in self._cluster.nodes:
                self._cluster.valves.set_delay(node.address, seconds)

        set_all(delay)
        return lambda: set_all(0.0)
