"""Keep acknowledgements, silences and remarks in tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from noroshi.stores.column_values import number
from noroshi.stores.postgres.session import Session
from noroshi.stores.stored_state import read_state

DELETE_SILENCES_OF_HUB = "delete from silence where left(id, length($1)) = $1"
DELETE_ENDED = ("delete from silence where ends < $1", "delete from remark where at < $1")
DELETE_ACKNOWLEDGEMENTS = """
delete from acknowledged where (monitor, item) in (select * from unnest($1::text[], $2::text[]))"""
ACKNOWLEDGE = "insert into acknowledged values ($1, $2, $3) on conflict do nothing"
SILENCE = """
insert into silence values ($1, $2, $3)
on conflict (id) do update set ends = excluded.ends, body = excluded.body"""
STATE = "select state from monitor where id = $1 for share"
"""No change of the monitor is committed meanwhile: it may end what is being acknowledged."""


async def suppressions(db: Session, now: datetime) -> Suppressions:
    sql = "select body from silence where ends > $1 order by ends, id"
    silences_found = [
        schema.value(Silence, body) for (body,) in await db.rows(sql, number(now))
    ]
    silences = [one for one in silences_found if one.is_active(now)]
    rows = await db.rows("select body from acknowledged order by monitor, item")
    return Suppressions(
        tuple(silences), tuple(schema.value(Acknowledgement, body) for (body,) in rows)
    )


async def acknowledge(db: Session, acknowledgement: Acknowledgement, comment: Remark) -> bool:
    state = await db.value(STATE, acknowledgement.monitor)
    item = None if state is None else read_state(state).items.get(acknowledgement.item)
    # It may have recovered since it was looked at: the next problem must not be hushed.
    if (
        item is None
        or item.level is not acknowledgement.level
        or acknowledgement.level is Level.OK
    ):
        return False
    key = acknowledgement.monitor, acknowledgement.item
    if not await db.run(ACKNOWLEDGE, *key, schema.text(acknowledgement)):
        return False
    await remark(db, comment)
    return True


async def unacknowledge(db: Session, comment: Remark) -> bool:
    sql = "delete from acknowledged where monitor = $1 and item = $2"
    if not await db.run(sql, comment.monitor, comment.item):
        return False
    await remark(db, comment)
    return True


async def end_outlived(db: Session, events: Mapping[str, Sequence[Event]]) -> None:
    """Delete the acknowledgements that do not survive these events, by monitor."""
    sql = "select body from acknowledged where monitor = any($1::text[])"
    acknowledgements = [
        schema.value(Acknowledgement, body) for (body,) in await db.rows(sql, list(events))
    ]
    outlived = [
        one
        for one in acknowledgements
        if not all(survives(one, event) for event in events[one.monitor])
    ]
    await _delete(db, outlived)


async def _delete(db: Session, acknowledgements: Sequence[Acknowledgement]) -> None:
    if acknowledgements:
        monitors = [one.monitor for one in acknowledgements]
        await db.run(DELETE_ACKNOWLEDGEMENTS, monitors, [one.item for one in acknowledgements])


async def write_remarks(db: Session, rows: Sequence[Remark]) -> Sequence[bool]:
    """Write remarks of any sort, with what each means for who has the alarm."""
    return [await _write_remark(db, row) for row in rows]


async def _write_remark(db: Session, row: Remark) -> bool:
    if row.sort is Remarked.ACKNOWLEDGED:
        return await acknowledge(db, row.acknowledgement, row)
    if row.sort is Remarked.TAKEN_BACK:
        return await unacknowledge(db, row)
    await remark(db, row)
    return True


async def remark(db: Session, comment: Remark) -> None:
    sql = "insert into remark (monitor, at, body) values ($1, $2, $3)"
    await db.run(sql, comment.monitor, number(comment.at), schema.text(comment))


async def remarks(db: Session, monitor: str, limit: int) -> Sequence[Remark]:
    sql = "select body from remark order by seq desc limit $1"
    of_monitor = "select body from remark where monitor = $1 order by seq desc limit $2"
    rows = await (db.rows(of_monitor, monitor, limit) if monitor else db.rows(sql, limit))
    return [schema.value(Remark, body) for (body,) in rows]


async def silence(db: Session, silence_row: Silence) -> None:
    row = silence_row.id, number(silence_row.ends), schema.text(silence_row)
    await db.run(SILENCE, *row)


async def end_silence(db: Session, id: str, person: str, now: datetime) -> Silence | None:
    sql = "select body from silence where id = $1 and ends > $2 for update"
    body = await db.value(sql, id, number(now))
    if body is None:
        return None
    open_silence: Silence = schema.value(Silence, body)
    await silence(db, replace(open_silence, ends=now, ended_by=person))
    return open_silence


async def silences(db: Session, limit: int) -> Sequence[Silence]:
    rows = await db.rows("select body from silence order by ends desc, id limit $1", limit)
    return [schema.value(Silence, body) for (body,) in rows]


async def put_of_hub(
    db: Session, silences: Sequence[Silence], acknowledgements: Sequence[AcknowledgementOfHub]
) -> None:
    await db.run(DELETE_SILENCES_OF_HUB, OF_HUB)
    for row in silences:
        await silence(db, row)
    await _delete_acknowledgements_of_hub(db)
    for one in acknowledgements:
        if await _still_holds(db, one):
            acknowledgement = replace(one.acknowledgement, of_hub=True)
            key = acknowledgement.monitor, acknowledgement.item
            await db.run(ACKNOWLEDGE, *key, schema.text(acknowledgement))


async def _delete_acknowledgements_of_hub(db: Session) -> None:
    rows = await db.rows("select body from acknowledged")
    stored_acknowledgements = [schema.value(Acknowledgement, body) for (body,) in rows]
    await _delete(db, [one for one in stored_acknowledgements if one.of_hub])


async def _still_holds(db: Session, one: AcknowledgementOfHub) -> bool:
    monitor = one.acknowledgement.monitor
    state = await db.value(STATE, monitor)
    item = None if state is None else read_state(state).items.get(one.acknowledgement.item)
    sql = "select body from event where monitor = $1 order by seq desc"
    events = (schema.value(Event, body) for (body,) in await db.rows(sql, monitor))
    return one.still_holds(item, takewhile(lambda event: serial_of(event) > one.serial, events))


async def forget(db: Session, cutoff: datetime) -> int:
    return sum([await db.run(sql, number(cutoff)) for sql in DELETE_ENDED])
