"""The store for tests and trials: the whole contract, and nothing kept."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from noroshi.core.delivery import Fate, RestRoute, settled
from noroshi.core.model import (
    NOTHING,
    NOTHING_SAID,
    Change,
    Decision,
    Envelope,
    Event,
    Parcel,
    Receipt,
    Sample,
    Standing,
    State,
)
from noroshi.core.words import Words, plain
from noroshi.ports import (
    LEASE,
    PARCEL_LEASE,
    Beat,
    Block,
    Conflict,
    Node,
    Renewal,
    Resting,
    StoreError,
    Version,
    Waiting,
)
from noroshi.stores.shared import (
    ACCEPTED,
    DROPPED,
    HELD,
    OPEN,
    SET_ASIDE,
    News,
    first_state,
    outcome,
    readdressed,
)


@dataclass
class _Watched:
    state: State = State()
    memory: Mapping[str, Any] = field(default_factory=dict)
    standing: Standing = NOTHING_SAID
    fence: int = 0
    named: bool = True


@dataclass
class _Spooled:
    envelope: Envelope
    due: datetime
    lease: str = ""
    holder: Node | None = None
    fate: str = ""
    why: Words = NOTHING
    receipts: list[Receipt] = field(default_factory=list)

    @property
    def row(self) -> Waiting:
        return Waiting(
            envelope=self.envelope,
            due=self.due,
            out=bool(self.lease),
            fate=self.fate,
            why=self.why,
        )


@dataclass
class _Lease:
    node: Node
    until: datetime


class MemoryStore:
    """As ports.Store says, for one process and as long as it runs."""

    def __init__(self) -> None:
        self._version = Version(number=0)
        self._versions: list[Version] = []
        self._beats: dict[str, Beat] = {}
        self._watched: dict[str, _Watched] = {}
        self._lives: dict[str, int] = {}
        self._seen: dict[str, datetime] = {}
        self._leases: dict[int, _Lease] = {}
        self._spool: dict[str, _Spooled] = {}
        self._open: dict[str, _Spooled] = {}
        self._resting: dict[str, Resting] = {}
        self._events: dict[str, Event] = {}
        self._decisions: dict[tuple[str, str, str], Decision] = {}
        self._samples: list[tuple[str, Sample]] = []
        self._secrets: dict[str, bytes] = {}
        self._numbers = itertools.count(1)
        self._news = News()

    # definitions

    async def publish(self, version: Version, monitors: Iterable[str], base: int) -> int:
        if self._version.number != base:
            raise Conflict(f"version {self._version.number} is current, not {base}")
        self._version = replace(version, number=base + 1)
        self._versions.append(self._version)
        for row in self._watched.values():
            row.named = False
        for id in monitors:
            if id not in self._watched:
                self._watched[id] = _Watched(await self._first_state(id))
            self._watched[id].named = True
        self._news.tell()
        return base + 1

    async def _first_state(self, id: str) -> State:
        last = await self.events(id, 1)
        return first_state(last[0].id if last else None, len(self._events))

    async def current(self) -> Version:
        return self._version

    async def version(self, number: int) -> Version | None:
        return next((v for v in self._versions if v.number == number), None)

    async def versions(self, last: int = 100) -> Sequence[Version]:
        return [replace(v, documents=()) for v in self._versions[::-1][:last]]

    # monitors

    async def begin(self, name: str, now: datetime) -> Node:
        self._lives[name] = self._lives.get(name, 0) + 1
        self._give_back({node for node in self._holders() if node.name == name}, now)
        return Node(name, self._lives[name], self._seen.get(name))

    async def end(self, node: Node, now: datetime) -> None:
        if self._lives.get(node.name) == node.life:
            self._seen[node.name] = now
        self._give_back({node}, now)

    def _holders(self) -> Iterator[Node]:
        yield from (lease.node for lease in self._leases.values())
        yield from (row.holder for row in self._open.values() if row.holder)

    def _give_back(self, nodes: set[Node], now: datetime) -> None:
        self._leases = {k: v for k, v in self._leases.items() if v.node not in nodes}
        for row in self._open.values():
            if row.lease and row.holder in nodes:
                row.due, row.lease, row.holder = now, "", None
        self._news.tell()

    async def lease_monitors(self, node: Node, now: datetime, fence: int = 0) -> Block:
        self._leases = {k: v for k, v in self._leases.items() if v.until > now}
        if fence not in self._leases or self._leases[fence].node != node:
            fence = next(self._numbers)
            self._leases[fence] = _Lease(node, now + LEASE)
        free = {k: w for k, w in self._watched.items() if w.fence not in self._leases}
        for row in free.values():
            row.fence = fence
        memories = {key: row.memory for key, row in free.items() if row.memory}
        return Block({key: row.state for key, row in free.items()}, memories, fence)

    async def renew(self, fence: int, now: datetime) -> Renewal | None:
        if fence not in self._leases:
            return None
        self._leases[fence].until = now + LEASE
        self._seen[self._leases[fence].node.name] = now
        mine = {k: w.standing for k, w in self._watched.items() if w.fence == fence}
        said = {k: standing for k, standing in mine.items() if standing != NOTHING_SAID}
        return Renewal(said, self._version.number)

    async def commit(self, fence: int, change: Change) -> bool:
        row = self._watched.get(change.monitor)
        if row is None or row.fence != fence or fence not in self._leases:
            return False
        row.state = change.state
        row.memory = row.memory if change.memory is None else change.memory
        for sample in change.samples:
            self._keep(change.monitor, sample)
        self._events |= {e.id: e for e in change.events if e.id not in self._events}
        self._decisions |= {(change.monitor, d.rule, d.item): d for d in change.decisions}
        for envelope in change.envelopes:
            self._put(envelope)
        return True

    async def recall(self, monitor: str) -> tuple[State, Mapping[str, Any]]:
        row = self._watched.get(monitor, _Watched())
        return row.state, row.memory

    async def retire(self, fence: int, change: Change) -> bool:
        if not await self.commit(fence, change):
            return False
        if self._watched[change.monitor].named:  # again, by a version that came meanwhile
            self._watched[change.monitor].fence = 0
            return True
        del self._watched[change.monitor]
        mine = {key for key in self._decisions if key[0] == change.monitor}
        self._decisions = {k: d for k, d in self._decisions.items() if k not in mine}
        return True

    async def append(self, samples: Sequence[tuple[str, Sample]]) -> None:
        for monitor, sample in samples:
            if monitor in self._watched:
                self._watched[monitor].memory = sample.memory
            self._keep(monitor, sample)

    def _keep(self, monitor: str, sample: Sample) -> None:
        numbers = tuple(replace(r, note=NOTHING, lines=()) for r in sample.readings)
        self._samples.append((monitor, replace(sample, readings=numbers, memory={})))

    async def drop_samples(self, before: datetime, most: int) -> int:
        old = sum(1 for _, sample in self._samples[:most] if sample.at < before)
        self._samples = self._samples[old:]
        return old

    async def states(self) -> Mapping[str, State]:
        return {key: row.state for key, row in self._watched.items()}

    async def events(self, monitor: str = "", last: int = 100) -> Sequence[Event]:
        newest = reversed(self._events.values())
        mine = (event for event in newest if monitor in ("", event.monitor))
        return list(itertools.islice(mine, last))

    async def decisions(self, monitor: str) -> Sequence[Decision]:
        found = [d for key, d in self._decisions.items() if key[0] == monitor]
        return sorted(found, key=lambda decision: (decision.rule, decision.item))

    async def samples(self, monitor: str, last: int = 100) -> Sequence[Sample]:
        mine = (sample for id, sample in reversed(self._samples) if id == monitor)
        return list(itertools.islice(mine, last))

    async def stand(self, monitor: str, standing: Standing) -> bool:
        if monitor not in self._watched:
            return False
        self._watched[monitor].standing = standing
        return True

    # jobs that report in

    async def beat(self, name: str, beat: Beat) -> None:
        self._beats[name] = beat
        self._news.tell()

    async def beats(self) -> Mapping[str, Beat]:
        return dict(self._beats)

    # envelopes

    async def post(self, *envelopes: Envelope) -> int:
        return sum(map(self._put, envelopes))

    def _put(self, envelope: Envelope) -> bool:
        if envelope.id in self._spool:
            return False
        row = _Spooled(envelope, envelope.born)
        self._spool[envelope.id] = self._open[envelope.id] = row
        self._news.tell()
        return True

    async def claim_parcel(self, node: Node, route: str, now: datetime) -> Parcel | None:
        row = min(self._lendable(route, now), key=lambda row: row.due, default=None)
        if row is None:
            return None
        row.due, row.holder = now + PARCEL_LEASE, node
        row.lease = str(next(self._numbers))
        rest = self._resting.get(route)
        parcel = Parcel(row.envelope, route, row.lease, rest.since if rest else None)
        row.envelope = replace(row.envelope, attempts=row.envelope.attempts + 1)
        return parcel

    def _lendable(self, route: str, now: datetime) -> Iterator[_Spooled]:
        """Of each order key the oldest alone, if it is due and this route's turn."""
        rests = {rest.route for rest in self._resting.values() if rest.until > now}
        if route in rests:
            return
        oldest: dict[str, _Spooled] = {}
        for row in self._open.values():
            oldest.setdefault(row.envelope.order, row)
        for row in oldest.values():
            ready = (name for name in row.envelope.routes if name not in rests)
            if not row.fate and row.due <= now and next(ready, None) == route:
                yield row

    async def settle(
        self, parcel: Parcel, receipt: Receipt, fate: Fate, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        row = self._spool.get(parcel.envelope.id)
        if row is None or row.lease != parcel.lease:
            return False
        row.receipts.append(receipt)
        row.envelope, due = settled(parcel, receipt, fate)
        row.due, row.lease, row.holder = due or receipt.at, "", None
        row.fate, row.why = outcome(fate)
        if row.fate:
            del self._open[row.envelope.id]
        if isinstance(fate, RestRoute):
            self._rest(parcel.route, fate)
        else:
            self._resting.pop(parcel.route, None)
        for envelope in envelopes:
            self._put(envelope)
        self._news.tell()
        return True

    def _rest(self, route: str, fate: RestRoute) -> None:
        """Two parcels that were out at once may both find it down."""
        known = self._resting.get(route)
        since = min(fate.since, known.since) if known else fate.since
        until = max(fate.until, known.until) if known else fate.until
        self._resting[route] = Resting(route, since, until, fate.why)

    async def waiting(self) -> Sequence[Waiting]:
        done = (ACCEPTED, DROPPED)
        return [row.row for row in self._spool.values() if row.fate not in done]

    async def tally(self, since: datetime) -> Mapping[str, int]:
        found = Counter[str]()
        for row in self._spool.values():
            if row.envelope.born >= since:
                found[row.fate] += len(row.envelope.alarms)
        return +found

    async def envelope(self, id: str) -> tuple[Waiting, Sequence[Receipt]] | None:
        row = self._spool.get(id)
        return None if row is None else (row.row, tuple(row.receipts))

    async def retry(self, id: str, now: datetime) -> bool:
        row = self._spool.get(id)
        if row is None or row.fate not in ("", SET_ASIDE) or (row.lease and row.due > now):
            return False
        row.due, row.fate = now, ""
        self._reopen()
        for route in row.envelope.routes:
            rest = self._resting.get(route)
            if rest is not None and rest.until > now:
                self._resting[route] = replace(rest, until=now)
        self._news.tell()
        return True

    async def hold(self, id: str, who: str) -> bool:
        row = self._at_hand(id)
        if row is None or row.fate:
            return False
        row.fate, row.why = HELD, plain(who)
        return True

    async def release(self, id: str, now: datetime) -> bool:
        row = self._at_hand(id)
        if row is None or row.fate not in (HELD, SET_ASIDE):
            return False
        row.fate, row.why, row.due = "", NOTHING, now
        self._reopen()
        return True

    async def drop(self, id: str, who: str) -> bool:
        row = self._at_hand(id)
        if row is None or row.fate in (ACCEPTED, DROPPED):
            return False
        row.fate, row.why = DROPPED, plain(who)
        self._reopen()
        return True

    async def readdress(self, id: str, to: Sequence[str], routes: Sequence[str]) -> bool:
        row = self._at_hand(id)
        if row is None or row.fate in (ACCEPTED, DROPPED):
            return False
        row.envelope = readdressed(row.envelope, to, routes)
        return True

    def _at_hand(self, id: str) -> _Spooled | None:
        row = self._spool.get(id)
        return None if row is None or row.lease else row

    def _reopen(self) -> None:
        """What a person released goes in at its old place, before what is younger."""
        self._open = {key: row for key, row in self._spool.items() if row.fate in OPEN}
        self._news.tell()

    async def resting(self) -> Sequence[Resting]:
        return sorted(self._resting.values(), key=lambda rest: rest.route)

    # secrets

    async def put_secret(self, name: str, sealed: bytes) -> None:
        self._secrets[name] = sealed

    async def get_secret(self, name: str) -> bytes | None:
        return self._secrets.get(name)

    async def secret_names(self) -> Sequence[str]:
        return sorted(self._secrets)

    async def drop_secret(self, name: str) -> bool:
        return self._secrets.pop(name, None) is not None

    # all

    async def shift(self, by: timedelta) -> None:
        for lease in self._leases.values():
            lease.until += by
        self._seen = {name: seen + by for name, seen in self._seen.items()}
        for route, rest in self._resting.items():
            self._resting[route] = replace(rest, since=rest.since + by, until=rest.until + by)
        for row in self._open.values():
            if row.envelope.attempts or by < timedelta(0):
                row.due += by
        self._news.tell()

    async def wait(self, longest: timedelta) -> None:
        await self._news.wait(longest)

    async def trouble(self) -> Words | None:
        return None

    async def copy_to(self, path: Path) -> None:
        raise StoreError(f"a store for trials cannot be copied to {path}")

    async def faults(self) -> Sequence[Words]:
        return ()

    async def close(self) -> None:
        """Nothing is under way."""
