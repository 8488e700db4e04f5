"""Keep samples: one short row each, appended, in a partition for each day. A series is a monitor's
item, name and unit.

A row has the number of the only reading; or packed pairs of (series, number) for several; or the
words of a fault; or nothing where a run found nothing to measure.
"""

from __future__ import annotations

import math
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from noroshi import schema
from noroshi.core.model import Reading, Sample
from noroshi.core.translation import Message
from noroshi.ports import StoredSample
from noroshi.stores.column_values import EPOCH
from noroshi.stores.postgres.session import Session

Key = tuple[str, str, str, str]
Row = tuple[int, int, float | None, bytes | None, str | None]

PAIR = struct.Struct("<Id")
MILLISECOND, DAY = timedelta(milliseconds=1), 86_400_000
APPEND, PARTITIONS = "samples", "partitions of samples"
"""Names of locks: who appends shares the first one, so that who reads on waits for the others."""
SERIES_AMONG = """
select id, s.monitor, s.item, s.name, s.unit
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) one (monitor, item, name, unit)
join series s using (monitor, item, name, unit)"""
PUT_SERIES = """
insert into series (monitor, item, name, unit)
select * from unnest($1::text[], $2::text[], $3::text[], $4::text[]) on conflict do nothing"""
SERIES_OF = "select id, monitor, item, name, unit from series where monitor = any($1::text[])"
SERIES_NUMBERED = (
    "select id, monitor, item, name, unit from series where id = any($1::integer[])"
)
PUT = """
insert into sample (at, series, value, packed, fault)
select at, series, value, packed, fault from unnest(
    $1::bigint[], $2::integer[], $3::double precision[], $4::bytea[], $5::text[]
) with ordinality one (at, series, value, packed, fault, place)
order by place"""
MISSING_DAYS = """
select day from unnest($1::text[], $2::bigint[]) one (name, day) where to_regclass(name) is null"""
COLUMNS = "at, series, value, packed, fault"
NEWEST_SAMPLES = f"""
select {COLUMNS} from unnest($1::integer[]) one (id)
cross join lateral (select * from sample where series = one.id order by row desc limit $2) own
order by own.row desc limit $2"""  # noqa: S608  our own text
NEWEST_OF_EACH = f"""
select distinct on (owner) owner, {COLUMNS}
from unnest($1::text[], $2::integer[]) one (owner, id)
cross join lateral (select * from sample where series = one.id order by row desc limit 1) own
order by owner, own.row desc"""  # noqa: S608  our own text
FOLLOWING = f"select row, {COLUMNS} from sample where row > $1 order by row limit $2"  # noqa: S608
LAST_ROW = "select row, at from sample order by row desc limit 1"
LAST_OLD = "select max(row) from sample where at < $1"
DROP_AHEAD = """
delete from sample where row in (
    select row from sample where at > $1 and row < $2 order by row limit $3)"""
DROP_OLD = """
delete from sample where at < $1 and row in (
    select row from sample where at < $1 order by row limit $2)"""
DAYS = """
select child.relname from pg_inherits
join pg_class child on child.oid = inhrelid where inhparent = 'sample'::regclass"""
COUNT = "select count(*) from (select 1 from {name} limit $1) few"
MAKE_DAY = """
create table {name} (like sample including defaults);
alter table sample attach partition {name} for values from ({first}) to ({end})"""
"""Attached, as that lets others go on writing; made as a partition at once, it does not."""
DAY_NAME, BEFORE_1970 = "sample_", "sample_before_"


async def append(db: Session, samples: Sequence[tuple[str, Sample]]) -> None:
    """Add samples to the history."""
    if not samples:
        return
    await db.share_lock(APPEND)
    series = await _series(db, {key for one in samples for key in _keys(*one)})
    rows = [_row(monitor, sample, series) for monitor, sample in samples]
    await make_days(db, {row[0] // DAY for row in rows})
    await db.run(PUT, *map(list, zip(*rows, strict=True)))


def _keys(monitor: str, sample: Sample) -> Sequence[Key]:
    """Return the series of a sample, of which the first one is that of its row."""
    if sample.fault is not None or not sample.readings:
        return ((monitor, "", "", ""),)
    return tuple((monitor, r.item, r.name, r.unit) for r in sample.readings)


async def _series(db: Session, keys: Iterable[Key]) -> Mapping[Key, int]:
    """Return the number of each series, and number those that are new."""
    sorted_keys = sorted(keys)
    numbers_by_key = await _known_series(db, sorted_keys)
    new_keys = [key for key in sorted_keys if key not in numbers_by_key]
    if new_keys:
        await db.run(PUT_SERIES, *map(list, zip(*new_keys, strict=True)))
        numbers_by_key |= await _known_series(db, new_keys)
    return numbers_by_key


async def _known_series(db: Session, keys: Sequence[Key]) -> dict[Key, int]:
    rows = await db.rows(SERIES_AMONG, *map(list, zip(*keys, strict=True)))
    return {(monitor, item, name, unit): id for id, monitor, item, name, unit in rows}


async def make_days(db: Session, days: Collection[int]) -> None:
    """Make the partitions that are missing."""
    if not await _missing(db, days):
        return
    await db.lock(PARTITIONS)  # another one may make the same
    for day in await _missing(db, days):
        bounds = {"first": day * DAY, "end": (day + 1) * DAY}
        for statement in MAKE_DAY.format(name=_name(day), **bounds).split(";"):
            await db.run(statement)


async def _missing(db: Session, days: Collection[int]) -> Sequence[int]:
    rows = await db.rows(MISSING_DAYS, [_name(day) for day in days], list(days))
    return [day for (day,) in rows]


def _name(day: int) -> str:
    return f"{DAY_NAME}{day}" if day >= 0 else f"{BEFORE_1970}{-day}"


def _day(name: str) -> int:
    if name.startswith(BEFORE_1970):
        return -int(name.removeprefix(BEFORE_1970))
    return int(name.removeprefix(DAY_NAME))


async def drop(db: Session, cutoff: datetime, limit: int) -> int:
    """Do what ports.Store.drop_samples says, but that a whole day is dropped at once, however many
    it has, and counts as no more than `limit`. What is dated later than what was written last comes of a clock
    that was ahead: it is old where something old was written after it."""
    cutoff_ms = (cutoff - EPOCH) // MILLISECOND
    newest = await db.row(LAST_ROW)
    if newest is None:
        return 0
    dropped_count = 0
    last_old = await db.value(LAST_OLD, cutoff_ms)
    if newest[1] >= cutoff_ms and last_old is not None:
        dropped_count = await db.run(DROP_AHEAD, newest[1], last_old, limit)
    dropped_count += await _drop_days(db, cutoff_ms // DAY, limit - dropped_count)
    if dropped_count < limit:
        dropped_count += await db.run(DROP_OLD, cutoff_ms, limit - dropped_count)
    return dropped_count


async def _drop_days(db: Session, first_recent_day: int, most: int) -> int:
    """Drop the days before one, from the oldest on, until they had `most` rows together."""
    dropped_count = 0
    for day in sorted(_day(name) for (name,) in await db.rows(DAYS)):
        if day >= first_recent_day or dropped_count >= most:
            break
        name = _name(day)
        dropped_count += await db.value(COUNT.format(name=name), most - dropped_count)
        await db.run(f"drop table {name}")
    return dropped_count


async def newest_samples(db: Session, monitor: str, limit: int) -> Sequence[Sample]:
    """Do what ports.Store.samples says."""
    rows = await db.rows(SERIES_OF, [monitor])
    series = {id: key for id, _monitor, *key in rows}
    return [_sample(series, *row) for row in await db.rows(NEWEST_SAMPLES, list(series), limit)]


async def following(db: Session, row: int, limit: int) -> Sequence[StoredSample]:
    """Do what ports.Store.samples_after says, in a transaction that writes: its statements each see
    what was committed before them. Rows are numbered before they are committed, so it waits
    for those who append now, or it would go past theirs."""
    await db.lock(APPEND)
    last_row, _at = await db.row(LAST_ROW) or (0, 0)
    rows = await db.rows(FOLLOWING, row if row <= last_row else 0, limit)
    ids = {id for one in rows for id in _series_in(one[2], one[4])}
    owner, series = dict[int, str](), dict[int, Sequence[str]]()
    for id, monitor, *key in await db.rows(SERIES_NUMBERED, list(ids)):
        owner[id], series[id] = monitor, key
    return [
        StoredSample(number, owner[values[1]], _sample(series, *values))
        for number, *values in rows
    ]


def _series_in(first: int, packed: bytes | None) -> Iterable[int]:
    """Return the series that a row is of."""
    return (first,) if packed is None else [id for id, _value in PAIR.iter_unpack(packed)]


async def newest_of_each(db: Session, monitors: Collection[str]) -> Mapping[str, Sample]:
    """Return the last sample of each that has any."""
    series = defaultdict[str, dict[int, Sequence[str]]](dict)
    owners, ids = list[str](), list[int]()
    for id, monitor, *key in await db.rows(SERIES_OF, list(monitors)):
        series[monitor][id] = key
        owners.append(monitor)
        ids.append(id)
    return {
        monitor: _sample(series[monitor], *values)
        for monitor, *values in await db.rows(NEWEST_OF_EACH, owners, ids)
    }


def _row(monitor: str, sample: Sample, series: Mapping[Key, int]) -> Row:
    milliseconds = (sample.measured_at - EPOCH) // MILLISECOND
    numbers = [series[key] for key in _keys(monitor, sample)]
    if sample.fault is not None:
        return milliseconds, numbers[0], None, None, schema.text(sample.fault)
    values = [float(r.value) for r in sample.readings]
    if not values:
        return milliseconds, numbers[0], None, None, None
    if len(values) == 1 and math.isfinite(values[0]):
        return milliseconds, numbers[0], values[0], None, None
    packed = b"".join(map(PAIR.pack, numbers, values))
    return milliseconds, numbers[0], None, packed, None


def _sample(
    series: Mapping[int, Sequence[str]],
    milliseconds: int,
    first: int,
    value: float | None,
    packed: bytes | None,
    fault: Any,
) -> Sample:
    moment = EPOCH + milliseconds * MILLISECOND
    if fault is not None:
        return Sample(moment, fault=schema.value(Message, fault))
    if packed is not None:
        pairs = PAIR.iter_unpack(packed)
        return Sample(moment, tuple(_reading(series[id], number) for id, number in pairs))
    return (
        Sample(moment) if value is None else Sample(moment, (_reading(series[first], value),))
    )


def _reading(key: Sequence[str], value: float) -> Reading:
    item, name, unit = key
    return Reading(name, value, unit, item)
