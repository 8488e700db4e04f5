"""Keep the ledger: each alarm, the mail that tells it, and what became of that."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from noroshi import schema
from noroshi.core.chronology import oldest
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.digest import ENDING
from noroshi.core.mail import ALARM_STATES, EnvelopeState
from noroshi.core.model import Event
from noroshi.ports import Arrival, LedgerEntry, QueuedEnvelope
from noroshi.stores.sqlite.arrivals import arrivals
from noroshi.stores.sqlite.quarantine import read
from noroshi.stores.sqlite.spool import BYTES, envelope, row_of
from noroshi.stores.sqlite.types import Connection, listed, number
from noroshi.stores.store_rules import SETTLED

NEWEST = """
select a.id, a.envelope from alarm a join spool s on s.seq = a.envelope
order by s.seq desc, a.id limit ?"""
OF_MONITOR = """
select id, envelope from alarm where id > ?1 || '.' and id < ?1 || '/'
order by envelope desc, id limit ?2"""
"""An alarm's id begins with its monitor's and a full stop, which only the slash comes after."""
ONE = "select id, envelope from alarm where id = ?"
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
"""Alarms whose mail came back, or whose digest did; their envelope has the state from before."""
BACK_AT_ALL = f"{WITH_RETURNS} select seq from returned"  # noqa: S608  our own text
OLD = f"""
select seq from spool indexed by spool_old
where fate in {listed(SETTLED)} and due < ? order by due limit ?"""  # noqa: S608  our own text
EVENTS = "select seq, monitor, json_extract(body, '$.at') from event order by seq"
NEWEST_EVENT = "select json_extract(body, '$.at') from event order by seq desc limit 1"
NEWER = "select 1 from event where monitor = ? and seq > ? limit 1"
IN_A_DIGEST = (EnvelopeState.IN_DIGEST, EnvelopeState.SET_ASIDE_IN_DIGEST)
OF_MAIL = ("receipt", "arrival", "message", "way")


def ledger(
    db: Connection, last: int, alarm: str = "", monitor: str = ""
) -> Sequence[LedgerEntry]:
    """Do what ports.Store.ledger says."""
    if monitor and not alarm:
        rows = db.execute(OF_MONITOR, (monitor, last))
    else:
        rows = db.execute(ONE, (alarm,)) if alarm else db.execute(NEWEST, (last,))
    return [_entry(db, id, seq) for id, seq in rows.fetchall()]


def tally(db: Connection, since: datetime) -> Mapping[str, int]:
    """Do what ports.Store.tally says, from the newest back, as envelopes stand in the order in
    which they were born: a report is of a day, and the spool keeps years."""
    found = Counter[str]()
    back = {seq for (seq,) in db.execute(BACK_AT_ALL)}
    rows = db.execute(f"select seq, fate, {BYTES} from spool order by seq desc")  # noqa: S608
    for seq, state, body in rows:
        mail, _ = read(db, seq, body)
        if mail.born < since:
            break
        counted = DeliveryState.CAME_BACK if seq in back else _counted(state)
        found[counted] += len(mail.alarms)
    return +found


def totals(db: Connection) -> Mapping[str, int]:
    """Do what ports.Store.totals says."""
    found = Counter[str]()
    for state, count in db.execute(BY_STATE):
        found[_counted(state)] += count
    for state, count in db.execute(CAME_BACK).fetchall():
        found[_counted(state)] -= count
        found[DeliveryState.CAME_BACK] += count
    recorded = sum(found.values())
    known = dict(db.execute("select name, value from counter"))
    raised, forgotten = known.get("raised", 0), known.get("forgotten", 0)
    counters = {"raised": raised, "forgotten": forgotten, "lost": raised - forgotten - recorded}
    return dict(+found) | counters


def _counted(stored: str) -> str:
    """Return the state by which alarms count. One that no Noroshi writes stays what it is, so that
    a report finds those alarms in no state in which an alarm can be."""
    return ALARM_STATES.get(stored, stored)


def forget(db: Connection, before: datetime, most: int) -> int:
    """Do what ports.Store.forget says."""
    old = db.execute(OLD, (number(before), most)).fetchall()
    for table in OF_MAIL:
        db.executemany(f"delete from {table} where envelope = ?", old)  # noqa: S608
    gone = sum(_count(db, seq) for (seq,) in old)
    db.executemany("delete from alarm where envelope = ?", old)
    db.executemany("delete from spool where seq = ?", old)
    db.execute("update counter set value = value + ? where name = 'forgotten'", (gone,))
    events = list(itertools.islice(_old_events(db, before), most))
    db.executemany("delete from event where seq = ?", events)
    return len(old)


def _old_events(db: Connection, before: datetime) -> Iterator[tuple[int]]:
    """Yield events from the oldest on, up to the first that is not so old; none that is its
    monitor's last."""
    last = db.execute(NEWEST_EVENT).fetchone()
    if last is None:
        return
    rows = db.execute(EVENTS)
    written = (((seq, monitor), datetime.fromisoformat(at)) for seq, monitor, at in rows)
    for seq, monitor in oldest(written, before, datetime.fromisoformat(last[0])):
        if db.execute(NEWER, (monitor, seq)).fetchone():
            yield (seq,)


def _count(db: Connection, seq: int) -> int:
    (count,) = db.execute("select count(*) from alarm where envelope = ?", (seq,)).fetchone()
    return int(count)


def _entry(db: Connection, alarm: str, seq: int) -> LedgerEntry:
    row, receipts = row_of(db, seq)
    sent_in = row
    if row.state in IN_A_DIGEST or row.why.en.endswith(ENDING):
        found = envelope(db, row.why.en)  # the digest that it is in, or was as that ended
        sent_in, receipts = found if found is not None else (row, receipts)
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
