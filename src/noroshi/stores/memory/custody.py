"""Keep who sends an agent's notifications in the store for tests and trials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from noroshi.core.agents import Agent
from noroshi.core.custody_changes import CustodyChange, OtherSideFate
from noroshi.core.mail import NO_ORIGIN, EnvelopeState, Origin, Receipt
from noroshi.core.report import Position, ReportDraft
from noroshi.core.sender_lease import Custody
from noroshi.core.translation import NOTHING
from noroshi.ports import MOST_FATES, StoredFate
from noroshi.stores.memory.agents import AgentsInMemory
from noroshi.stores.memory.rows import EnvelopeRow, sent_in
from noroshi.stores.memory.spool import SpoolInMemory
from noroshi.stores.store_rules import SETTLED_STATES

MEMBERS = (EnvelopeState.IN_DIGEST, EnvelopeState.SET_ASIDE_IN_DIGEST)
HELD_BACK = (EnvelopeState.HELD, EnvelopeState.SET_ASIDE)
TOLD = (*SETTLED_STATES, *HELD_BACK)
"""States of which an agent is told."""


class CustodyInMemory(SpoolInMemory, AgentsInMemory):
    """Do what ports.Store says of who sends an agent's notifications."""

    def __init__(self, origin: Origin = NO_ORIGIN) -> None:
        SpoolInMemory.__init__(self, origin)
        AgentsInMemory.__init__(self)
        self._fates: dict[str, tuple[str, StoredFate]] = {}
        """The agent and the fate, by the id of the envelope."""
        self._fate_number = 0
        self._log_positions: dict[str, Position] = {}

    async def put_custody(
        self, agent: str, change: CustodyChange, reports: Sequence[ReportDraft] = ()
    ) -> int:
        count = self._put_custody(agent, change)
        self._add_reports(reports)
        return count

    def _put_custody(self, agent: str, change: CustodyChange) -> int:
        self._note_fates()
        self._undo_digests(agent, change.envelopes, change.changed_at)
        rows = [
            row
            for row in self._rows_of(agent, change.envelopes)
            if row.state not in SETTLED_STATES
        ]
        for row in rows:
            row.envelope = replace(row.envelope, custody=change.custody)
            row.custody_since = change.changed_at
        self._wakeups.notify()
        return len(rows)

    async def settle_elsewhere(
        self, agent: str, fate: OtherSideFate, reports: Sequence[ReportDraft] = ()
    ) -> bool:
        is_settled = self._settle_elsewhere(agent, fate)
        if is_settled:
            self._add_reports(reports)
        return is_settled

    def _settle_elsewhere(self, agent: str, fate: OtherSideFate) -> bool:
        self._note_fates()
        self._undo_digests(agent, (fate.envelope,), fate.settled_at)
        row = next(self._rows_of(agent, (fate.envelope,)), None)
        if row is None:
            return False
        has_ended = row.state in SETTLED_STATES
        if fate.receipt is not None and not (has_ended and fate.custody is Custody.HUB):
            row.receipts.append(fate.receipt)
            row.routes.append("")
        if has_ended:
            return False
        row.envelope = replace(row.envelope, custody=fate.custody)
        row.due = row.custody_since = fate.settled_at
        row.state, row.reason = fate.state, NOTHING
        row.lease, row.holder = "", None
        self._reopen()
        self._wakeups.notify()
        return True

    def _withhold(self, agent: str, ids: Iterable[str]) -> None:
        for id in ids:
            if id not in self._spool and agent in self._agents:
                self._note_fate(agent, id, EnvelopeState.DROPPED)

    def _rows_of(self, agent: str, ids: Iterable[str]) -> Iterator[EnvelopeRow]:
        rows = (self._spool[id] for id in ids if id in self._spool)
        return (row for row in rows if row.envelope.agent == agent)

    def _undo_digests(self, agent: str, ids: Iterable[str], now: datetime) -> None:
        members = (row for row in self._rows_of(agent, ids) if row.state in MEMBERS)
        for id in {row.row.digest for row in members}:
            digest = self._spool[id]
            if not digest.lease:
                self._undo_digest(digest, now)
        self._reopen()

    def _undo_digest(self, digest: EnvelopeRow, now: datetime) -> None:
        members = [self._spool[id] for id in digest.envelope.members]
        members = [row for row in members if row.state in MEMBERS]
        members[0].add_receipts(digest)
        for row in members:
            row.state, row.reason, row.due = EnvelopeState.WAITING, NOTHING, now
        del self._spool[digest.envelope.id]

    async def drop_agent(self, agent: Agent) -> bool:
        """Delete an agent; what it left is the hub's own, as nobody else will send it."""
        if self._agents.get(agent.id) != agent:
            return False
        del self._agents[agent.id]
        self._last_contacts.pop(agent.id, None)
        self._log_positions.pop(agent.id, None)
        self._fates = {id: one for id, one in self._fates.items() if one[0] != agent.id}
        for row in self._spool.values():
            if row.envelope.agent == agent.id:
                row.envelope = replace(row.envelope, agent="", custody=Custody.HUB)
        self._wakeups.notify()
        return True

    async def agent_notifications(self, agent: str, custody: Custody) -> Sequence[str]:
        return [
            row.envelope.id
            for row in self._spool.values()
            if (row.envelope.agent, row.envelope.custody) == (agent, custody)
            and row.state in (EnvelopeState.WAITING, EnvelopeState.IN_DIGEST)
            and not row.envelope.members
        ]

    # fates

    async def fates_of(
        self, agent: str, number: int = 0, most: int = MOST_FATES
    ) -> Sequence[StoredFate]:
        self._note_fates()
        fates = [fate for owner, fate in self._fates.values() if owner == agent]
        newer_fates = sorted((one for one in fates if one.number > number), key=_number)
        return [
            replace(one, receipt=self._last_receipt(one.envelope)) for one in newer_fates[:most]
        ]

    async def forget_fates(self, agent: str, number: int) -> None:
        self._note_fates()
        self._fates = {
            id: (owner, fate)
            for id, (owner, fate) in self._fates.items()
            if owner != agent or fate.number > number
        }

    async def newest_fates(self) -> Mapping[str, int]:
        self._note_fates()
        newest = dict[str, int]()
        for owner, fate in self._fates.values():
            newest[owner] = max(newest.get(owner, 0), fate.number)
        return dict(sorted(newest.items()))

    async def last_fate_number(self) -> int:
        self._note_fates()
        return self._fate_number

    def _note_fates(self) -> None:
        """Note the states that changed since the last look and of which an agent is told."""
        for id, row in self._spool.items():
            envelope, state = row.envelope, row.state.of_alarms
            if not envelope.agent or envelope.members or state is row.noted_fate:
                continue
            is_news = state in TOLD or row.noted_fate in HELD_BACK
            is_own = envelope.custody is not Custody.SENT_BY_AGENT
            row.noted_fate = state
            agent = self._agents.get(envelope.agent)
            if is_news and is_own and agent is not None and agent.needs_lease:
                self._note_fate(envelope.agent, id, state)

    def _note_fate(self, agent: str, id: str, state: EnvelopeState) -> None:
        self._fate_number += 1
        fate = StoredFate(number=self._fate_number, envelope=id, state=state)
        self._fates[id] = agent, fate

    def _last_receipt(self, id: str) -> Receipt | None:
        row = self._spool.get(id)
        receipts = [] if row is None else sent_in(row, self._spool.values()).receipts
        return receipts[-1] if receipts else None


def _number(fate: StoredFate) -> int:
    return fate.number
