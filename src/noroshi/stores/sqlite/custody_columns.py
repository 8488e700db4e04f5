"""Write who sends an agent's notifications, and what became of them on either side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from noroshi import schema
from noroshi.core.custody_changes import CustodyChange, OtherSideFate
from noroshi.core.digest_id import digest_in
from noroshi.core.mail import EnvelopeState, Receipt
from noroshi.core.report import ReportDraft
from noroshi.core.sender_lease import Custody
from noroshi.ports import StoredFate
from noroshi.stores.sqlite import reports as report_table, spool
from noroshi.stores.sqlite.quarantine import read
from noroshi.stores.sqlite.types import Connection, envelope_state, message_of, number, sql_list
from noroshi.stores.store_rules import ENDED_STATES, SETTLED_STATES

UNSETTLED = f"fate not in {sql_list(SETTLED_STATES)}"
PUT_CUSTODY = f"""
update spool set custody = :custody, custody_at = :at,
    envelope = iif(json_valid(envelope), json_set(envelope, '$.custody', :custody), envelope)
where agent = :agent and id in (select value from json_each(:ids)) and {UNSETTLED}"""  # noqa: S608  our own text
FORGET_AGENT = f"""
update spool set agent = '', custody = '{Custody.HUB.value}',
    envelope = iif(json_valid(envelope), json_set(envelope, '$.agent', '', '$.custody',
        '{Custody.HUB.value}'), envelope)
where agent = :agent"""  # noqa: S608  our own text
IN_DIGESTS = f"""
select distinct {spool.DIGEST_IN_REASON} from spool
where agent = ? and id in (select value from json_each(?))
    and fate in ('{EnvelopeState.IN_DIGEST}', '{EnvelopeState.SET_ASIDE_IN_DIGEST}')"""  # noqa: S608  our own text
DIGEST = (
    "select seq, order_key, cast(envelope as blob) from spool where id = ? and lease is null"
)
RELEASE = f"""
update spool set fate = '{EnvelopeState.WAITING}', why = '', due = ?
where id in (select value from json_each(?))
    and fate in ('{EnvelopeState.IN_DIGEST}', '{EnvelopeState.SET_ASIDE_IN_DIGEST}')
returning seq, order_key, cast(envelope as blob)"""  # noqa: S608  our own text
NOTIFICATIONS = f"""
select id from spool indexed by spool_agent
where agent = ? and agent <> '' and custody = ?
    and fate in ('{EnvelopeState.WAITING}', '{EnvelopeState.IN_DIGEST}')
    and not coalesce(json_array_length(iif(json_valid(envelope), envelope, '{{}}'), '$.members'), 0)
order by seq"""  # noqa: S608  our own text
OWN = (
    "select seq, fate, order_key, cast(envelope as blob) from spool where agent = ? and id = ?"
)
SETTLE = """
update spool set fate = :state, why = '', due = :at, lease = null, node = null, life = null,
    custody = :custody, custody_at = :at,
    envelope = iif(json_valid(envelope), json_set(envelope, '$.custody', :custody), envelope)
where seq = :seq"""
RECEIPT = "insert into receipt (envelope, body, at, route, taken) values (?, ?, ?, '', 0)"
"""An attempt of the other side says nothing of the routes here, so none is named, nor counted."""
MESSAGE = "insert or ignore into message values (?, ?)"
FATES = """
select f.number, f.envelope, f.fate, s.seq, s.why from hub_fate f indexed by hub_fate_of
left join spool s on s.id = f.envelope
where f.agent = ? and f.number > ? order by f.number limit ?"""
NEXT_FATE = """
update counter set value = max(value + 1, cast(unixepoch('subsec') * 1000000 as integer))
where name = 'fate'"""
WITHHELD = f"""
insert or replace into hub_fate
select :id, :agent, value, '{EnvelopeState.DROPPED}' from counter
where name = 'fate' and exists (select 1 from agent where id = :agent)
    and not exists (select 1 from spool where id = :id)"""  # noqa: S608  our own text
LAST_RECEIPT = """
select body from receipt where envelope = ? order by rowid desc limit 1"""


def put_custody(
    db: Connection, agent: str, change: CustodyChange, reports: Sequence[ReportDraft] = ()
) -> int:
    """Do what ports.Store.put_custody says."""
    _undo_digests(db, agent, change.envelopes, change.changed_at)
    parameters = {"agent": agent, "ids": json.dumps(change.envelopes)}
    values = {"custody": change.custody.value, "at": number(change.changed_at)}
    changed_count = int(db.execute(PUT_CUSTODY, parameters | values).rowcount)
    if reports:
        report_table.add(db, reports)
    return changed_count


def settle_elsewhere(
    db: Connection, agent: str, fate: OtherSideFate, reports: Sequence[ReportDraft] = ()
) -> bool:
    """Do what ports.Store.settle_elsewhere says."""
    _undo_digests(db, agent, (fate.envelope,), fate.settled_at)
    row = db.execute(OWN, (agent, fate.envelope)).fetchone()
    if row is None:
        return False
    seq, state, order, body = row
    has_ended = state in SETTLED_STATES
    if fate.receipt is not None and not (has_ended and fate.custody is Custody.HUB):
        _add_receipt(db, seq, fate.receipt)
    if has_ended:
        return False
    values = {"state": fate.state, "custody": fate.custody.value}
    db.execute(SETTLE, values | {"at": number(fate.settled_at), "seq": seq})
    routes = () if fate.state in ENDED_STATES else read(db, seq, body)[0].routes
    spool.write_routes(db, seq, routes)
    spool.promote(db, order)
    if reports:
        report_table.add(db, reports)
    return True


def _add_receipt(db: Connection, seq: int, receipt: Receipt) -> None:
    db.execute(RECEIPT, (seq, schema.text(receipt), number(receipt.at)))
    db.executemany(MESSAGE, [(id, seq) for id in receipt.message_ids])


def _undo_digests(db: Connection, agent: str, ids: Iterable[str], now: datetime) -> None:
    """Let all members of the digests that tell these wait by themselves again."""
    digests = db.execute(IN_DIGESTS, (agent, json.dumps([*ids]))).fetchall()
    for (id,) in digests:
        row = db.execute(DIGEST, (id,)).fetchone()
        if row is not None:
            _undo_digest(db, row, now)


def _undo_digest(db: Connection, row: Any, now: datetime) -> None:
    digest_seq, order, body = row
    digest, _ = read(db, digest_seq, body)
    parameters = number(now), json.dumps(digest.members)
    members = db.execute(RELEASE, parameters).fetchall()
    if not members:
        return
    for seq, _, member_body in members:
        spool.write_routes(db, seq, read(db, seq, member_body)[0].routes or digest.routes)
    first = min(seq for seq, _, _ in members)
    for table in ("receipt", "message"):
        sql = f"update {table} set envelope = ? where envelope = ?"  # noqa: S608  our own text
        db.execute(sql, (first, digest_seq))
    db.execute("delete from way where envelope = ?", (digest_seq,))
    db.execute("delete from spool where seq = ?", (digest_seq,))
    for one in {order, *(member_order for _, member_order, _ in members)}:
        spool.promote(db, one)


def withhold(db: Connection, agent: str, ids: Sequence[str]) -> None:
    """Keep for an agent that these are not sent, but for those that wait here all the same."""
    for id in ids:
        db.execute(NEXT_FATE)
        db.execute(WITHHELD, {"id": id, "agent": agent})


def agent_notifications(db: Connection, agent: str, custody: Custody) -> Sequence[str]:
    """Do what ports.Store.agent_notifications says."""
    return [id for (id,) in db.execute(NOTIFICATIONS, (agent, custody.value))]


def fates_of(db: Connection, agent: str, number: int, most: int) -> Sequence[StoredFate]:
    """Do what ports.Store.fates_of says."""
    rows = db.execute(FATES, (agent, number, most)).fetchall()
    return [_fate(db, row) for row in rows]


def _fate(db: Connection, row: Any) -> StoredFate:
    fate_number, envelope, state, seq, reason = row
    return StoredFate(
        number=fate_number,
        envelope=envelope,
        state=envelope_state(state).of_alarms,
        receipt=None if seq is None else _last_receipt(db, seq, reason),
    )


def _last_receipt(db: Connection, seq: int, reason: str) -> Receipt | None:
    digest = digest_in(message_of(reason))
    if digest:
        row = db.execute("select seq from spool where id = ?", (digest,)).fetchone()
        seq = row[0] if row is not None else seq
    row = db.execute(LAST_RECEIPT, (seq,)).fetchone()
    return None if row is None else schema.value(Receipt, row[0])


def forget_agent(db: Connection, agent: str) -> None:
    """Make what an agent left the hub's own, as nobody else will send it."""
    db.execute(FORGET_AGENT, {"agent": agent})
    db.execute("delete from hub_fate where agent = ?", (agent,))


def forget_fates(db: Connection, agent: str, number: int) -> None:
    """Do what ports.Store.forget_fates says."""
    db.execute("delete from hub_fate where agent = ? and number <= ?", (agent, number))


def newest_fates(db: Connection) -> Mapping[str, int]:
    """Do what ports.Store.newest_fates says."""
    return dict(db.execute("select agent, max(number) from hub_fate group by agent").fetchall())


def last_fate_number(db: Connection) -> int:
    """Do what ports.Store.last_fate_number says."""
    (last,) = db.execute("select value from counter where name = 'fate'").fetchone()
    return int(last)
