"""Take in what agents report to this hub, and keep up to where the log of each is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noroshi.core.custody_changes import CustodyChange, OtherSideFate, WithheldNotifications
from noroshi.core.report import START, Position, Reception, Report, decide_report
from noroshi.ports import ReportOutcome, RowEffect
from noroshi.stores.postgres import custody_columns, monitor_changes
from noroshi.stores.postgres.reports import position_from
from noroshi.stores.postgres.session import Session

PUT = """
insert into received values ($1, $2, $3, $4) on conflict (agent) do update
set epoch = excluded.epoch, seq = excluded.seq, tag = excluded.tag"""


async def receive(
    db: Session, agent: str, report: Report, changes: Mapping[int, RowEffect]
) -> ReportOutcome:
    """Do what ports.Store.receive says."""
    await db.lock(f"agent {agent}")
    row = await db.row("select epoch, seq, tag from received where agent = $1", agent)
    decision = decide_report(START if row is None else position_from(*row), report)
    if decision.reception is not Reception.APPLY:
        return ReportOutcome(decision=decision)
    new_changes = [
        (row.seq, changes[row.seq]) for row in decision.new_rows if row.seq in changes
    ]
    await _lock_keys(db, (change for _seq, change in new_changes))
    refused_rows = tuple(
        [seq for seq, change in new_changes if not await _apply(db, agent, change)]
    )
    end = decision.position
    await db.run(PUT, agent, end.epoch, end.seq, end.tag)
    return ReportOutcome(decision=decision, refused_rows=refused_rows)


async def _lock_keys(db: Session, changes: Iterable[RowEffect]) -> None:
    """Lock all order keys that these may touch at once, in one order: two reports that locked
    them row by row would wait for each other."""
    ids, orders = list[str](), set[str]()
    for change in changes:
        match change:
            case OtherSideFate():
                ids.append(change.envelope)
            case CustodyChange() | WithheldNotifications():
                ids += change.envelopes
            case _:
                orders |= {one.order for one in change.envelopes}
    await db.lock_keys(orders | await custody_columns.order_keys(db, ids))


async def _apply(db: Session, agent: str, change: RowEffect) -> bool:
    """Write what a row leads to. False: it is of a monitor that is not here, and the agent hears
    that nobody is notified of it. A notification that is not here any more needs nothing."""
    match change:
        case CustodyChange():
            await custody_columns.put_custody(db, agent, change)
        case OtherSideFate():
            await custody_columns.settle_elsewhere(db, agent, change)
        case WithheldNotifications():
            await custody_columns.withhold(db, agent, change.envelopes)
        case _:
            await custody_columns.withhold(db, agent, change.withheld_ids)
            if not await monitor_changes.write_reported(db, agent, change):
                ids = [one.id for one in change.envelopes]
                await custody_columns.withhold(db, agent, ids)
                return False
    return True


async def positions(db: Session) -> Mapping[str, Position]:
    rows = await db.rows("select agent, epoch, seq, tag from received order by agent")
    return {agent: position_from(epoch, seq, tag) for agent, epoch, seq, tag in rows}
