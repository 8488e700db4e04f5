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
from noroshi.stores.sqlite.types import Connection, instant, number

BEFORE_FIRST, ACKNOWLEDGED, BEGINNING = "before-first", "acknowledged", "beginning"
FOLLOWING = """
select seq, epoch, kind, at, body from (
    select *, sum(octet_length(body)) over (order by seq) as total from (
        select * from report where seq > :seq order by seq limit :most))
where total <= :most_bytes or seq = :seq + 1
order by seq"""
RECENT = """
select seq - 1 from report where seq <= :acknowledged and at >= :cutoff order by seq limit 1"""
TOO_MANY = """
select max(seq) from (
    select seq, sum(octet_length(body)) over (order by seq desc) as total from report
    where seq <= :acknowledged)
where total > :most_bytes"""


def report_log(db: Connection) -> ReportLog:
    bounds = _bounds(db)
    return ReportLog(
        epoch=bounds.get(BEGINNING, START).epoch,
        before_first=bounds.get(BEFORE_FIRST, START),
        acknowledged=bounds.get(ACKNOWLEDGED, START),
        last=_last(db, bounds),
    )


def add(db: Connection, drafts: Iterable[ReportDraft]) -> None:
    log = report_log(db)
    rows = [
        (row.seq, row.epoch, row.kind, number(row.written_at), row.body, position.tag)
        for row, position in number_rows(log.last, log.epoch, drafts)
    ]
    db.executemany("insert into report values (?, ?, ?, ?, ?, ?)", rows)


def following(db: Connection, seq: int, most: int, most_bytes: int) -> Sequence[ReportRow]:
    parameters = {"seq": seq, "most": most, "most_bytes": most_bytes}
    return [
        ReportRow(seq=row_seq, epoch=epoch, kind=kind, written_at=instant(moment), body=body)
        for row_seq, epoch, kind, moment, body in db.execute(FOLLOWING, parameters)
    ]


def position_of(db: Connection, seq: int) -> Position | None:
    row = db.execute("select epoch, seq, tag from report where seq = ?", (seq,)).fetchone()
    if row is not None:
        return position_from(*row)
    before_first = _bounds(db).get(BEFORE_FIRST, START)
    return before_first if before_first.seq == seq else None


def acknowledge(db: Connection, position: Position) -> bool:
    own_position = position_of(db, position.seq)
    if own_position is None or own_position.tag != position.tag:
        return False
    _put_bound(db, ACKNOWLEDGED, own_position)
    return True


def begin(
    db: Connection, position: Position, drafts: Iterable[ReportDraft], last: Position | None
) -> bool:
    log = report_log(db)
    if last is not None and last != log.last:
        return False
    epoch = next_epoch(log.epoch, position)
    db.execute("delete from report")
    for name in (BEFORE_FIRST, ACKNOWLEDGED):
        _put_bound(db, name, position)
    _put_bound(db, BEGINNING, Position(epoch=epoch, seq=position.seq, tag=position.tag))
    add(db, drafts)
    return True


def last_needless(db: Connection, cutoff: datetime, most_bytes: int) -> int:
    """Return the number of the last row that need not be kept, as the hub has it and it is old
    or one too many. It looks at the size of each row."""
    acknowledged = report_log(db).acknowledged.seq
    parameters = {"acknowledged": acknowledged, "cutoff": number(cutoff)}
    recent = db.execute(RECENT, parameters).fetchone()
    old_end = acknowledged if recent is None else recent[0]
    sizes = {"acknowledged": acknowledged, "most_bytes": most_bytes}
    (surplus_end,) = db.execute(TOO_MANY, sizes).fetchone()
    return max(old_end, surplus_end or 0)


def forget(db: Connection, last: int, limit: int) -> int:
    """Delete rows up to that number, but no more than `limit`, and none that the hub lacks."""
    log = report_log(db)
    end = min(last, log.acknowledged.seq, log.before_first.seq + limit)
    position = position_of(db, end)
    if position is None or end <= log.before_first.seq:
        return 0
    _put_bound(db, BEFORE_FIRST, position)
    return int(db.execute("delete from report where seq <= ?", (end,)).rowcount)


def _bounds(db: Connection) -> Mapping[str, Position]:
    rows = db.execute("select name, epoch, seq, tag from report_bound")
    return {name: position_from(epoch, seq, tag) for name, epoch, seq, tag in rows}


def _put_bound(db: Connection, name: str, position: Position) -> None:
    row = (name, position.epoch, position.seq, position.tag)
    db.execute("insert or replace into report_bound values (?, ?, ?, ?)", row)


def _last(db: Connection, bounds: Mapping[str, Position]) -> Position:
    sql = "select epoch, seq, tag from report order by seq desc limit 1"
    row = db.execute(sql).fetchone()
    return bounds.get(BEFORE_FIRST, START) if row is None else position_from(*row)


def position_from(epoch: int, seq: int, tag: str) -> Position:
    """Return a position from the columns of a row."""
    return Position(epoch=epoch, seq=seq, tag=tag)
