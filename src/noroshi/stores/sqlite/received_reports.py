"""Take in what agents report to this hub, and keep up to where the log of each is known."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.custody_changes import CustodyChange, OtherSideFate, WithheldNotifications
from noroshi.core.report import START, Position, Reception, Report, decide_report
from noroshi.ports import ReportOutcome, RowEffect
from noroshi.stores.sqlite import custody_columns, monitors
from noroshi.stores.sqlite.reports import position_from
from noroshi.stores.sqlite.types import Connection


def receive(
    db: Connection, agent: str, report: Report, changes: Mapping[int, RowEffect]
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
        if change is not None and not _apply(db, agent, change)
    )
    end = decision.position
    sql = "insert or replace into received values (?, ?, ?, ?)"
    db.execute(sql, (agent, end.epoch, end.seq, end.tag))
    return ReportOutcome(decision=decision, refused_rows=refused_rows)


def _apply(db: Connection, agent: str, change: RowEffect) -> bool:
    """Write what a row leads to. False: it is of a monitor that is not here, and the agent hears
    that nobody is notified of it. A notification that is not here any more needs nothing."""
    match change:
        case CustodyChange():
            custody_columns.put_custody(db, agent, change)
        case OtherSideFate():
            custody_columns.settle_elsewhere(db, agent, change)
        case WithheldNotifications():
            custody_columns.withhold(db, agent, change.envelopes)
        case _:
            custody_columns.withhold(db, agent, change.withheld_ids)
            if not monitors.write_reported(db, agent, change):
                custody_columns.withhold(db, agent, [one.id for one in change.envelopes])
                return False
    return True


def positions(db: Connection) -> Mapping[str, Position]:
    rows = db.execute("select agent, epoch, seq, tag from received order by agent")
    return {agent: position_from(epoch, seq, tag) for agent, epoch, seq, tag in rows}
