"""Define what the store keeps of agents: on a hub who they are and what they report, on an agent
what it reports, and on both who sends its notifications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from noroshi.core.agents import Agent, Invitation, JoinRefusal, LastSeen
from noroshi.core.custody_changes import CustodyChange, OtherSideFate, WithheldNotifications
from noroshi.core.model import Change
from noroshi.core.report import (
    MOST_BYTES,
    MOST_ROWS,
    Position,
    Report,
    ReportDraft,
    ReportLog,
    ReportRow,
)
from noroshi.core.sender_lease import Custody
from noroshi.ports.store_records import ReportOutcome, StoredFate

MOST_FATES = 500
"""So many fates are told at a time."""
RowEffect = Change | CustodyChange | OtherSideFate | WithheldNotifications
"""The effect of a row that an agent reports."""


class AgentStore(Protocol):
    """Keep what concerns agents. Each method is atomic, or raises StoreError."""

    # agents, and the invitations by which they join

    async def invitations(self) -> Mapping[str, Invitation]:
        """Return all invitations, by id, also those that are over."""

    async def put_invitation(self, invitation: Invitation) -> None:
        """Write an invitation, in place of one of the same id."""

    async def drop_invitation(self, id: str) -> bool:
        """Delete an invitation. False: there is none of that id."""

    async def admit(self, secret_hash: str, agent: Agent, now: datetime) -> Agent | JoinRefusal:
        """Let an agent join by the invitation whose secret has that hash: write the agent, and
        that its key used the invitation, in one step. Return the agent as it was written
        (`core.agents.admission`), or why nobody joined."""

    async def agents(self) -> Mapping[str, Agent]:
        """Return all agents, by id, also those that were revoked."""

    async def put_agent(self, agent: Agent, previous: Agent) -> bool:
        """Write an agent over exactly what was there before. False: something else is there by
        now, or another agent has its name or its key."""

    async def drop_agent(self, agent: Agent) -> bool:
        """Delete an agent that is still exactly this one, with what was last heard of it and up to
        where its log was received. Its notifications are the node's own from then on. False:
        something else is there by now."""

    async def last_seen(self) -> Mapping[str, LastSeen]:
        """Return what was last heard of each agent, by the agent's id."""

    async def put_last_seen(self, last_seen: Sequence[LastSeen]) -> None:
        """Write what was heard of agents, in place of what was heard of the same before."""

    # what an agent reports to its hub: on the agent

    async def report_log(self) -> ReportLog:
        """Return the bounds of the log."""

    async def add_reports(self, *drafts: ReportDraft) -> None:
        """Add rows to the log by themselves."""

    async def reports(
        self, seq: int, most: int = MOST_ROWS, most_bytes: int = MOST_BYTES
    ) -> Sequence[ReportRow]:
        """Return the rows that follow on a number, at most `most`, with bodies of `most_bytes`
        in all; the first one however large it is."""

    async def report_position(self, seq: int) -> Position | None:
        """Return the position of a row, or of the one before the first; None if the log does
        not have it (any more)."""

    async def acknowledge_reports(self, position: Position) -> bool:
        """Write up to where the hub has the log, which may be less than before, as the hub may
        have been restored. False: the position is not of this log."""

    async def begin_reports(
        self, position: Position, *drafts: ReportDraft, last: Position | None = None
    ) -> bool:
        """Begin the log anew on the hub's position, in a new epoch, with these rows. False: the log
        does not end at `last` any more, if that is given."""

    async def forget_reports(self, cutoff: datetime, most_bytes: int, limit: int) -> int:
        """Delete at most `limit` of the oldest rows that the hub acknowledged, of those that
        were written before `cutoff`, and of those that are too many for `most_bytes`; return
        how many."""

    # what agents report: on the hub

    async def receive(
        self, agent: str, report: Report, changes: Mapping[int, RowEffect]
    ) -> ReportOutcome:
        """Take in a report in one step: decide by the position up to which the agent's log is
        known (`core.report.decide_report`), write the changes of the rows that are new, by the
        numbers of these, and move the position. A state is written whatever its serial: rows come in
        order, and a hub that was restored counts ahead. An event or an envelope is written only if
        its id is new. A change of a monitor that
        is not here is left out, and its row refused, with nothing else. Custody changes as by
        `put_custody`, fates are written as by `settle_elsewhere`. What is withheld is a fate of
        which the agent is told: dropped."""

    async def reporters(self) -> Mapping[str, str]:
        """Return the id of the agent that reported the state of a monitor, by the monitor's id;
        those that this node judged last are left out."""

    async def received_positions(self) -> Mapping[str, Position]:
        """Return up to where the log of each agent is known, by the agent's id."""

    # who sends an agent's notifications: on both sides

    async def put_custody(
        self, agent: str, change: CustodyChange, reports: Sequence[ReportDraft] = ()
    ) -> int:
        """Write who has to send those notifications of an agent that have not ended, with the rows
        for the hub that tell of it; return how many they are. A digest that tells one of them and
        is not out is undone: its members wait by themselves again."""

    async def settle_elsewhere(
        self, agent: str, fate: OtherSideFate, reports: Sequence[ReportDraft] = ()
    ) -> bool:
        """Write what became of a notification of an agent on the other side, as `settle` writes an
        end, with the rows for the hub that tell of it; a digest that tells it and is not out is
        undone. False: the agent has none of that id, or it has ended; then the receipt alone is
        added, if it is the agent's."""

    async def agent_notifications(self, agent: str, custody: Custody) -> Sequence[str]:
        """Return the ids of an agent's notifications that wait and have that custody, oldest
        first; in place of a digest its members."""

    async def fates_of(
        self, agent: str, number: int = 0, most: int = MOST_FATES
    ) -> Sequence[StoredFate]:
        """Return what became of an agent's notifications here, the newest of each, by numbers
        above that one: what was accepted, dropped, held or set aside, and what waits again after
        that. What the agent sent itself is not told."""

    async def forget_fates(self, agent: str, number: int) -> None:
        """Delete the fates of an agent up to that number."""

    async def newest_fates(self) -> Mapping[str, int]:
        """Return the highest number of a fate of each agent that has any."""

    async def last_fate_number(self) -> int:
        """Return the highest number that a fate ever had here; 0 if there was none."""
