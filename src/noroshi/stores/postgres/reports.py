"""Keep the log of what an agent reports to its hub."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from noroshi.core.report import (
    START,
    Position,
    ReportDraft,
    ReportLog,
    ReportRow,
    next_epoch,
    number_rows,
)
from noroshi.stores.column_values import instant, number
from noroshi.stores.postgres.session import Session

LOCK = "report"
BEFORE_FIRST, ACKNOWLEDGED, BEGINNING = "before-first", "acknowledged", "beginning"
ADD = """
insert into report select * from unnest(
    $1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::text[])"""
FOLLOWING = """
select seq, epoch, kind, at, body from (
    select *, sum(octet_length(body)) over (order by seq) as total from (
        select * from report where seq > $1 order by seq limit $2) first_rows) sums
where total <= $3 or seq = $1 + 1
order by seq"""
RECENT = """
select seq - 1 from report where seq <= $1 and at >= $2 order by seq limit 1"""
TOO_MANY = """
select max(seq) from (
    select seq, sum(octet_length(body)) over (order by seq desc) as total from report
    where seq <= $1) sums
where total > $2"""
PUT_BOUND = """
insert into report_bound values ($1, $2, $3, $4) on conflict (name) do update
set epoch = excluded.epoch, seq = excluded.seq, tag = excluded.tag"""


async def report_log(db: Session) -> ReportLog:
    bounds = await _bounds(db)
    return ReportLog(
        epoch=bounds.get(BEGINNING, START).epoch,
        before_first=bounds.get(BEFORE_FIRST, START),
        acknowledged=bounds.get(ACKNOWLEDGED, START),
        last=await _last(db, bounds),
    )


async def add(db: Session, drafts: Iterable[ReportDraft]) -> None:
    await db.lock(LOCK)
    log = await report_log(db)
    rows = [
        (row.seq, row.epoch, row.kind, number(row.written_at), row.body, position.tag)
        for row, position in number_rows(log.last, log.epoch, drafts)
    ]
    if rows:
        await db.run(ADD, *map(list, zip(*rows, strict=True)))


async def following(db: Session, seq: int, most: int, most_bytes: int) -> Sequence[ReportRow]:
    """Do what ports.Store.reports says."""
    return [
        ReportRow(seq=row_seq, epoch=epoch, kind=kind, written_at=instant(moment), body=body)
        for row_seq, epoch, kind, moment, body in await db.rows(
            FOLLOWING, seq, most, most_bytes
        )
    ]


async def position_of(db: Session, seq: int) -> Position | None:
    """Do what ports.Store.report_position says."""
    row = await db.row("select epoch, seq, tag from report where seq = $1", seq)
    if row is not None:
        return position_from(*row)
    before_first = (await _bounds(db)).get(BEFORE_FIRST, START)
    return before_first if before_first.seq == seq else None


async def acknowledge(db: Session, position: Position) -> bool:
    """Do what ports.Store.acknowledge_reports says."""
    await db.lock(LOCK)
    own_position = await position_of(db, position.seq)
    if own_position is None or own_position.tag != position.tag:
        return False
    await _put_bound(db, ACKNOWLEDGED, own_position)
    return True


async def begin(
    db: Session, position: Position, drafts: Iterable[ReportDraft], last: Position | None
) -> bool:
    """Do what ports.Store.begin_reports says."""
    await db.lock(LOCK)
    log = await report_log(db)
    if last is not None and last != log.last:
        return False
    epoch = next_epoch(log.epoch, position)
    await db.run("delete from report")
    for name in (BEFORE_FIRST, ACKNOWLEDGED):
        await _put_bound(db, name, position)
    beginning = Position(epoch=epoch, seq=position.seq, tag=position.tag)
    await _put_bound(db, BEGINNING, beginning)
    await add(db, drafts)
    return True


async def last_needless(db: Session, cutoff: datetime, most_bytes: int) -> int:
    """Return the number of the last row that need not be kept, as the hub has it and it is old
    or one too many. It looks at the size of each row."""
    acknowledged = (await report_log(db)).acknowledged.seq
    recent = await db.value(RECENT, acknowledged, number(cutoff))
    old_end = acknowledged if recent is None else recent
    surplus_end = await db.value(TOO_MANY, acknowledged, most_bytes)
    return max(old_end, surplus_end or 0)


async def forget(db: Session, last: int, limit: int) -> int:
    """Delete rows up to that number, but no more than `limit`, and none that the hub lacks."""
    await db.lock(LOCK)
    log = await report_log(db)
    end = min(last, log.acknowledged.seq, log.before_first.seq + limit)
    position = await position_of(db, end)
    if position is None or end <= log.before_first.seq:
        return 0
    await _put_bound(db, BEFORE_FIRST, position)
    return await db.run("delete from report where seq <= $1", end)


async def _bounds(db: Session) -> Mapping[str, Position]:
    rows = await db.rows("select name, epoch, seq, tag from report_bound")
    return {name: position_from(epoch, seq, tag) for name, epoch, seq, tag in rows}


async def _put_bound(db: Session, name: str, position: Position) -> None:
    await db.run(PUT_BOUND, name, position.epoch, position.seq, position.tag)


async def _last(db: Session, bounds: Mapping[str, Position]) -> Position:
    row = await db.row("select epoch, seq, tag from report order by seq desc limit 1")
    return bounds.get(BEFORE_FIRST, START) if row is None else position_from(*row)


def position_from(epoch: int, seq: int, tag: str) -> Position:
    """Return a position from the columns of a row."""
    return Position(epoch=epoch, seq=seq, tag=tag)
