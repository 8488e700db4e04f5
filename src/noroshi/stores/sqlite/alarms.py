"""Keep acknowledgements, silences and remarks in tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

from noroshi import schema
from noroshi.core.alarms import (
    OF_HUB,
    Acknowledgement,
    AcknowledgementOfHub,
    Remark,
    Remarked,
    Silence,
    Suppressions,
    survives,
)
from noroshi.core.judgement import serial_of
from noroshi.core.levels import Level
from noroshi.core.model import Event
from noroshi.stores.sqlite.types import Connection, number
from noroshi.stores.stored_state import read_state

DELETE_SILENCES_OF_HUB = "delete from silence where substr(id, 1, length(:prefix)) = :prefix"
DELETE_ENDED = ("delete from silence where ends < ?", "delete from remark where at < ?")


def suppressions(db: Connection, now: datetime) -> Suppressions:
    sql = "select body from silence where ends > ? order by ends, id"
    silences_found = [
        schema.value(Silence, body) for (body,) in db.execute(sql, (number(now),))
    ]
    silences = [one for one in silences_found if one.is_active(now)]
    rows = db.execute("select body from acknowledged order by monitor, item")
    return Suppressions(
        tuple(silences), tuple(schema.value(Acknowledgement, body) for (body,) in rows)
    )


def acknowledge(db: Connection, acknowledgement: Acknowledgement, comment: Remark) -> bool:
    row = db.execute(
        "select state from monitor where id = ?", (acknowledgement.monitor,)
    ).fetchone()
    item = read_state(row[0]).items.get(acknowledgement.item) if row else None
    # It may have recovered since it was looked at: the next problem must not be hushed.
    if (
        item is None
        or item.level is not acknowledgement.level
        or acknowledgement.level is Level.OK
    ):
        return False
    sql = "insert or ignore into acknowledged values (?, ?, ?)"
    if not db.execute(
        sql, (acknowledgement.monitor, acknowledgement.item, schema.text(acknowledgement))
    ).rowcount:
        return False
    remark(db, comment)
    return True


def unacknowledge(db: Connection, comment: Remark) -> bool:
    sql = "delete from acknowledged where monitor = ? and item = ?"
    if not db.execute(sql, (comment.monitor, comment.item)).rowcount:
        return False
    remark(db, comment)
    return True


def end_outlived(db: Connection, monitor: str, events: Iterable[Event]) -> None:
    """Delete the acknowledgements that do not survive these events."""
    sql = "select body from acknowledged where monitor = ?"
    acknowledgements = [
        schema.value(Acknowledgement, body) for (body,) in db.execute(sql, (monitor,))
    ]
    outlived = [
        one for one in acknowledgements if not all(survives(one, event) for event in events)
    ]
    sql = "delete from acknowledged where monitor = ? and item = ?"
    db.executemany(sql, [(one.monitor, one.item) for one in outlived])


def write_remark(db: Connection, row: Remark) -> bool:
    """Write a remark of any sort, with what it means for who has the alarm."""
    if row.sort is Remarked.ACKNOWLEDGED:
        return acknowledge(db, row.acknowledgement, row)
    if row.sort is Remarked.TAKEN_BACK:
        return unacknowledge(db, row)
    remark(db, row)
    return True


def remark(db: Connection, comment: Remark) -> None:
    sql = "insert into remark (monitor, at, body) values (?, ?, ?)"
    db.execute(sql, (comment.monitor, number(comment.at), schema.text(comment)))


def remarks(db: Connection, monitor: str, limit: int) -> Sequence[Remark]:
    sql = "select body from remark order by seq desc limit ?"
    of_monitor = "select body from remark where monitor = ? order by seq desc limit ?"
    rows = db.execute(of_monitor, (monitor, limit)) if monitor else db.execute(sql, (limit,))
    return [schema.value(Remark, body) for (body,) in rows]


def silence(db: Connection, silence_row: Silence) -> None:
    row = (silence_row.id, number(silence_row.ends), schema.text(silence_row))
    db.execute("insert or replace into silence values (?, ?, ?)", row)


def end_silence(db: Connection, id: str, person: str, now: datetime) -> Silence | None:
    sql = "select body from silence where id = ? and ends > ?"
    row = db.execute(sql, (id, number(now))).fetchone()
    if row is None:
        return None
    open_silence: Silence = schema.value(Silence, row[0])
    silence(db, replace(open_silence, ends=now, ended_by=person))
    return open_silence


def silences(db: Connection, limit: int) -> Sequence[Silence]:
    rows = db.execute("select body from silence order by ends desc, id limit ?", (limit,))
    return [schema.value(Silence, body) for (body,) in rows]


def put_of_hub(
    db: Connection,
    silences: Sequence[Silence],
    acknowledgements: Sequence[AcknowledgementOfHub],
) -> None:
    db.execute(DELETE_SILENCES_OF_HUB, {"prefix": OF_HUB})
    for row in silences:
        silence(db, row)
    _delete_acknowledgements_of_hub(db)
    for one in acknowledgements:
        if _still_holds(db, one):
            acknowledgement = replace(one.acknowledgement, of_hub=True)
            key = (acknowledgement.monitor, acknowledgement.item)
            columns = (*key, schema.text(acknowledgement))
            db.execute("insert or ignore into acknowledged values (?, ?, ?)", columns)


def _delete_acknowledgements_of_hub(db: Connection) -> None:
    rows = db.execute("select body from acknowledged").fetchall()
    stored_acknowledgements = [schema.value(Acknowledgement, body) for (body,) in rows]
    keys = [(one.monitor, one.item) for one in stored_acknowledgements if one.of_hub]
    db.executemany("delete from acknowledged where monitor = ? and item = ?", keys)


def _still_holds(db: Connection, one: AcknowledgementOfHub) -> bool:
    monitor = one.acknowledgement.monitor
    row = db.execute("select state from monitor where id = ?", (monitor,)).fetchone()
    item = read_state(row[0]).items.get(one.acknowledgement.item) if row else None
    sql = "select body from event where monitor = ? order by seq desc"
    events = (schema.value(Event, body) for (body,) in db.execute(sql, (monitor,)))
    return one.still_holds(item, takewhile(lambda event: serial_of(event) > one.serial, events))


def forget(db: Connection, cutoff: datetime) -> int:
    return sum(db.execute(sql, (number(cutoff),)).rowcount for sql in DELETE_ENDED)
