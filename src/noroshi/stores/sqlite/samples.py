"""Keep samples: one short row each, appended. A series is a monitor's item, name and unit.

A row's value is the number of the only reading; or a blob of (series, number) for several; or
the words of a fault as text; or nothing where a run found nothing to measure.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from noroshi import schema
from noroshi.core.model import Reading, Sample
from noroshi.core.translation import Message
from noroshi.ports import StoredSample
from noroshi.stores.sqlite.types import EPOCH, Connection

Key = tuple[str, str, str, str]
Row = tuple[int, int, float | bytes | str | None]

PAIR = struct.Struct("<Id")
MILLISECOND = timedelta(milliseconds=1)
SCANNED = 10_000_000
"""The most rows to search for the samples of one monitor: five hours at 500 a second, 0.6 s."""
NEWEST_SAMPLES = """
select at, value, series from sample
where rowid > (select coalesce(max(rowid), 0) from sample) - ?
  and series in (select id from series where monitor = ?)
order by rowid desc limit ?"""
WALK = "select at, value, series from sample order by rowid desc limit ?"
SERIES = "select id, monitor, item, name, unit from series"
SCANNED_TOGETHER, FEW = 500_000, 20
OLDEST = "select rowid, at from sample order by rowid limit :most"
DROP = f"""
delete from sample where rowid in (
    select rowid from ({OLDEST}) where at < :before or (at > :newest and rowid < :old))"""  # noqa: S608
LAST_OLD = f"select max(rowid) from ({OLDEST}) where at < :before"  # noqa: S608  our own text
LAST_ROW = "select rowid, at from sample order by rowid desc limit 1"
FOLLOWING = "select rowid, at, value, series from sample where rowid > ? order by rowid limit ?"
SERIES_AMONG = """
select id, monitor, item, name, unit from series where id in (select value from json_each(?))"""
ROW_FROM = "select rowid, at from sample where rowid >= ? order by rowid limit 1"


def append(
    db: Connection, known_series: Mapping[Key, int], samples: Sequence[tuple[str, Sample]]
) -> dict[Key, int]:
    """Add samples, and return the series that were not known yet: to be remembered once this is
    committed."""
    new_series: dict[Key, int] = {}

    def series(key: Key) -> int:
        number = known_series.get(key) or new_series.get(key)
        if number is None:
            number = new_series[key] = _series(db, key)
        return number

    rows = [_row(monitor, sample, series) for monitor, sample in samples]
    db.executemany("insert into sample values (?, ?, ?)", rows)
    return new_series


def drop(db: Connection, cutoff: datetime, limit: int) -> int:
    """Do what ports.Store.drop_samples says. What is dated later than what was written last
    comes of a clock that was ahead: it is old where something old was written after it."""
    cutoff_ms = (cutoff - EPOCH) // MILLISECOND
    bounds = {"before": cutoff_ms, "most": limit}
    _, newest_time = db.execute(LAST_ROW).fetchone() or (0, 0)
    first_old = 0
    if newest_time >= cutoff_ms:
        first_old = db.execute(LAST_OLD, bounds).fetchone()[0]
        first_old = first_old or _first_old(db, newest_time, cutoff_ms, limit)
    return db.execute(DROP, bounds | {"newest": newest_time, "old": first_old}).rowcount


def _first_old(db: Connection, newest_time: int, cutoff: int, limit: int) -> int:
    """Return the first row beyond those of a clock that was ahead, if it is old; 0: it is not,
    or there is none. Few rows are looked at: there may be millions."""
    row = db.execute(ROW_FROM, (0,)).fetchone()
    if row[1] <= newest_time:  # as it is nearly always
        return 0
    ahead_row, step = 0, limit
    while row is not None and row[1] > newest_time:
        ahead_row, step = row[0], 2 * step
        row = db.execute(ROW_FROM, (ahead_row + step,)).fetchone()
    if row is None:
        row = db.execute(LAST_ROW).fetchone()  # which is not ahead of itself
    end = row[0]
    while end - ahead_row > 1:
        middle = (ahead_row + end) // 2
        row_at_middle = db.execute(ROW_FROM, (middle,)).fetchone()
        if row_at_middle[1] > newest_time:
            ahead_row = row_at_middle[0]
        else:
            row, end = row_at_middle, middle
    return row[0] if row[1] < cutoff else 0


def drop_oldest(db: Connection, limit: int) -> int:
    """Delete the oldest samples, however young, as room is short; return how many."""
    sql = "delete from sample where rowid in (select rowid from sample order by rowid limit ?)"
    return db.execute(sql, (limit,)).rowcount


def newest_samples(db: Connection, monitor: str, limit: int) -> Sequence[Sample]:
    sql = "select id, item, name, unit from series where monitor = ?"
    series = {id: key for id, *key in db.execute(sql, (monitor,))}
    rows = db.execute(NEWEST_SAMPLES, (SCANNED, monitor, limit)) if series else ()
    return [_sample(series, *row) for row in rows]


def following(db: Connection, row: int, limit: int) -> Sequence[StoredSample]:
    """Do what ports.Store.samples_after says."""
    last_row, _ = db.execute(LAST_ROW).fetchone() or (0, 0)
    rows = db.execute(FOLLOWING, (row if row <= last_row else 0, limit)).fetchall()
    ids = schema.text(sorted({id for one in rows for id in _series_in(*one[2:])}))
    owner, series = dict[int, str](), dict[int, Sequence[str]]()
    for id, monitor, *key in db.execute(SERIES_AMONG, (ids,)):
        owner[id], series[id] = monitor, key
    return [
        StoredSample(number, owner[first], _sample(series, sampled_at, value, first))
        for number, sampled_at, value, first in rows
    ]


def _series_in(value: float | bytes | str | None, first: int) -> Iterable[int]:
    """Return the series that a row's value is of."""
    return [id for id, _ in PAIR.iter_unpack(value)] if isinstance(value, bytes) else (first,)


def newest_of_each(db: Connection, monitors: Collection[str]) -> Mapping[str, Sample]:
    """Return the last sample of each that has any, found in one walk back: one walk for each
    would take many seconds where there are thousands. What lies far back is looked for only for
    a few."""
    series, owner = _series_of(db, monitors)
    monitors_left, samples_found = set(series), dict[str, Sample]()
    for sampled_at, value, first in (
        db.execute(WALK, (SCANNED_TOGETHER,)) if monitors_left else ()
    ):
        monitor = owner.get(first, "")
        if monitor in monitors_left:
            samples_found[monitor] = _sample(series[monitor], sampled_at, value, first)
            monitors_left.discard(monitor)
            if not monitors_left:
                break
    if len(monitors_left) <= FEW:
        own_walks = ((monitor, newest_samples(db, monitor, 1)) for monitor in monitors_left)
        samples_found |= {monitor: samples[0] for monitor, samples in own_walks if samples}
    return samples_found


def _series_of(
    db: Connection, monitors: Collection[str]
) -> tuple[Mapping[str, dict[int, Sequence[str]]], Mapping[int, str]]:
    """Return the series of each monitor, and whose each is."""
    rows: Iterable[Any] = db.execute(SERIES)
    if len(monitors) <= FEW:
        of_monitor = SERIES + " where monitor = ?"
        rows = (row for monitor in monitors for row in db.execute(of_monitor, (monitor,)))
    series, owner = dict[str, dict[int, Sequence[str]]](), dict[int, str]()
    for id, monitor, *key in rows:
        if monitor not in monitors:
            continue
        series.setdefault(monitor, {})[id] = key
        owner[id] = monitor
    return series, owner


def _series(db: Connection, key: Key) -> int:
    sql = "select id from series where monitor = ? and item = ? and name = ? and unit = ?"
    row = db.execute(sql, key).fetchone()
    if row is None:
        sql = "insert into series (monitor, item, name, unit) values (?, ?, ?, ?) returning id"
        row = db.execute(sql, key).fetchone()
    return int(row[0])


def _row(monitor: str, sample: Sample, series: Callable[[Key], int]) -> Row:
    milliseconds = (sample.measured_at - EPOCH) // MILLISECOND
    if sample.fault is not None:
        return milliseconds, series((monitor, "", "", "")), schema.text(sample.fault)
    if not sample.readings:
        return milliseconds, series((monitor, "", "", "")), None
    numbers = [series((monitor, r.item, r.name, r.unit)) for r in sample.readings]
    measured_values = [float(r.value) for r in sample.readings]
    if len(measured_values) == 1 and math.isfinite(measured_values[0]):
        return milliseconds, numbers[0], measured_values[0]
    return milliseconds, numbers[0], b"".join(map(PAIR.pack, numbers, measured_values))


def _sample(
    series: Mapping[int, Sequence[str]],
    milliseconds: int,
    value: float | bytes | str | None,
    first: int,
) -> Sample:
    moment = EPOCH + milliseconds * MILLISECOND
    if value is None:
        return Sample(moment)
    if isinstance(value, str):
        return Sample(moment, fault=schema.value(Message, value))
    pairs = PAIR.iter_unpack(value) if isinstance(value, bytes) else [(first, value)]
    return Sample(moment, tuple(_reading(series[id], number) for id, number in pairs))


def _reading(key: Sequence[str], value: float) -> Reading:
    item, name, unit = key
    return Reading(name, value, unit, item)
