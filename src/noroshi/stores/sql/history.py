"""Samples: one short row each, appended. A series is a monitor's item, name and unit.

A row's value is the number of the only reading; or a blob of (series, number) for several;
or the words of a fault as text; or nothing where a run found nothing to measure.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from noroshi import schema
from noroshi.core.model import Reading, Sample
from noroshi.core.words import Words
from noroshi.stores.sql.values import EPOCH, Connection

Key = tuple[str, str, str, str]
Row = tuple[int, int, float | bytes | str | None]

PAIR = struct.Struct("<Id")
MILLISECOND = timedelta(milliseconds=1)
SCANNED = 10_000_000
"""How many rows are looked through for one monitor's: five hours' at 500 a second, 0.6 s."""
NEWEST = """
select at, value, series from sample
where rowid > (select coalesce(max(rowid), 0) from sample) - ?
  and series in (select id from series where monitor = ?)
order by rowid desc limit ?"""
OLDEST = """
delete from sample where rowid in (
    select rowid from (select rowid, at from sample order by rowid limit ?) where at < ?)"""


def append(
    db: Connection, known: Mapping[Key, int], samples: Sequence[tuple[str, Sample]]
) -> dict[Key, int]:
    """The series that were not known yet: to be remembered once this is committed."""
    found: dict[Key, int] = {}

    def series(key: Key) -> int:
        number = known.get(key) or found.get(key)
        if number is None:
            number = found[key] = _series(db, key)
        return number

    rows = [_row(monitor, sample, series) for monitor, sample in samples]
    db.executemany("insert into sample values (?, ?, ?)", rows)
    return found


def drop(db: Connection, before: datetime, most: int) -> int:
    return db.execute(OLDEST, (most, (before - EPOCH) // MILLISECOND)).rowcount


def drop_oldest(db: Connection, most: int) -> int:
    """Room is short: the oldest samples go, however young; how many."""
    sql = "delete from sample where rowid in (select rowid from sample order by rowid limit ?)"
    return db.execute(sql, (most,)).rowcount


def newest(db: Connection, monitor: str, last: int) -> Sequence[Sample]:
    sql = "select id, item, name, unit from series where monitor = ?"
    series = {id: key for id, *key in db.execute(sql, (monitor,))}
    rows = db.execute(NEWEST, (SCANNED, monitor, last)) if series else ()
    return [_sample(series, *row) for row in rows]


def _series(db: Connection, key: Key) -> int:
    sql = "select id from series where monitor = ? and item = ? and name = ? and unit = ?"
    row = db.execute(sql, key).fetchone()
    if row is None:
        sql = "insert into series (monitor, item, name, unit) values (?, ?, ?, ?) returning id"
        row = db.execute(sql, key).fetchone()
    return int(row[0])


def _row(monitor: str, sample: Sample, series: Callable[[Key], int]) -> Row:
    at = (sample.at - EPOCH) // MILLISECOND
    if sample.fault is not None:
        return at, series((monitor, "", "", "")), schema.text(sample.fault)
    if not sample.readings:
        return at, series((monitor, "", "", "")), None
    numbers = [series((monitor, r.item, r.name, r.unit)) for r in sample.readings]
    values = [float(r.value) for r in sample.readings]
    if len(values) == 1 and math.isfinite(values[0]):
        return at, numbers[0], values[0]
    return at, numbers[0], b"".join(map(PAIR.pack, numbers, values))


def _sample(
    series: Mapping[int, Sequence[str]], at: int, value: float | bytes | str | None, first: int
) -> Sample:
    moment = EPOCH + at * MILLISECOND
    if value is None:
        return Sample(moment)
    if isinstance(value, str):
        return Sample(moment, fault=schema.value(Words, value))
    pairs = PAIR.iter_unpack(value) if isinstance(value, bytes) else [(first, value)]
    return Sample(moment, tuple(_reading(series[id], number) for id, number in pairs))


def _reading(key: Sequence[str], value: float) -> Reading:
    item, name, unit = key
    return Reading(name, value, unit, item)
