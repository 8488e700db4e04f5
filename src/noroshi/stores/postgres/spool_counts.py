"""Count the spool in the database: in a storm thousands wait, with a mail of 10 KB in each."""

from __future__ import annotations

from noroshi.core.mail import EnvelopeState
from noroshi.ports import QueueCounts
from noroshi.stores.column_values import instant, sql_list
from noroshi.stores.postgres.session import Session
from noroshi.stores.postgres.spool import WAITS_FOR_HUB
from noroshi.stores.store_rules import SHOWN_STATES

IS_COUNTED = f"""s.fate in {sql_list(SHOWN_STATES)} and not {WAITS_FOR_HUB}
    and ($1 = '' or left(s.id, length($1)) <> $1)"""
STATES = f"""
select s.fate, count(*) filter (where s.lease is not null), count(*) from spool s
where {IS_COUNTED} group by s.fate"""  # noqa: S608  our own text
IS_WAITING = f"{IS_COUNTED} and s.fate = '{EnvelopeState.WAITING}'"
ALARMS = f"select count(*) from spool s join alarm on alarm.envelope = s.seq where {IS_WAITING}"  # noqa: S608  our own text
OLDEST = f"""
select coalesce(sum(s.member_count), 0)::bigint, min(coalesce(s.oldest, s.born))
from spool s where {IS_WAITING}"""  # noqa: S608  our own text
BY_ROUTE = f"""
select way.route, count(*) from spool s join way on way.envelope = s.seq
where {IS_WAITING} group by way.route"""  # noqa: S608  our own text


async def queue_counts(db: Session, excluded_prefix: str) -> QueueCounts:
    """Do what ports.Store.queue_counts says."""
    rows = await db.rows(STATES, excluded_prefix)
    counts = {state: (out_count, count) for state, out_count, count in rows}
    no_counts = (0, 0)
    out_count, waiting_count = counts.get(EnvelopeState.WAITING.value, no_counts)
    alarms = await db.value(ALARMS, excluded_prefix)
    members, oldest = await db.row(OLDEST, excluded_prefix)
    return QueueCounts(
        waiting_count=waiting_count,
        leased_count=out_count,
        held_count=counts.get(EnvelopeState.HELD.value, no_counts)[1],
        set_aside_count=counts.get(EnvelopeState.SET_ASIDE.value, no_counts)[1],
        alarm_count=alarms + members,
        oldest=None if oldest is None else instant(oldest),
        by_route=dict(await db.rows(BY_ROUTE, excluded_prefix)),
    )
