"""Count the spool by SQLite: in a storm thousands wait, with a mail of 10 KB in each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noroshi.core.digest_id import ENDING
from noroshi.core.mail import EnvelopeState
from noroshi.ports import QueueCounts
from noroshi.stores.sqlite.spool import WAITS_FOR_HUB
from noroshi.stores.sqlite.types import Connection, sql_list
from noroshi.stores.store_rules import SHOWN_STATES

FIRST_ROWS = 100
"""So many of the first that were written down are looked at for the oldest: who wrote at the same
time may have been born in another order."""
SPOOL = "spool indexed by spool_shown"
IS_COUNTED = f"""substr(spool.id, 1, length(:but)) <> coalesce(nullif(:but, ''), char(10))
    and spool.seq not in ({WAITS_FOR_HUB})"""
IS_WAITING = f"fate in {sql_list(SHOWN_STATES)} and +fate = '{EnvelopeState.WAITING}'"
MAIL = "case when json_valid(envelope) then envelope else '{}' end"
STATES = f"""
select fate, sum(lease is not null), count(*) from {SPOOL}
where fate in {sql_list(SHOWN_STATES)} and {IS_COUNTED} group by fate"""  # noqa: S608  all of it is ours
ALARMS = f"""
select count(*) from {SPOOL} cross join alarm on alarm.envelope = seq where {IS_WAITING} and {IS_COUNTED}"""  # noqa: S608
DIGESTS = f"""
select coalesce(sum(json_array_length({MAIL}, '$.members')), 0),
       min(unixepoch({MAIL} ->> '$.payload.oldest', 'subsec'))
from {SPOOL} where {IS_WAITING} and {IS_COUNTED} and substr(spool.id, -length(:ending)) = :ending"""  # noqa: S608
FIRST = f"""
select min(unixepoch(mail ->> '$.born', 'subsec')) from (
    select {MAIL} as mail from {SPOOL}
    where {IS_WAITING} and {IS_COUNTED} and substr(spool.id, -length(:ending)) <> :ending
    order by seq limit {FIRST_ROWS})"""  # noqa: S608
BY_ROUTE = f"""
select route, count(*) from {SPOOL} cross join way on way.envelope = seq
where {IS_WAITING} and {IS_COUNTED} group by route"""  # noqa: S608


def queue_counts(db: Connection, excluded_prefix: str) -> QueueCounts:
    """Do what ports.Store.queue_counts says. A damaged row counts, and says nothing more."""
    parameters = {"but": excluded_prefix, "ending": ENDING}
    states: Mapping[str, Any] = {
        state: counts for state, *counts in db.execute(STATES, parameters)
    }
    no_counts = (0, 0)
    out_count, waiting_count = states.get(EnvelopeState.WAITING, no_counts)
    (alarms,) = db.execute(ALARMS, parameters).fetchone()
    members, oldest = db.execute(DIGESTS, parameters).fetchone()
    (first,) = db.execute(FIRST, parameters).fetchone()
    oldest_time = min(
        (moment for moment in (oldest, first) if moment is not None), default=None
    )
    return QueueCounts(
        waiting_count=waiting_count,
        leased_count=out_count,
        held_count=states.get(EnvelopeState.HELD, no_counts)[1],
        set_aside_count=states.get(EnvelopeState.SET_ASIDE, no_counts)[1],
        alarm_count=alarms + members,
        oldest=None if oldest_time is None else datetime.fromtimestamp(oldest_time, UTC),
        by_route=dict(db.execute(BY_ROUTE, parameters)),
    )
