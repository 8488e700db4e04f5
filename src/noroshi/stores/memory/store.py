"""Keep the whole contract in memory, for tests and trials."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.alarms import (
    OF_HUB,
    Acknowledgement,
    AcknowledgementOfHub,
    Remark,
    Remarked,
    Silence,
    Suppressions,
    without_ended,
)
from noroshi.core.chronology import oldest, outdated
from noroshi.core.custody_changes import CustodyChange, OtherSideFate, WithheldNotifications
from noroshi.core.judgement import serial_of
from noroshi.core.levels import Level
from noroshi.core.mail import NO_ORIGIN, Origin
from noroshi.core.model import (
    NOT_SUPPRESSED,
    Change,
    Decision,
    Event,
    Sample,
    State,
    Suppression,
)
from noroshi.core.people import ApiToken, Audited, Session, User, ends_sessions, may_open
from noroshi.core.report import START, Position, Reception, Report, decide_report
from noroshi.core.translation import NOTHING, Message
from noroshi.ports import (
    LEASE,
    MOST_DECISIONS,
    NO_LOAN,
    NO_STATES,
    Beat,
    Block,
    Loan,
    Node,
    Renewal,
    ReportOutcome,
    RowEffect,
    StoreConflict,
    StoredSample,
    Version,
)
from noroshi.stores.memory.custody import CustodyInMemory
from noroshi.stores.memory.rows import LeaseRow, MonitorRow
from noroshi.stores.store_rules import CLOCK_STEP, first_state, with_unanswered_attempt
from noroshi.stores.unshared_nodes import UnsharedNodes


class MemoryStore(UnsharedNodes, CustodyInMemory):
    """Do what ports.Store says, for one process and as long as it runs."""

    def __init__(self, origin: Origin = NO_ORIGIN) -> None:
        super().__init__(origin)
        self._version = Version(number=0)
        self._versions: list[Version] = []
        self._beats: dict[str, Beat] = {}
        self._monitors: dict[str, MonitorRow] = {}
        self._lives: dict[str, int] = {}
        self._last_seen: dict[str, datetime] = {}
        self._leases: dict[int, LeaseRow] = {}
        self._events: dict[str, Event] = {}
        self._events_ever = 0
        self._decisions: dict[tuple[str, str, str], tuple[Decision, ...]] = {}
        self._samples: list[StoredSample] = []
        self._acknowledgements: dict[tuple[str, str], Acknowledgement] = {}
        self._silences: dict[str, Silence] = {}
        self._remarks: list[Remark] = []
        self._users: dict[str, User] = {}
        self._api_tokens: dict[str, ApiToken] = {}
        self._sessions: dict[str, Session] = {}
        self._audit: list[Audited] = []
        self._secrets: dict[str, bytes] = {}
        self._notes: dict[str, str] = {}
        self._locks: dict[str, tuple[str, datetime]] = {}

    # definitions

    async def publish(
        self,
        version: Version,
        monitors: Iterable[str],
        base_number: int,
        states: Mapping[str, State] = NO_STATES,
    ) -> int:
        if self._version.number != base_number:
            raise StoreConflict(f"version {self._version.number} is current, not {base_number}")
        self._version = replace(version, number=base_number + 1)
        self._versions.append(self._version)
        await self._name(monitors, states)
        self._wakeups.notify()
        return base_number + 1

    async def enroll(self, version: int, monitors: Iterable[str]) -> bool:
        if self._version.number != version:
            return False
        await self._name(monitors, {})
        return True

    async def _name(self, monitors: Iterable[str], states: Mapping[str, State]) -> None:
        for row in self._monitors.values():
            row.is_named = False
        for id in monitors:
            if id not in self._monitors:
                initial_state = await self._first_state(id, states.get(id))
                self._monitors[id] = MonitorRow(initial_state)
            self._monitors[id].is_named = True

    async def _first_state(self, id: str, known_state: State | None) -> State:
        last_events = await self.events(id, 1)
        last_event = last_events[0].id if last_events else None
        return first_state(last_event, self._events_ever, known_state)

    async def current(self) -> Version:
        return self._version

    async def current_number(self) -> int:
        return self._version.number

    async def version(self, number: int) -> Version | None:
        return next((v for v in self._versions if v.number == number), None)

    async def versions(self, limit: int = 100) -> Sequence[Version]:
        return [replace(v, documents=()) for v in self._versions[::-1][:limit]]

    # monitors

    async def begin(self, name: str, now: datetime) -> Node:
        self._lives[name] = self._lives.get(name, 0) + 1
        for row in self._open.values():
            if not row.receipts and not row.lease:
                row.due = min(row.due, row.due_at_start(now))
        self._release_leases({node for node in self._holders() if node.name == name}, now)
        return Node(name, self._lives[name], self._last_seen.get(name))

    async def end(self, node: Node, now: datetime) -> None:
        if self._lives.get(node.name) == node.life:
            self._last_seen[node.name] = now
        self._release_leases({node}, now)

    def _holders(self) -> Iterator[Node]:
        yield from (lease.node for lease in self._leases.values())
        yield from (row.holder for row in self._open.values() if row.holder)

    def _release_leases(self, nodes: set[Node], now: datetime) -> None:
        self._leases = {k: v for k, v in self._leases.items() if v.node not in nodes}
        for row in self._open.values():
            if row.lease and row.holder in nodes:
                row.lease, row.holder = "", None
                row.envelope = with_unanswered_attempt(row.envelope)
                row.due = row.due_at_start(now)
        self._wakeups.notify()

    async def lease_monitors(
        self, node: Node, now: datetime, loan: Loan = NO_LOAN, left_out: Collection[str] = ()
    ) -> Block:
        if loan.takes_over:
            self._leases = {k: v for k, v in self._leases.items() if v.expires_at > now}
        fence = loan.fence
        for id in (id for id, row in self._monitors.items() if row.fence == fence):
            self._monitors[id].fence = fence if id in loan.ids else 0
        if fence not in self._leases or self._leases[fence].node != node:
            fence = next(self._numbers)
            self._leases[fence] = LeaseRow(node, now + LEASE)
        unleased = {
            id: row
            for id, row in self._monitors.items()
            if id not in left_out
            and (not row.fence or (loan.takes_over and row.fence not in self._leases))
        }
        for row in unleased.values():
            row.fence = fence
        memories = {key: row.memory for key, row in unleased.items() if row.memory}
        return Block({key: row.state for key, row in unleased.items()}, memories, fence)

    async def give_back(self, fence: int, watched_until: Mapping[str, datetime]) -> None:
        for id in watched_until:
            if id in self._monitors and self._monitors[id].fence == fence:
                self._monitors[id].fence = 0

    async def renew(self, fence: int, now: datetime) -> Renewal | None:
        if fence not in self._leases:
            return None
        self._leases[fence].expires_at = now + LEASE
        self._last_seen[self._leases[fence].node.name] = now
        of_fence = {k: w.suppression for k, w in self._monitors.items() if w.fence == fence}
        suppressions = {k: one for k, one in of_fence.items() if one != NOT_SUPPRESSED}
        return Renewal(suppressions, self._version.number, self._suppressions(now))

    async def commit(self, fence: int, change: Change) -> bool:
        row = self._monitors.get(change.monitor)
        if row is None or row.fence != fence or fence not in self._leases:
            return False
        row.state, row.reporter = change.state, ""
        row.memory = row.memory if change.memory is None else change.memory
        for sample in change.samples:
            self._keep(change.monitor, sample)
        self._write_outcome(change)
        self._add_reports(change.reports)
        return True

    def _write_outcome(self, change: Change) -> None:
        """Write the events, decisions and envelopes of a change, and what they end."""
        new_events = {e.id: e for e in change.events if e.id not in self._events}
        self._events |= new_events
        self._events_ever += len(new_events)
        for decision in change.decisions:
            key = change.monitor, decision.rule, decision.item
            self._decisions[key] = (decision, *self._decisions.get(key, ()))[:MOST_DECISIONS]
        for envelope in change.envelopes:
            self._put(envelope)
        self._end_acknowledged(change)

    async def receive(
        self, agent: str, report: Report, changes: Mapping[int, RowEffect]
    ) -> ReportOutcome:
        decision = decide_report(self._log_positions.get(agent, START), report)
        if decision.reception is not Reception.APPLY:
            return ReportOutcome(decision=decision)
        new_changes = [(row.seq, changes.get(row.seq)) for row in decision.new_rows]
        refused_rows = tuple(
            seq
            for seq, change in new_changes
            if change is not None and not self._apply(agent, change)
        )
        self._log_positions[agent] = decision.position
        self._wakeups.notify()
        return ReportOutcome(decision=decision, refused_rows=refused_rows)

    def _apply(self, agent: str, change: RowEffect) -> bool:
        match change:
            case CustodyChange():
                self._put_custody(agent, change)
            case OtherSideFate():
                self._settle_elsewhere(agent, change)
            case WithheldNotifications():
                self._withhold(agent, change.envelopes)
            case _:
                self._withhold(agent, change.withheld_ids)
                if not self._write_reported(agent, change):
                    self._withhold(agent, [one.id for one in change.envelopes])
                    return False
        return True

    def _write_reported(self, agent: str, change: Change) -> bool:
        row = self._monitors.get(change.monitor)
        if row is None:
            return False
        new_events = tuple(one for one in change.events if one.id not in self._events)
        row.state, row.reporter = change.state, agent
        self._write_outcome(replace(change, events=new_events))
        return True

    async def reporters(self) -> Mapping[str, str]:
        return {id: row.reporter for id, row in self._monitors.items() if row.reporter}

    async def received_positions(self) -> Mapping[str, Position]:
        return dict(sorted(self._log_positions.items()))

    async def recall(self, monitor: str) -> tuple[State, Mapping[str, Any]]:
        row = self._monitors.get(monitor, MonitorRow())
        return row.state, row.memory

    async def retire(self, fence: int, change: Change) -> bool:
        if not await self.commit(fence, change):
            return False
        if self._monitors[change.monitor].is_named:  # again, by a version that came meanwhile
            self._monitors[change.monitor].fence = 0
            return True
        del self._monitors[change.monitor]
        self._forget_acknowledged(change.monitor)
        keys = {key for key in self._decisions if key[0] == change.monitor}
        self._decisions = {k: d for k, d in self._decisions.items() if k not in keys}
        return True

    async def append(
        self, samples: Sequence[tuple[str, Sample]], fence: int | None = None
    ) -> None:
        for monitor, sample in samples:
            row = self._monitors.get(monitor)
            if row is not None and fence in (None, row.fence):
                self._monitors[monitor].memory = sample.memory
            self._keep(monitor, sample)

    def _keep(self, monitor: str, sample: Sample) -> None:
        numbers = tuple(replace(r, note=NOTHING, lines=()) for r in sample.readings)
        row = self._samples[-1].row + 1 if self._samples else 1
        plain_sample = replace(sample, readings=numbers, memory={})
        self._samples.append(StoredSample(row, monitor, plain_sample))

    async def drop_samples(self, cutoff: datetime, limit: int) -> int:
        old_numbers = outdated([one.sample.measured_at for one in self._samples], cutoff)[
            :limit
        ]
        self._samples = [
            one for n, one in enumerate(self._samples) if n not in set(old_numbers)
        ]
        return len(old_numbers)

    async def states(self, ids: Collection[str] | None = None) -> Mapping[str, State]:
        rows = self._monitors.items()
        return {key: row.state for key, row in rows if ids is None or key in ids}

    async def events(self, monitor: str = "", limit: int = 100) -> Sequence[Event]:
        newest_events = reversed(self._events.values())
        matching = (event for event in newest_events if monitor in ("", event.monitor))
        return list(itertools.islice(matching, limit))

    async def decisions(self, monitor: str) -> Sequence[Decision]:
        keys = sorted(key for key in self._decisions if key[0] == monitor)
        return [one for key in keys for one in self._decisions[key]]

    async def samples(self, monitor: str, limit: int = 100) -> Sequence[Sample]:
        matching = (one.sample for one in reversed(self._samples) if one.monitor == monitor)
        return list(itertools.islice(matching, limit))

    async def newest_samples(self, monitors: Collection[str]) -> Mapping[str, Sample]:
        return {one.monitor: one.sample for one in self._samples if one.monitor in monitors}

    async def samples_after(self, row: int, limit: int) -> Sequence[StoredSample]:
        last_row = self._samples[-1].row if self._samples else 0
        start = row if row <= last_row else 0
        return [one for one in self._samples if one.row > start][:limit]

    async def set_suppression(self, monitor: str, suppression: Suppression) -> bool:
        if monitor not in self._monitors:
            return False
        self._monitors[monitor].suppression = suppression
        return True

    # what people say of alarms

    async def suppressions(self, now: datetime) -> Suppressions:
        return self._suppressions(now)

    def _suppressions(self, now: datetime) -> Suppressions:
        open_ones = [one for one in self._silences.values() if one.is_active(now)]
        open_ones.sort(key=lambda one: (one.ends, one.id))
        acknowledgements = [
            self._acknowledgements[key] for key in sorted(self._acknowledgements)
        ]
        return Suppressions(tuple(open_ones), tuple(acknowledgements))

    def _end_acknowledged(self, change: Change) -> None:
        lasting_acknowledgements = without_ended(
            Suppressions((), tuple(self._acknowledgements.values())), change.events
        ).acknowledged
        self._acknowledgements = {
            (one.monitor, one.item): one for one in lasting_acknowledgements
        }

    def _forget_acknowledged(self, monitor: str) -> None:
        keys = {key for key in self._acknowledgements if key[0] == monitor}
        self._acknowledgements = {
            k: a for k, a in self._acknowledgements.items() if k not in keys
        }

    async def acknowledge(self, acknowledgement: Acknowledgement, remark: Remark) -> bool:
        row, key = (
            self._monitors.get(acknowledgement.monitor),
            (acknowledgement.monitor, acknowledgement.item),
        )
        item = row.state.items.get(acknowledgement.item) if row else None
        if (
            item is None
            or item.level is not acknowledgement.level
            or acknowledgement.level is Level.OK
        ):
            return False
        if key in self._acknowledgements:
            return False
        self._acknowledgements[key] = acknowledgement
        self._remarks.append(remark)
        return True

    async def unacknowledge(self, remark: Remark) -> bool:
        if self._acknowledgements.pop((remark.monitor, remark.item), None) is None:
            return False
        self._remarks.append(remark)
        return True

    async def remark(self, remark: Remark) -> None:
        self._remarks.append(remark)

    async def remark_all(self, remarks: Sequence[Remark]) -> Sequence[bool]:
        return [await self._say(one) for one in remarks]

    async def _say(self, remark: Remark) -> bool:
        if remark.sort is Remarked.ACKNOWLEDGED:
            return await self.acknowledge(remark.acknowledgement, remark)
        if remark.sort is Remarked.TAKEN_BACK:
            return await self.unacknowledge(remark)
        await self.remark(remark)
        return True

    async def remarks(self, monitor: str = "", limit: int = 100) -> Sequence[Remark]:
        matching = [one for one in self._remarks if monitor in ("", one.monitor)]
        return matching[::-1][:limit]

    async def silence(self, silence: Silence) -> None:
        self._silences[silence.id] = silence

    async def end_silence(self, id: str, person: str, now: datetime) -> Silence | None:
        silence = self._silences.get(id)
        if silence is None or silence.ends <= now:
            return None
        self._silences[id] = replace(silence, ends=now, ended_by=person)
        return silence

    async def put_hub_suppressions(
        self, silences: Sequence[Silence], acknowledgements: Sequence[AcknowledgementOfHub]
    ) -> None:
        own_silences = {k: s for k, s in self._silences.items() if not k.startswith(OF_HUB)}
        self._silences = own_silences | {one.id: one for one in silences}
        local_ones = [one for one in self._acknowledgements.values() if not one.of_hub]
        remaining = [one for one in acknowledgements if self._still_holds(one)]
        of_hub = [replace(one.acknowledgement, of_hub=True) for one in remaining]
        self._acknowledgements = {
            (one.monitor, one.item): one for one in (*of_hub, *local_ones)
        }
        self._wakeups.notify()

    def _still_holds(self, one: AcknowledgementOfHub) -> bool:
        id, row = one.acknowledgement.monitor, self._monitors.get(one.acknowledgement.monitor)
        events = [event for event in self._events.values() if event.monitor == id]
        item = row.state.items.get(one.acknowledgement.item) if row else None
        return one.still_holds(item, [e for e in events if serial_of(e) > one.serial])

    async def silences(self, limit: int = 100) -> Sequence[Silence]:
        silences = sorted(self._silences.values(), key=lambda one: one.id)
        silences.sort(key=lambda one: one.ends, reverse=True)
        return silences[:limit]

    async def forget_suppressions(self, cutoff: datetime) -> int:
        count = len(self._silences) + len(self._remarks)
        self._silences = {k: s for k, s in self._silences.items() if s.ends >= cutoff}
        self._remarks = [one for one in self._remarks if one.at >= cutoff]
        return count - len(self._silences) - len(self._remarks)

    # jobs that report in

    async def beat(self, name: str, beat: Beat) -> None:
        self._beats[name] = beat
        self._wakeups.notify()

    async def beats(self) -> Mapping[str, Beat]:
        return dict(self._beats)

    # people, and what they changed

    async def users(self) -> Mapping[str, User]:
        return dict(sorted(self._users.items()))

    async def put_user(self, user: User, previous: User | None) -> bool:
        if self._users.get(user.name) != previous:
            return False
        if ends_sessions(user, previous):
            self._forget_sessions(user.name)
        self._users[user.name] = user
        return True

    def _forget_sessions(self, name: str) -> None:
        self._sessions = {k: s for k, s in self._sessions.items() if s.user != name}

    async def drop_user(self, name: str) -> bool:
        self._forget_sessions(name)
        return self._users.pop(name, None) is not None

    async def api_tokens(self) -> Mapping[str, ApiToken]:
        return dict(sorted(self._api_tokens.items()))

    async def put_api_token(self, token: ApiToken) -> bool:
        return self._api_tokens.setdefault(token.name, token) is token

    async def drop_api_token(self, name: str) -> bool:
        return self._api_tokens.pop(name, None) is not None

    async def session(self, key: str) -> Session | None:
        return self._sessions.get(key)

    async def put_session(
        self, session: Session, replaced_key: str = "", authenticated: User | None = None
    ) -> bool:
        if not may_open(authenticated, self._users.get(session.user)):
            return False
        if replaced_key and self._sessions.pop(replaced_key, None) is None:
            return False
        self._sessions[session.key] = session
        return True

    async def end_sessions(self, cutoff: datetime, user: str = "", key: str = "") -> int:
        ended_keys = {
            k: s
            for k, s in self._sessions.items()
            if s.ends <= cutoff or s.user == user or k == key
        }
        self._sessions = {k: s for k, s in self._sessions.items() if k not in ended_keys}
        return len(ended_keys)

    async def audit(self, row: Audited) -> None:
        self._audit.append(row)

    async def audit_log(self, limit: int = 100) -> Sequence[Audited]:
        return self._audit[::-1][:limit]

    async def forget_audit(self, cutoff: datetime, limit: int) -> int:
        if not self._audit:
            return 0
        written_rows = ((place, row.at) for place, row in enumerate(self._audit))
        old_places = set(
            itertools.islice(oldest(written_rows, cutoff, self._audit[-1].at), limit)
        )
        self._audit = [row for place, row in enumerate(self._audit) if place not in old_places]
        return len(old_places)

    # what is kept under a name

    async def put_secret(self, name: str, sealed_secret: bytes) -> None:
        self._secrets[name] = sealed_secret

    async def get_secret(self, name: str) -> bytes | None:
        return self._secrets.get(name)

    async def secret_names(self) -> Sequence[str]:
        return sorted(self._secrets)

    async def get_secrets(self) -> Mapping[str, bytes]:
        return dict(self._secrets)

    async def drop_secret(self, name: str) -> bool:
        return self._secrets.pop(name, None) is not None

    async def put_value(self, name: str, text: str) -> None:
        self._notes[name] = text

    async def get_values(self) -> Mapping[str, str]:
        return dict(self._notes)

    async def acquire_lock(
        self, name: str, holder: str, expires_at: datetime, now: datetime
    ) -> bool:
        lock_holder, ends = self._locks.get(name, (holder, now))
        if lock_holder != holder and now < ends <= expires_at + (expires_at - now):
            return False
        self._locks[name] = holder, expires_at
        return True

    async def release_lock(self, name: str, holder: str) -> None:
        if self._locks.get(name, ("",))[0] == holder:
            del self._locks[name]

    # all

    async def shift(self, amount: timedelta, step: str) -> None:
        if self._notes.get(CLOCK_STEP) == step:
            return
        self._notes[CLOCK_STEP] = step
        self._locks = {k: (holder, end + amount) for k, (holder, end) in self._locks.items()}
        for lease in self._leases.values():
            lease.expires_at += amount
        self._last_seen = {name: moment + amount for name, moment in self._last_seen.items()}
        for route, outage in self._outages.items():
            self._outages[route] = replace(
                outage,
                down_since=outage.down_since + amount,
                open_until=outage.open_until + amount,
            )
        for row in self._open.values():
            if row.envelope.attempts or amount < timedelta(0):
                row.due += amount
        self._wakeups.notify()

    async def wait(self, timeout: timedelta) -> None:
        await self._wakeups.wait(timeout)

    async def trouble(self) -> Message | None:
        return None

    async def is_lost(self) -> bool:
        return False

    async def faults(self) -> Sequence[Message]:
        return ()

    async def close(self) -> None:
        """Return at once: nothing is under way."""
