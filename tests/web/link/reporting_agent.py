"""An agent that reports by its own log, and the definitions of a hub that concern it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from noroshi.core.judgement import event_of
from noroshi.core.levels import Level
from noroshi.core.model import Cause, Instance, ItemState, Limits, Monitor, Reading, State
from noroshi.core.report import START, Position, ReportDraft, RowKind, number_rows
from noroshi.definitions.document_content import document
from noroshi.link.link_messages import REPORT
from noroshi.link.report_messages import AlarmOfRow, ChangeOfRow, ReportAnswer, ReportRequest
from noroshi.ports import Version
from noroshi.schema import text
from tests.web.link.agent_client import AgentClient

OK = 200
M, LIFE = "0123456789abcdef", "feedbeef01"
FILES = {"id": M, "name": "disks", "kind": "disk", "rules": ["all"]}
CONTENT = {
    "contacts/ops": {"addresses": ["ops@example.com"]},
    "contacts/boss": {"addresses": ["boss@example.com"]},
    "routes/plain": {"kind": "post"},
    "rules/all": {"action": "mail", "contacts": ["ops"], "routes": ["plain"]},
    "instances/files": {"source": "fs01", "group": [{"name": "base", "monitor": [FILES]}]},
    "instances/here": {"group": [{"name": "base", "monitor": [FILES | {"id": "here1"}]}]},
}
AS_WATCHED = Monitor(
    id=M, name="disks", instance=Instance(name="files"), group="base", kind="disk", options=None
)
"""The monitor as the agent has it."""


async def publish(harness, content=CONTENT):
    """Make these the definitions in use, with their monitors."""
    number = await harness.store.current_number()
    documents = tuple(document(key, table) for key, table in content.items())
    await harness.store.publish(
        Version(number=0, documents=documents), [M, "here1", *harness.extra_ids], number
    )


def found(
    level, used=95.0, item="/var", serial=1, now=None, before=Level.OK, monitor=M, **changed
):
    """What an agent finds: one item goes from a level to another, and the rule tells of it."""
    cause = Cause(Reading("used", used, "%", item), Limits(warning=80, critical=90))
    earlier = ItemState(level=before, level_since=now)
    item_state = ItemState(level=level, level_since=now, cause=cause)
    watched = replace(AS_WATCHED, id=monitor)
    event = event_of(watched, f"{monitor}.{serial}~{LIFE}", item, earlier, item_state, now)
    reason = "recovered" if level is Level.OK else "new-level"
    alarm = AlarmOfRow(
        id=f"{event.id}/all/ops",
        event=event.id,
        rule="all",
        contact="ops",
        reason=reason,
        thread=f"{monitor}.1~{LIFE}/all/ops",
    )
    state = State(items={item: item_state}, serial=serial)
    row = {"monitor": monitor, "state": state, "events": (event,), "alarms": (alarm,)}
    return ChangeOfRow(**row | changed)


@dataclass
class ReportingAgent:
    """An agent with a log of its own."""

    client: AgentClient
    clock: Callable[[], datetime]
    acknowledged: int = 0
    rows: list = field(default_factory=list)
    positions: list = field(default_factory=lambda: [START])

    def write(self, *bodies, kind=RowKind.CHANGE, at=None):
        """Add rows to the log."""
        now = self.clock() if at is None else at
        drafts = [
            ReportDraft(
                kind=kind, written_at=now, body=body if isinstance(body, str) else text(body)
            )
            for body in bodies
        ]
        for row, position in number_rows(self.positions[-1], self.positions[-1].epoch, drafts):
            self.rows.append(row)
            self.positions.append(position)

    async def send(self, start=None, **changed):
        """Send the rows after a number; by default those that the hub lacks."""
        start = self.acknowledged if start is None else start
        request = {
            "start": self.positions[start],
            "rows": tuple(self.rows[start:]),
            "last": self.positions[-1],
        }
        reply = await self.client.send(REPORT, ReportRequest(**request | changed))
        if reply.status == OK:
            self.acknowledged = reply.message(ReportAnswer).position.seq
        return reply

    async def report(self, *changes, **given):
        """Write changes, send them, and return the answer."""
        self.write(*changes)
        return (await self.send(**given)).message(ReportAnswer)


def positions_of(answer: ReportAnswer) -> tuple[str, int]:
    """What the hub says: what it did, and up to where it has the log."""
    position: Position = answer.position
    return answer.reception, position.seq
