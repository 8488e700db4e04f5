"""Take in what agents report to this hub, and keep up to where the log of each is known."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.model import Change
from noroshi.core.report import START, Position, Reception, Report, decide_report
from noroshi.ports import ReportOutcome
from noroshi.stores.sqlite import monitors
from noroshi.stores.sqlite.reports import position_from
from noroshi.stores.sqlite.types import Connection


def receive(
    db: Connection, agent: str, report: Report, changes: Mapping[int, Change]
) -> ReportOutcome:
    row = db.execute(
        "select epoch, seq, tag from received where agent = ?", (agent,)
    ).fetchone()
    decision = decide_report(START if row is None else position_from(*row), report)
    if decision.reception is not Reception.APPLY:
        return ReportOutcome(decision=decision)
    new_changes = ((row.seq, changes.get(row.seq)) for row in decision.new_rows)
    refused_rows = tuple(
        seq
        for seq, change in new_changes
        if change is not None and not monitors.write_reported(db, change)
    )
    end = decision.position
    sql = "insert or replace into received values (?, ?, ?, ?)"
    db.execute(sql, (agent, end.epoch, end.seq, end.tag))
    return ReportOutcome(decision=decision, refused_rows=refused_rows)


def positions(db: Connection) -> Mapping[str, Position]:
    rows = db.execute("select agent, epoch, seq, tag from received order by agent")
    return {agent: position_from(epoch, seq, tag) for agent, epoch, seq, tag in rows}
