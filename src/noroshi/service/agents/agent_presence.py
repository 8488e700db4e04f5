"""Keep in memory what was last heard of each agent, and write it down every few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from noroshi.core.agent_lives import HeardLife, LifeHistory
from noroshi.core.agents import LastSeen, Life
from noroshi.core.printable import printable
from noroshi.core.reported_text import neutral_message
from noroshi.link.link_messages import HelloRequest, WaitRequest
from noroshi.link.update_messages import NO_UPDATE, UpdatePhase, UpdateReport
from noroshi.ports import Store

MOST_PROBLEMS, LONGEST_PROBLEM = 20, 500
MOST_BACKLOG = 1 << 53
FARTHEST_CLOCK = 10 * 365 * 86400.0
"""Seconds: of a clock that is farther off no more is said."""
LONGEST_NAME = 128
UNDER_WAY = frozenset({UpdatePhase.FETCHING.value, UpdatePhase.RESTARTING.value})
UPDATE_GRACE = 300.0
"""Seconds in which a slow server installs a version, while no node runs there."""


class Presence:
    """Hold what was heard of all agents, and the lives of each."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last_seen: dict[str, LastSeen] = {}
        self._unwritten = set[str]()
        self._lives: dict[str, LifeHistory] = {}
        self._is_loaded = False
        self.updates: dict[str, UpdateReport] = {}
        """How far the last update of each agent is, as it told since this process began."""

    async def load(self) -> None:
        """Read what was written before this process began. Raises StoreError."""
        if not self._is_loaded:
            stored = await self._store.last_seen()
            self._last_seen = {**stored, **self._last_seen}
            self._is_loaded = True

    def last_seen(self) -> Mapping[str, LastSeen]:
        """Return what was last heard of each agent, by its id."""
        return dict(self._last_seen)

    def lives(self, agent: str) -> LifeHistory:
        """Return the lives of an agent."""
        return self._lives.get(agent, LifeHistory())

    def note_life(self, agent: str, request: HeardLife, enrolled_machine: str) -> LifeHistory:
        """Add a request to the lives of an agent, and return them."""
        self._lives[agent] = self.lives(agent).with_request(request, enrolled_machine)
        return self._lives[agent]

    def note_machine(self, agent: str, life: Life, machine_id: str) -> LifeHistory:
        """Note on which machine a life of an agent runs, and return the lives."""
        self._lives[agent] = self.lives(agent).with_machine(life, machine_id)
        return self._lives[agent]

    def note_contact(self, agent: str, address: str, life: Life, now: datetime) -> None:
        """Note that an agent was heard."""
        self._write(replace(self._contact_of(agent, now), address=address, life=life))

    def note_hello(self, agent: str, hello: HelloRequest, now: datetime) -> None:
        """Note what an agent tells when it begins."""
        self._write(
            replace(
                self._contact_of(agent, now),
                version=printable(hello.version)[:LONGEST_NAME],
                configuration=printable(hello.configuration)[:LONGEST_NAME],
                backlog=_bounded(hello.backlog),
                clock_offset=self._offset(agent, hello.clock, now),
            )
        )

    def note_wait(self, agent: str, request: WaitRequest, now: datetime) -> None:
        """Note what an agent tells while it waits."""
        self._note_update(agent, request.update)
        problems = (text[:LONGEST_PROBLEM] for text in request.problems[:MOST_PROBLEMS])
        self._write(
            replace(
                self._contact_of(agent, now),
                configuration=printable(request.configuration)[:LONGEST_NAME],
                problems=tuple(map(printable, problems)),
                backlog=_bounded(request.backlog),
                clock_offset=self._offset(agent, request.clock, now),
            )
        )

    def note_update(self, agent: str, version: str) -> None:
        """Note that an agent fetches a version."""
        report = UpdateReport(phase=UpdatePhase.FETCHING.value, version=version)
        self._note_update(agent, report)

    def update_grace(self, agent: str) -> float:
        """Return for how many seconds an agent may be silent as it is being updated."""
        report = self.updates.get(agent, NO_UPDATE)
        return UPDATE_GRACE if report.phase in UNDER_WAY else 0.0

    def _note_update(self, agent: str, report: UpdateReport) -> None:
        if report == NO_UPDATE:
            self.updates.pop(agent, None)
            return
        self.updates[agent] = UpdateReport(
            phase=printable(report.phase)[:LONGEST_NAME],
            version=printable(report.version)[:LONGEST_NAME],
            words=neutral_message(report.words),
        )

    def note_backlog(self, agent: str, backlog: int, now: datetime) -> None:
        """Note how many rows of its log an agent has not reported yet."""
        self._write(replace(self._contact_of(agent, now), backlog=_bounded(backlog)))

    async def flush(self) -> None:
        """Write down what is not yet. Raises StoreError; then it stays to be written."""
        rows = [self._last_seen[id] for id in sorted(self._unwritten)]
        if rows:
            await self._store.put_last_seen(rows)
            written_agents = {row.agent for row in rows if self._last_seen[row.agent] == row}
            self._unwritten -= written_agents

    def _contact_of(self, agent: str, now: datetime) -> LastSeen:
        last_seen = self._last_seen.get(agent) or LastSeen(agent=agent, last_contact=now)
        return replace(last_seen, last_contact=now)

    def _write(self, last_seen: LastSeen) -> None:
        self._last_seen[last_seen.agent] = last_seen
        self._unwritten.add(last_seen.agent)

    def _offset(self, agent: str, clock: float, now: datetime) -> timedelta:
        """Return how far an agent's clock is ahead; as it was if the agent says nothing of it."""
        if not clock:
            return self._contact_of(agent, now).clock_offset
        seconds = clock - now.timestamp()
        return timedelta(seconds=max(-FARTHEST_CLOCK, min(seconds, FARTHEST_CLOCK)))


def _bounded(backlog: int) -> int:
    return max(0, min(backlog, MOST_BACKLOG))
