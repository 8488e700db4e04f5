"""Write who sends an agent's notifications, and what became of them on either side."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from noroshi import schema
from noroshi.core.custody_changes import CustodyChange, OtherSideFate
from noroshi.core.digest_id import digest_in
from noroshi.core.mail import EnvelopeState, Receipt
from noroshi.core.report import ReportDraft
from noroshi.core.sender_lease import Custody
from noroshi.ports import StoredFate
from noroshi.stores.column_values import envelope_state, message_of, number, sql_list
from noroshi.stores.postgres import reports as report_table, spool
from noroshi.stores.postgres.quarantine import read
from noroshi.stores.postgres.session import Session
from noroshi.stores.store_rules import ENDED_STATES, SETTLED_STATES

TOLD = sql_list((EnvelopeState.IN_DIGEST, EnvelopeState.SET_ASIDE_IN_DIGEST))
ORDER_KEYS = f"""
with own (id, digest) as (
    select id, case when fate in {TOLD} then digest else '' end from spool where id = any($1::text[]))
select order_key from spool
where id in (select id from own union select digest from own where digest <> '')
    or (digest <> '' and digest in (select digest from own))"""  # noqa: S608  our own text
"""The order keys of notifications, of the digests that tell them, and of all that these tell."""
BODIES = f"""
select seq, envelope from spool
where agent = $1 and id = any($2::text[]) and fate not in {sql_list(SETTLED_STATES)}"""  # noqa: S608  our own text
PUT_CUSTODY = """
update spool set custody = $1, custody_at = $2, envelope = new.body
from unnest($3::bigint[], $4::text[]) new (seq, body) where spool.seq = new.seq"""
OF_AGENT = "select seq, envelope from spool where agent = $1"
FORGET_AGENT = f"""
update spool set agent = '', custody = '{Custody.HUB.value}', envelope = new.body
from unnest($1::bigint[], $2::text[]) new (seq, body) where spool.seq = new.seq"""  # noqa: S608  our own text
IN_DIGESTS = f"""
select distinct digest from spool
where agent = $1 and id = any($2::text[]) and digest <> '' and fate in {TOLD}"""  # noqa: S608  our own text
DIGEST = "select seq, order_key, envelope from spool where id = $1 and lease is null"
RELEASE = f"""
update spool set fate = '{EnvelopeState.WAITING}', why = '', digest = '', due = $1
where id = any($2::text[]) and fate in {TOLD}
returning seq, order_key, envelope"""  # noqa: S608  our own text
NOTIFICATIONS = f"""
select id from spool
where agent = $1 and agent <> '' and custody = $2
    and fate in ('{EnvelopeState.WAITING}', '{EnvelopeState.IN_DIGEST}') and member_count = 0
order by seq"""  # noqa: S608  our own text
OWN = "select seq, fate, order_key, envelope from spool where agent = $1 and id = $2"
SETTLE = """
update spool set fate = $1, why = '', digest = '', due = $2, lease = null, node = null, life = null,
    custody = $3, custody_at = $2, envelope = $4
where seq = $5"""
RECEIPT = "insert into receipt (envelope, body, at) values ($1, $2, $3)"
"""An attempt of the other side says nothing of the routes here, so none is named, nor counted."""
MESSAGES = """
insert into message select id, $2 from unnest($1::text[]) id on conflict do nothing"""
FATES = """
select f.number, f.envelope, f.fate, s.seq, s.why from hub_fate f
left join spool s on s.id = f.envelope
where f.agent = $1 and f.number > $2 order by f.number limit $3"""
WITHHOLD = f"""
insert into hub_fate
select one.id, $1, next_fate(), '{EnvelopeState.DROPPED}'
from unnest($2::text[]) with ordinality one (id, place)
where exists (select 1 from agent where agent.id = $1)
    and not exists (select 1 from spool where spool.id = one.id)
order by place
on conflict (envelope) do update
set agent = excluded.agent, number = excluded.number, fate = excluded.fate"""  # noqa: S608  our own text
LAST_RECEIPT = "select body from receipt where envelope = $1 order by seq desc limit 1"


async def order_keys(db: Session, ids: Collection[str]) -> set[str]:
    """Return the order keys that change if something becomes of these notifications."""
    return {order for (order,) in await db.rows(ORDER_KEYS, list(ids))} if ids else set()


async def put_custody(
    db: Session, agent: str, change: CustodyChange, reports: Sequence[ReportDraft] = ()
) -> int:
    """Do what ports.Store.put_custody says."""
    await db.lock_keys(await order_keys(db, change.envelopes))
    await _undo_digests(db, agent, change.envelopes, change.changed_at)
    rows = await db.rows(BODIES, agent, list(change.envelopes))
    custody = change.custody.value
    values = custody, number(change.changed_at)
    bodies = [_with_fields(body, custody=custody) for _seq, body in rows]
    await db.run(PUT_CUSTODY, *values, [seq for seq, _body in rows], bodies)
    if reports:
        await report_table.add(db, reports)
    return len(rows)


def _with_fields(body: str, **fields: str) -> str:
    """Return a body with other fields; one that is damaged stays as it is."""
    try:
        stored_fields = json.loads(body)
    except ValueError:
        return body
    is_envelope = isinstance(stored_fields, dict)
    return json.dumps(stored_fields | fields, ensure_ascii=False) if is_envelope else body


async def settle_elsewhere(
    db: Session, agent: str, fate: OtherSideFate, reports: Sequence[ReportDraft] = ()
) -> bool:
    """Do what ports.Store.settle_elsewhere says."""
    await db.lock_keys(await order_keys(db, [fate.envelope]))
    await _undo_digests(db, agent, (fate.envelope,), fate.settled_at)
    row = await db.row(OWN, agent, fate.envelope)
    if row is None:
        return False
    seq, state, order, body = row
    has_ended = state in SETTLED_STATES
    if fate.receipt is not None and not (has_ended and fate.custody is Custody.HUB):
        await _add_receipt(db, seq, fate.receipt)
    if has_ended:
        return False
    custody = fate.custody.value
    values = fate.state, number(fate.settled_at), custody, _with_fields(body, custody=custody)
    await db.run(SETTLE, *values, seq)
    routes = () if fate.state in ENDED_STATES else (await read(db, seq, body))[0].routes
    await spool.write_routes(db, seq, routes)
    await spool.promote(db, order)
    if reports:
        await report_table.add(db, reports)
    return True


async def _add_receipt(db: Session, seq: int, receipt: Receipt) -> None:
    await db.run(RECEIPT, seq, schema.text(receipt), number(receipt.at))
    await db.run(MESSAGES, list(receipt.message_ids), seq)


async def _undo_digests(db: Session, agent: str, ids: Iterable[str], now: datetime) -> None:
    """Let all members of the digests that tell these wait by themselves again."""
    for (id,) in await db.rows(IN_DIGESTS, agent, [*ids]):
        row = await db.row(DIGEST, id)
        if row is not None:
            await _undo_digest(db, row, now)


async def _undo_digest(db: Session, row: Any, now: datetime) -> None:
    digest_seq, order, body = row
    digest, _reason = await read(db, digest_seq, body)
    members = await db.rows(RELEASE, number(now), list(digest.members))
    if not members:
        return
    for seq, _order, member_body in members:
        member, _reason = await read(db, seq, member_body)
        await spool.write_routes(db, seq, member.routes or digest.routes)
    first = min(seq for seq, _order, _body in members)
    for table in ("receipt", "message"):
        sql = f"update {table} set envelope = $1 where envelope = $2"  # noqa: S608  our own text
        await db.run(sql, first, digest_seq)
    await db.run("delete from way where envelope = $1", digest_seq)
    await db.run("delete from spool where seq = $1", digest_seq)
    for one in sorted({order, *(member_order for _seq, member_order, _body in members)}):
        await spool.promote(db, one)


async def withhold(db: Session, agent: str, ids: Sequence[str]) -> None:
    """Keep for an agent that these are not sent, but for those that wait here all the same."""
    if ids:
        await db.run(WITHHOLD, agent, list(dict.fromkeys(ids)))


async def agent_notifications(db: Session, agent: str, custody: Custody) -> Sequence[str]:
    """Do what ports.Store.agent_notifications says."""
    return [id for (id,) in await db.rows(NOTIFICATIONS, agent, custody.value)]


async def fates_of(db: Session, agent: str, number: int, most: int) -> Sequence[StoredFate]:
    """Do what ports.Store.fates_of says."""
    return [await _fate(db, row) for row in await db.rows(FATES, agent, number, most)]


async def _fate(db: Session, row: Any) -> StoredFate:
    fate_number, envelope, state, seq, reason = row
    return StoredFate(
        number=fate_number,
        envelope=envelope,
        state=envelope_state(state).of_alarms,
        receipt=None if seq is None else await _last_receipt(db, seq, reason),
    )


async def _last_receipt(db: Session, seq: int, reason: str) -> Receipt | None:
    if digest := digest_in(message_of(reason)):
        seq = await db.value("select seq from spool where id = $1", digest) or seq
    body = await db.value(LAST_RECEIPT, seq)
    return None if body is None else schema.value(Receipt, body)


async def forget_agent(db: Session, agent: str) -> None:
    """Make what an agent left the hub's own, as nobody else will send it."""
    rows = await db.rows(OF_AGENT, agent)
    hub_fields = {"agent": "", "custody": Custody.HUB.value}
    bodies = [_with_fields(body, **hub_fields) for _seq, body in rows]
    await db.run(FORGET_AGENT, [seq for seq, _body in rows], bodies)
    await db.run("delete from hub_fate where agent = $1", agent)


async def forget_fates(db: Session, agent: str, number: int) -> None:
    """Do what ports.Store.forget_fates says."""
    await db.run("delete from hub_fate where agent = $1 and number <= $2", agent, number)


async def newest_fates(db: Session) -> Mapping[str, int]:
    """Do what ports.Store.newest_fates says."""
    rows = await db.rows("select agent, max(number) from hub_fate group by agent")
    return dict(rows)


async def last_fate_number(db: Session) -> int:
    """Do what ports.Store.last_fate_number says."""
    return int(
        await db.value("select coalesce(sum(value), 0) from counter where name = 'fate'")
    )
