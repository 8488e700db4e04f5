"""Keep the ledger: each alarm, the mail that tells it, and what became of that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from noroshi import schema
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import ALARM_STATES
from noroshi.core.model import Event
from noroshi.ports import Arrival, LedgerEntry, QueuedEnvelope
from noroshi.stores.column_values import number, sql_list
from noroshi.stores.postgres.arrivals import arrivals
from noroshi.stores.postgres.counters import add_to_counter
from noroshi.stores.postgres.quarantine import read
from noroshi.stores.postgres.session import Session
from noroshi.stores.postgres.spool import WAITS_FOR_HUB, envelope, row_of
from noroshi.stores.store_rules import SETTLED_STATES

NEWEST_ALARMS = """
select a.id, a.envelope from spool s join alarm a on a.envelope = s.seq
order by s.seq desc, a.id limit $1"""
OF_MONITOR = """
select id, envelope from alarm where id > $1 || '.' and id < $1 || '/'
order by envelope desc, id limit $2"""
"""Alarms of one monitor: an alarm's id begins with the monitor's id and a full stop, and only
the slash follows the full stop in ASCII."""
ONE_ALARM = "select id, envelope from alarm where id = $1"
BY_STATE = """
select s.fate, count(*) from spool s join alarm a on a.envelope = s.seq group by s.fate"""
BACK = f"""
select seq, envelope from spool where seq in (
    select envelope from arrival where state = '{DeliveryState.CAME_BACK}')"""  # noqa: S608  our own text
ROWS_OF = "select seq from spool where id = any($1::text[])"
CAME_BACK = """
select s.fate, count(*) from spool s join alarm a on a.envelope = s.seq
where s.seq = any($1::bigint[]) group by s.fate"""
"""Alarms whose mail, or the digest of it, came back; the state of the envelope is from
before."""
TALLY = f"""
select case when s.seq = any($1::bigint[]) then '{DeliveryState.CAME_BACK}' else s.fate end, count(*)
from spool s join alarm a on a.envelope = s.seq
where s.born >= $2 and s.born <= coalesce($3, s.born) and not {WAITS_FOR_HUB}
group by 1"""  # noqa: S608  our own text
OLD_MAILS = f"""
select seq from spool where fate in {sql_list(SETTLED_STATES)} and due < $1
order by due limit $2 for update skip locked"""  # noqa: S608  our own text
FIRST_KEPT = "select min(seq) from event where at >= $1 and (at <= $2 or $2 < $1)"
"""Passes over events dated later than the last one: they come from a clock that was ahead."""
FORGET_EVENTS = """
delete from event where seq in (
    select seq from event old where at < $1 and seq < coalesce($2, seq + 1)
        and exists (select 1 from event newer where newer.monitor = old.monitor and newer.seq > old.seq)
    order by seq limit $3)"""
OF_MAIL = ("receipt", "arrival", "message", "way")


async def ledger(
    db: Session, limit: int, alarm: str = "", monitor: str = ""
) -> Sequence[LedgerEntry]:
    """Do what ports.Store.ledger says."""
    if monitor and not alarm:
        rows = await db.rows(OF_MONITOR, monitor, limit)
    elif alarm:
        rows = await db.rows(ONE_ALARM, alarm)
    else:
        rows = await db.rows(NEWEST_ALARMS, limit)
    return [await _entry(db, id, seq) for id, seq in rows]


async def tally(db: Session, start: datetime, end: datetime | None = None) -> Mapping[str, int]:
    """Do what ports.Store.tally says."""
    last = None if end is None else number(end)
    counts = Counter[str]()
    rows = await db.rows(TALLY, await _came_back(db), number(start), last)
    for state, count in rows:
        counts[_state_of_alarms(state)] += count
    return +counts


async def totals(db: Session) -> Mapping[str, int]:
    """Do what ports.Store.totals says."""
    counts = Counter[str]()
    for state, count in await db.rows(BY_STATE):
        counts[_state_of_alarms(state)] += count
    for state, count in await db.rows(CAME_BACK, await _came_back(db)):
        counts[_state_of_alarms(state)] -= count
        counts[DeliveryState.CAME_BACK] += count
    recorded_count = sum(counts.values())
    sums = await db.rows("select name, sum(value)::bigint from counter group by name")
    stored_counters = dict(sums)
    raised_count = stored_counters.get("raised", 0)
    forgotten_count = stored_counters.get("forgotten", 0)
    counters = {
        "raised": raised_count,
        "forgotten": forgotten_count,
        "lost": raised_count - forgotten_count - recorded_count,
    }
    return dict(+counts) | counters


async def _came_back(db: Session) -> Sequence[int]:
    """Return the rows of the mails that came back, and of the members of such digests."""
    returned_rows, members = list[int](), list[str]()
    for seq, body in await db.rows(BACK):
        returned_rows.append(seq)
        members += (await read(db, seq, body))[0].members
    rows = await db.rows(ROWS_OF, members) if members else ()
    return [*returned_rows, *(seq for (seq,) in rows)]


def _state_of_alarms(stored_state: str) -> str:
    """Return the state by which alarms count. One that no Noroshi writes stays what it is, so that
    a report finds those alarms in no state in which an alarm can be."""
    return ALARM_STATES.get(stored_state, stored_state)


async def forget(db: Session, cutoff: datetime, limit: int) -> int:
    """Do what ports.Store.forget says."""
    rows = [seq for (seq,) in await db.rows(OLD_MAILS, number(cutoff), limit)]
    for table in OF_MAIL:
        await db.run(f"delete from {table} where envelope = any($1::bigint[])", rows)  # noqa: S608
    alarm_count = await db.run("delete from alarm where envelope = any($1::bigint[])", rows)
    await db.run("delete from spool where seq = any($1::bigint[])", rows)
    await add_to_counter(db, "forgotten", alarm_count)
    await _forget_events(db, cutoff, limit)
    return len(rows)


async def _forget_events(db: Session, cutoff: datetime, limit: int) -> None:
    """Delete old events from the oldest on, up to the first that is not so old, but never the
    last one of a monitor."""
    newest = await db.value("select at from event order by seq desc limit 1")
    if newest is None:
        return
    first_recent = await db.value(FIRST_KEPT, number(cutoff), newest)
    await db.run(FORGET_EVENTS, number(cutoff), first_recent, limit)


async def _entry(db: Session, alarm: str, seq: int) -> LedgerEntry:
    row, receipts = await row_of(db, seq)
    sent_in = row
    if row.digest:  # that it is in, or was as that ended
        digest = await envelope(db, row.digest)
        sent_in, receipts = digest if digest is not None else (row, receipts)
    return LedgerEntry(
        alarm=alarm,
        event=await _event(db, alarm),
        row=row,
        sent_in=sent_in,
        receipts=tuple(receipts),
        arrivals=tuple(await _arrivals(db, sent_in)),
    )


async def _event(db: Session, alarm: str) -> Event | None:
    """Return the event of an alarm, whose id is `event/rule/contact`."""
    sql = "select body from event where id = $1"
    body = await db.value(sql, alarm.partition("/")[0])
    return None if body is None else schema.value(Event, body)


async def _arrivals(db: Session, row: QueuedEnvelope) -> Sequence[Arrival]:
    seq = await db.value("select seq from spool where id = $1", row.envelope.id)
    return () if seq is None else await arrivals(db, seq)
