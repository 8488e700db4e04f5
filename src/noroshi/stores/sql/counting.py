"""The spool in numbers, counted by SQLite: no envelope is brought into Python, of which thousands
wait in a storm, and while it counts Python's other threads go on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noroshi.ports import InQueue
from noroshi.stores.sql.values import Connection

MINE = """from spool indexed by spool_shown
where fate in ('', 'held', 'set aside') and substr(id, 1, length(:but)) <> coalesce(nullif(:but, ''), '\n')"""
READ = f"""select fate, lease is not null as out,
    case when json_valid(envelope) then envelope else '{{}}' end as mail {MINE}"""
COUNT = f"""
select fate, sum(out), count(*),
    sum(coalesce(nullif(json_array_length(mail, '$.alarms'), 0),
                 json_array_length(mail, '$.members'), 0)),
    min(unixepoch(coalesce(iif(json_array_length(mail, '$.members') > 0,
                               mail ->> '$.payload.oldest', null),
                           mail ->> '$.born'), 'subsec'))
from ({READ}) group by fate"""  # noqa: S608  all of it is ours
BY_ROUTE = f"""
select route.value, count(*) from ({READ}) as row, json_each(row.mail, '$.routes') as route
where row.fate = '' group by route.value"""  # noqa: S608


def in_queue(db: Connection, but: str) -> InQueue:
    """As ports.Store.in_queue says. A damaged row counts, and says nothing more."""
    found: Mapping[str, Any] = {fate: rest for fate, *rest in db.execute(COUNT, {"but": but})}
    out, waiting, alarms, oldest = found.get("", (0, 0, 0, None))
    return InQueue(
        waiting=waiting,
        out=out,
        held=found.get("held", (0, 0))[1],
        set_aside=found.get("set aside", (0, 0))[1],
        alarms=alarms,
        oldest=None if oldest is None else datetime.fromtimestamp(oldest, UTC),
        by_route=dict(db.execute(BY_ROUTE, {"but": but})),
    )
