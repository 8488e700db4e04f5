"""Keep the ledger: each alarm, the mail that tells it, and what became of that."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from noroshi import schema
from noroshi.core.chronology import oldest
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import ALARM_STATES
from noroshi.core.model import Event
from noroshi.ports import Arrival, LedgerEntry, QueuedEnvelope
from noroshi.stores.sqlite.arrivals import arrivals
from noroshi.stores.sqlite.quarantine import read
from noroshi.stores.sqlite.spool import BYTES, WAITS_FOR_HUB, envelope, row_of
from noroshi.stores.sqlite.types import Connection, number, sql_list
from noroshi.stores.store_rules import SETTLED_STATES

NEWEST_ALARMS = """
select a.id, a.envelope from alarm a join spool s on s.seq = a.envelope
order by s.seq desc, a.id limit ?"""
OF_MONITOR = """
select id, envelope from alarm where id > ?1 || '.' and id < ?1 || '/'
order by envelope desc, id limit ?2"""
"""Alarms of one monitor: an alarm's id begins with the monitor's id and a full stop, and only
the slash follows the full stop in ASCII."""
ONE_ALARM = "select id, envelope from alarm where id = ?"
BY_STATE = """
select s.fate, count(*) from spool s indexed by spool_sum
cross join alarm a indexed by alarm_of on a.envelope = s.seq group by s.fate"""
WITH_RETURNS = f"""
with back (seq) as (select envelope from arrival where state = '{DeliveryState.CAME_BACK}'),
returned (seq) as (
    select seq from back
    union select m.seq from back
    cross join spool d on d.seq = back.seq
    cross join json_each(iif(json_valid(d.envelope), d.envelope, '{{}}'), '$.members') j
    cross join spool m on m.id = j.value)
"""  # noqa: S608  our own text
CAME_BACK = f"""{WITH_RETURNS} select s.fate, count(*) from returned
cross join spool s on s.seq = returned.seq cross join alarm a on a.envelope = s.seq
group by s.fate"""  # noqa: S608  our own text
"""Alarms whose mail, or the digest of it, came back; the state of the envelope is from
before."""
BACK_AT_ALL = f"{WITH_RETURNS} select seq from returned"  # noqa: S608  our own text
OLD_MAILS = f"""
select seq from spool indexed by spool_old
where fate in {sql_list(SETTLED_STATES)} and due < ? order by due limit ?"""  # noqa: S608  our own text
EVENTS = "select seq, monitor, json_extract(body, '$.at') from event order by seq"
NEWEST_EVENT = "select json_extract(body, '$.at') from event order by seq desc limit 1"
NEWER = "select 1 from event where monitor = ? and seq > ? limit 1"
MOST_OLDER = 1000
"""So many older envelopes in a row end a count: those written after the clock was set back stand
before younger ones."""
OF_MAIL = ("receipt", "arrival", "message", "way")


def ledger(
    db: Connection, limit: int, alarm: str = "", monitor: str = ""
) -> Sequence[LedgerEntry]:
    """Do what ports.Store.ledger says."""
    if monitor and not alarm:
        rows = db.execute(OF_MONITOR, (monitor, limit))
    else:
        rows = db.execute(ONE_ALARM, (alarm,)) if alarm else db.execute(NEWEST_ALARMS, (limit,))
    return [_entry(db, id, seq) for id, seq in rows.fetchall()]


def tally(db: Connection, start: datetime, end: datetime | None = None) -> Mapping[str, int]:
    """Do what ports.Store.tally says, from the newest back, as envelopes stand in the order in
    which they were born unless the clock was set: a report is of a day, and the spool keeps
    years."""
    counts, older_count = Counter[str](), 0
    came_back = {seq for (seq,) in db.execute(BACK_AT_ALL)}
    rows_for_hub = {seq for (seq,) in db.execute(WAITS_FOR_HUB)}
    rows = db.execute(f"select seq, fate, {BYTES} from spool order by seq desc")  # noqa: S608
    for seq, state, body in rows:
        if seq in rows_for_hub:
            continue
        mail, _ = read(db, seq, body)
        if mail.born < start:
            older_count += 1
            if older_count > MOST_OLDER:
                break
            continue
        older_count = 0
        if end is not None and mail.born > end:
            continue
        state_of_alarms = (
            DeliveryState.CAME_BACK if seq in came_back else _state_of_alarms(state)
        )
        counts[state_of_alarms] += len(mail.alarms)
    return +counts


def totals(db: Connection) -> Mapping[str, int]:
    """Do what ports.Store.totals says."""
    counts = Counter[str]()
    for state, count in db.execute(BY_STATE):
        counts[_state_of_alarms(state)] += count
    for state, count in db.execute(CAME_BACK).fetchall():
        counts[_state_of_alarms(state)] -= count
        counts[DeliveryState.CAME_BACK] += count
    recorded_count = sum(counts.values())
    stored_counters = dict(db.execute("select name, value from counter"))
    raised_count, forgotten_count = (
        stored_counters.get("raised", 0),
        stored_counters.get("forgotten", 0),
    )
    counters = {
        "raised": raised_count,
        "forgotten": forgotten_count,
        "lost": raised_count - forgotten_count - recorded_count,
    }
    return dict(+counts) | counters


def _state_of_alarms(stored_state: str) -> str:
    """Return the state by which alarms count. One that no Noroshi writes stays what it is, so that
    a report finds those alarms in no state in which an alarm can be."""
    return ALARM_STATES.get(stored_state, stored_state)


def forget(db: Connection, cutoff: datetime, limit: int) -> int:
    """Do what ports.Store.forget says."""
    old_rows = db.execute(OLD_MAILS, (number(cutoff), limit)).fetchall()
    for table in OF_MAIL:
        db.executemany(f"delete from {table} where envelope = ?", old_rows)  # noqa: S608
    alarm_count = sum(_count(db, seq) for (seq,) in old_rows)
    db.executemany("delete from alarm where envelope = ?", old_rows)
    db.executemany("delete from spool where seq = ?", old_rows)
    db.execute("update counter set value = value + ? where name = 'forgotten'", (alarm_count,))
    events = list(itertools.islice(_old_events(db, cutoff), limit))
    db.executemany("delete from event where seq = ?", events)
    return len(old_rows)


def _old_events(db: Connection, cutoff: datetime) -> Iterator[tuple[int]]:
    """Yield old events from the oldest on, up to the first that is not so old, but never the
    last one of a monitor."""
    last_row = db.execute(NEWEST_EVENT).fetchone()
    if last_row is None:
        return
    rows = db.execute(EVENTS)
    written_events = (
        ((seq, monitor), datetime.fromisoformat(happened_at))
        for seq, monitor, happened_at in rows
    )
    for seq, monitor in oldest(written_events, cutoff, datetime.fromisoformat(last_row[0])):
        if db.execute(NEWER, (monitor, seq)).fetchone():
            yield (seq,)


def _count(db: Connection, seq: int) -> int:
    (count,) = db.execute("select count(*) from alarm where envelope = ?", (seq,)).fetchone()
    return int(count)


def _entry(db: Connection, alarm: str, seq: int) -> LedgerEntry:
    row, receipts = row_of(db, seq)
    sent_in = row
    if row.digest:  # that it is in, or was as that ended
        digest = envelope(db, row.digest)
        sent_in, receipts = digest if digest is not None else (row, receipts)
    return LedgerEntry(
        alarm=alarm,
        event=_event(db, alarm),
        row=row,
        sent_in=sent_in,
        receipts=tuple(receipts),
        arrivals=tuple(_arrivals(db, sent_in)),
    )


def _event(db: Connection, alarm: str) -> Event | None:
    """Return the event of an alarm, whose id is `event/rule/contact`."""
    sql = "select body from event where id = ?"
    row = db.execute(sql, (alarm.partition("/")[0],)).fetchone()
    return None if row is None else schema.value(Event, row[0])


def _arrivals(db: Connection, row: QueuedEnvelope) -> Iterator[Arrival]:
    sql = "select seq from spool where id = ?"
    for (seq,) in db.execute(sql, (row.envelope.id,)).fetchall():
        yield from arrivals(db, seq)
