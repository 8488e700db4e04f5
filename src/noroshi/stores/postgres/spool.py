"""Put envelopes in, hold them, let them go and find them again; leases.py lends them.

Whoever puts into an order key, or changes a fate in it, holds the key's lock first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from noroshi import schema
from noroshi.core.delivery import (
    SHORTEST,
    Fate,
    OpenCircuit,
    Retry,
    circuit_end,
    pause_with_news,
)
from noroshi.core.digest import may_be_undone, may_join, waits_since
from noroshi.core.mail import Envelope, EnvelopeState, Fault, Lane, Parcel, Receipt
from noroshi.core.translation import plain
from noroshi.ports import QueuedEnvelope, RouteOutage
from noroshi.stores.column_values import (
    envelope_state,
    instant,
    message_of,
    number,
    sql_list,
    words_text,
)
from noroshi.stores.postgres.counters import add_to_counter
from noroshi.stores.postgres.deferral import earliest_try
from noroshi.stores.postgres.json_text import with_fields
from noroshi.stores.postgres.quarantine import read
from noroshi.stores.postgres.session import Session
from noroshi.stores.store_rules import (
    CLOCK_STEP,
    OPEN_STATES,
    RELEASABLE_STATES,
    RETRIABLE_STATES,
    SHOWN_STATES,
    readdress_envelope,
    renamed_routes,
    with_all_routes,
    without_body,
)

IS_OPEN = f"fate in {sql_list(OPEN_STATES)}"
PUT = f"""
insert into spool (id, order_key, due, attempts, envelope, lane, contact, alone, agent, custody,
                   unanswered, born, member_count, oldest, head)
select id, order_key, due, attempts, envelope, lane, contact, alone, agent, custody,
       unanswered, due, member_count, oldest,
       place = 1 and not exists (
           select 1 from spool s where s.order_key = new.order_key and s.{IS_OPEN})
from (
    select *, row_number() over (partition by order_key order by number) as place
    from unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::text[], $6::integer[],
                $7::text[], $8::boolean[], $9::text[], $10::text[], $11::integer[],
                $12::integer[], $13::bigint[]) with ordinality
        as given (id, order_key, due, attempts, envelope, lane, contact, alone, agent, custody,
                  unanswered, member_count, oldest, number)
    where not exists (select 1 from spool s where s.id = given.id)) new
order by number
on conflict (id) do nothing
returning seq, id, head"""  # noqa: S608  our own text
PUT_ROUTES = """
insert into way select * from unnest($1::bigint[], $2::integer[], $3::text[])
on conflict do nothing"""
PUT_ALARMS = """
insert into alarm select * from unnest($1::text[], $2::bigint[]) on conflict do nothing"""
RELEASE_LEASE = """
update spool set due = $1, lease = null, node = null, life = null, attempts = attempts - 1
where id = $2 and lease = $3"""
NEVER_TRIED = f"""
update spool set due = least(due, case when unanswered > 1 then $2::bigint else $1::bigint end)
where {IS_OPEN} and due > $1 and lease is null
    and not exists (select 1 from receipt where receipt.envelope = spool.seq)"""  # noqa: S608  our own text
"""Make envelopes due that nobody has deferred, whatever the clock said when they were written;
an envelope that may have ended two lives of the node lets others go first."""
LENT = f"""
select seq, unanswered, envelope from spool where {IS_OPEN} and lease is not null"""  # noqa: S608  our own text
LENT_TO = f"{LENT} and node = $1 and life between $2 and $3 order by seq for update"
ALL_LENT = f"{LENT} order by seq for update"
RELEASE_LEASES = """
update spool
set due = case when spool.unanswered > 0 then $4::bigint else $3::bigint end, lease = null,
    node = null, life = null, alone = true, attempts = attempts - 1,
    unanswered = spool.unanswered + 1, envelope = lent.envelope
from unnest($1::bigint[], $2::text[]) as lent (seq, envelope) where spool.seq = lent.seq"""
OPEN_CIRCUIT = """
insert into rest (route, since, until, why, fault, early) values ($1, $2, $3, $4, $5, $6)
on conflict (route) do update set since = least(rest.since, excluded.since),
    until = excluded.until, why = excluded.why, fault = excluded.fault, early = excluded.early"""
WAITS_FOR_HUB = """(s.agent <> '' and s.fate in ('', 'together') and s.custody = 'hub'
    and not exists (select 1 from agent where agent.id = s.agent))"""
"""Selects envelopes of this node, as an agent of a hub, that the hub is to send: their agent is not in
the table, which holds the agents of this node."""
ROW = f"""select s.seq, s.attempts, s.envelope, s.due, s.lease is not null, s.fate, s.why,
    (select count(*) from receipt where receipt.envelope = s.seq), s.custody_at, {WAITS_FOR_HUB}
from spool s"""  # noqa: S608  our own text
WAITING_ROWS = f"{ROW} where s.fate in {sql_list(SHOWN_STATES)} order by s.seq"
SHARE = """
update spool set fate = $1 where id = any($2::text[]) and custody <> 'sent-by-agent'
returning order_key"""
RELEASE_MEMBERS = f"""
update spool set fate = '{EnvelopeState.WAITING}', why = $1, due = $2, digest = ''
where id = any($3::text[]) returning seq, order_key"""  # noqa: S608  our own text
HEAD = f"""
select waits.seq, waits.due, (select count(*) from way where envelope = waits.seq),
       waits.attempts, waits.envelope, waits.lease is not null, waits.lane
from spool head
join spool waits on waits.fate = '{EnvelopeState.WAITING}'
    and waits.id = case when head.fate <> '{EnvelopeState.IN_DIGEST}' then head.id
        else head.digest end
where head.order_key = $1 and head.{IS_OPEN} and head.head
for update of waits"""  # noqa: S608  our own text
"""Find the envelope that holds up an order key: the head, or the digest that the head is in."""
MEMBER = "select seq, envelope from spool where id = $1"
MOVE = f"""
update spool set due = due + $1
where {IS_OPEN} and (attempts > 0 or $1::bigint < 0)"""  # noqa: S608  our own text
NEW_STEP = """
insert into note values ($1, $2)
on conflict (name) do update set body = excluded.body where note.body <> excluded.body"""
PROMOTE = f"""
update spool set head = (spool.seq = oldest.seq)
from (select order_key, min(seq) as seq from spool
      where order_key = any($1::text[]) and {IS_OPEN} group by order_key) oldest
where spool.order_key = oldest.order_key and spool.{IS_OPEN}
    and spool.head <> (spool.seq = oldest.seq)"""  # noqa: S608  our own text
AT_HAND = "select seq, fate, envelope from spool where id = $1 and lease is null for update"
ORDERS = "select distinct order_key from spool where id = any($1::text[])"
ADD_RECEIPTS = """
insert into receipt (envelope, body, at, route, taken, named_until)
select envelope, body, at, route, taken, named_until
from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::integer[], $6::bigint[])
    with ordinality as new (envelope, body, at, route, taken, named_until, place)
order by place"""
ADD_MESSAGES = """
insert into message select * from unnest($1::text[], $2::bigint[])
on conflict (id) do update set envelope = excluded.envelope"""
LAST_ACCEPTED = """
insert into accepted select * from unnest($1::text[], $2::bigint[])
on conflict (route) do update set at = excluded.at"""
NAMED_TIMES = """
select route, since, until, why, fault, early from rest order by route"""


async def put(db: Session, envelope: Envelope) -> bool:
    """Insert an envelope. False: the id exists already, settled or not."""
    return await put_all(db, (envelope,)) == 1


async def put_all(db: Session, envelopes: Sequence[Envelope]) -> int:
    """Insert those envelopes whose ids do not exist yet, and return how many."""
    if not envelopes:
        return 0
    await db.lock_keys(one.order for one in envelopes)
    columns = zip(*map(_columns, envelopes), strict=True)
    rows = await db.rows(PUT, *map(list, columns))
    envelopes_by_id = {one.id: one for one in reversed(envelopes)}
    new = [(seq, envelopes_by_id[id], head) for seq, id, head in rows]
    await _put_routes(db, [(seq, one.routes) for seq, one, _ in new])
    await _put_alarms(db, [(alarm, seq) for seq, one, _ in new for alarm in one.alarms])
    for _, one, is_head in new:
        if not is_head:
            await _hasten_head(db, one)
    return len(new)


def _columns(envelope: Envelope) -> tuple[object, ...]:
    """Return the values of PUT."""
    oldest = number(waits_since(envelope)) if envelope.members else None
    first = envelope.id, envelope.order, number(envelope.born), envelope.attempts
    sort = envelope.lane.value, envelope.contact, not may_join(envelope)
    sender = envelope.agent, envelope.custody.value
    return (
        *(*first, schema.text(envelope), *sort, *sender),
        *(envelope.unanswered, len(envelope.members), oldest),
    )


async def _put_routes(db: Session, ways: Iterable[tuple[int, Sequence[str]]]) -> None:
    rows = [(seq, place, route) for seq, routes in ways for place, route in enumerate(routes)]
    if rows:
        await db.run(PUT_ROUTES, *map(list, zip(*rows, strict=True)))


async def _put_alarms(db: Session, alarms: Sequence[tuple[str, int]]) -> None:
    if alarms:
        await db.run(PUT_ALARMS, *map(list, zip(*alarms, strict=True)))
        await add_to_counter(db, "raised", len(alarms))


async def _hasten_head(db: Session, newcomer: Envelope) -> None:
    """Make due what an envelope waits behind, as ports.Store.post says."""
    row = await db.row(HEAD, newcomer.order)
    if row is None:
        return
    seq, due, ways, attempts, body, is_out, urgency = row
    if newcomer.lane.value < urgency:
        await db.run("update spool set lane = $1 where seq = $2", newcomer.lane.value, seq)
    if is_out or (due <= number(newcomer.born) and ways == len(newcomer.routes)):
        return
    head, damage = await read(db, seq, body)
    if damage is not None:
        return
    head = replace(head, attempts=attempts)
    pause = pause_with_news(head, Lane(urgency), newcomer.lane)
    rerouted = with_all_routes(head, newcomer.routes)
    if rerouted.routes != head.routes:
        sql = "update spool set envelope = $1, attempts = $2, alone = $3 where seq = $4"
        text = schema.text(rerouted)
        await db.run(sql, text, rerouted.attempts, not may_join(rerouted), seq)
        await write_routes(db, seq, rerouted.routes)
    earliest = await earliest_try(db, seq, number(newcomer.born), pause)
    await db.run("update spool set due = $1 where seq = $2", min(due, earliest), seq)


async def seq_of(db: Session, envelope: Envelope) -> int:
    return int(await db.value("select seq from spool where id = $1", envelope.id))


async def set_alone(db: Session, seq: int, envelope: Envelope) -> None:
    """Write whether it may be put into a digest: that may be otherwise now than when it was put
    in."""
    await db.run("update spool set alone = $1 where seq = $2", not may_join(envelope), seq)


async def release_lease(db: Session, parcel: Parcel, now: datetime) -> bool:
    """Do what ports.Store.release_lease says."""
    due = number(parcel.due_again(now))
    return bool(await db.run(RELEASE_LEASE, due, parcel.envelope.id, parcel.lease))


async def release_leases(db: Session, node: str, lives: range, now: datetime) -> None:
    """Count what these lives of a node had out as not answered, and make it due as
    ports.Store.begin says."""
    rows = await db.rows(LENT_TO, node, lives.start, lives.stop - 1)
    await _release(db, rows, number(now), number(now + SHORTEST))


async def release_all_leases(db: Session, due: int, due_after_pause: int) -> None:
    """Do the same for whatever node has something out."""
    await _release(db, await db.rows(ALL_LENT), due, due_after_pause)


async def _release(db: Session, rows: Sequence[Any], due: int, due_after_pause: int) -> None:
    if rows:
        bodies = [with_fields(body, unanswered=count + 1) for _, count, body in rows]
        await db.run(RELEASE_LEASES, [seq for seq, _, _ in rows], bodies, due, due_after_pause)


async def hasten_never_tried(db: Session, now: datetime) -> None:
    """Make due as a life begins what no route has put off."""
    await db.run(NEVER_TRIED, number(now), number(now + SHORTEST))


async def retry(db: Session, id: str, now: datetime) -> bool:
    await lock_orders(db, (id,))
    due = number(now)
    sql = "select seq, fate, lease is not null and due > $2, envelope from spool where id = $1 for update"
    row = await db.row(sql, id, due)
    if row is None or row[1] not in RETRIABLE_STATES or row[2]:
        return False
    seq, state, _, body = row
    envelope = schema.value(Envelope, body)  # Unreadable: it would only be put by once more
    sql = "update spool set due = $1, fate = $2 where seq = $3"
    await db.run(sql, due, EnvelopeState.WAITING.value, seq)
    if state == EnvelopeState.SET_ASIDE:
        await _let_wait(db, seq, envelope)
    for route in envelope.routes:
        await wake(db, route, now)
    return True


async def _let_wait(db: Session, seq: int, envelope: Envelope) -> None:
    """Give an envelope that waits again its routes, and its members its state."""
    await write_routes(db, seq, envelope.routes)
    await promote(db, (envelope.order,))
    await share(db, envelope, EnvelopeState.WAITING)


async def wake(db: Session, route: str, now: datetime) -> bool:
    """Do what ports.Store.wake says."""
    circuit_until = await db.value("select until from rest where route = $1 for update", route)
    await db.run("update rest set until = $1 where route = $2", number(now), route)
    return circuit_until is not None and circuit_until > number(now)


async def hold(db: Session, id: str, person: str) -> bool:
    await lock_orders(db, (id,))
    sql = """
    update spool set fate = $1, why = $2 where id = $3 and fate = $4 and lease is null"""
    held_state, waiting = EnvelopeState.HELD.value, EnvelopeState.WAITING.value
    return bool(await db.run(sql, held_state, words_text(plain(person)), id, waiting))


async def release(db: Session, id: str, now: datetime) -> bool:
    await lock_orders(db, (id,))
    seq, state, envelope = await _at_hand(db, id)
    if envelope is None or state not in RELEASABLE_STATES:
        return False
    if state == EnvelopeState.SET_ASIDE:
        await _require_readable(db, seq)
    sql = "update spool set fate = $1, why = '', due = $2 where seq = $3"
    await db.run(sql, EnvelopeState.WAITING.value, number(now), seq)
    await _let_wait(db, seq, envelope)
    return True


async def drop(db: Session, id: str, person: str) -> bool:
    await lock_orders(db, (id,))
    seq, state, envelope = await _at_hand(db, id)
    if envelope is None or state not in SHOWN_STATES:
        return False
    sql = "update spool set fate = $1, why = $2 where seq = $3"
    await db.run(sql, EnvelopeState.DROPPED.value, words_text(plain(person)), seq)
    await write_routes(db, seq, ())
    await promote(db, (envelope.order,))
    await share(db, envelope, EnvelopeState.DROPPED)
    return True


async def readdress(
    db: Session, id: str, addresses: Sequence[str], routes: Sequence[str], reset: bool
) -> bool:
    seq, state, envelope = await _at_hand(db, id)
    if envelope is None or state not in SHOWN_STATES:
        return False
    await _require_readable(db, seq)
    readdressed = readdress_envelope(envelope, addresses, routes, reset)
    sql = """
    update spool set envelope = $1, attempts = case when $2 then 0 else attempts end,
        unanswered = $3 where seq = $4"""
    await db.run(sql, schema.text(readdressed), reset, readdressed.unanswered, seq)
    if reset:
        await set_alone(db, seq, readdressed)
    if state != EnvelopeState.SET_ASIDE:
        await write_routes(db, seq, readdressed.routes)
    if not reset:
        await _reroute_members(db, envelope, readdressed.routes)
    return True


async def _reroute_members(db: Session, digest: Envelope, routes: Sequence[str]) -> None:
    """Let what is told in it go by the same routes, should it wait by itself again."""
    for id in digest.members:
        seq, body = await db.row(MEMBER, id)
        member, damage = await read(db, seq, body)
        routes_of_member = renamed_routes(member.routes, digest.routes, routes)
        if damage is None and routes_of_member != member.routes:
            text = schema.text(replace(member, routes=routes_of_member))
            await db.run("update spool set envelope = $1 where seq = $2", text, seq)


async def _at_hand(db: Session, id: str) -> tuple[int, EnvelopeState, Envelope | None]:
    """Return the row, state and envelope of one that is not out now; None: there is none."""
    row = await db.row(AT_HAND, id)
    if row is None:
        return 0, EnvelopeState.WAITING, None
    seq, state, body = row
    return seq, envelope_state(state), (await read(db, seq, body))[0]


async def _require_readable(db: Session, seq: int) -> None:
    """Raise Unreadable: it would only be put in quarantine once more, or be written over."""
    schema.value(Envelope, await db.value("select envelope from spool where seq = $1", seq))


async def queue(db: Session) -> Sequence[QueuedEnvelope]:
    """Do what ports.Store.queue says; the bodies of the mails are left out page by page."""
    rows_found = list[QueuedEnvelope]()
    async for row in db.pages(WAITING_ROWS):
        one = await _queued_row(db, row)
        rows_found.append(replace(one, envelope=without_body(one.envelope)))
    return rows_found


async def envelope(db: Session, id: str) -> tuple[QueuedEnvelope, Sequence[Receipt]] | None:
    seq = await db.value("select seq from spool where id = $1", id)
    return None if seq is None else await row_of(db, seq)


async def row_of(db: Session, seq: int) -> tuple[QueuedEnvelope, Sequence[Receipt]]:
    """Return the envelope of an existing row, with the receipts."""
    row = await db.row(f"{ROW} where s.seq = $1", seq)
    sql = "select body from receipt where envelope = $1 order by seq"
    receipts = [schema.value(Receipt, body) for (body,) in await db.rows(sql, seq)]
    return await _queued_row(db, row), tuple(receipts)


async def route_outages(db: Session) -> Sequence[RouteOutage]:
    return [
        RouteOutage(
            name,
            instant(down_since),
            instant(open_until),
            message_of(reason),
            Fault(fault),
            is_early,
        )
        for name, down_since, open_until, reason, fault, is_early in await db.rows(NAMED_TIMES)
    ]


async def shift(db: Session, amount: int, step: str) -> None:
    if not await db.run(NEW_STEP, CLOCK_STEP, step):
        return
    # Leases, turns and lives are of the database's clock, by which nobody's wall clock is set.
    await db.run("update rest set since = since + $1, until = until + $1", amount)
    # What was never tried is due however far the clock was set on; and who wrote it may have
    # seen the new time already.
    await db.run(MOVE, amount)


async def _queued_row(db: Session, row: Any) -> QueuedEnvelope:
    seq, attempts, body, due, is_out, state, reason, receipts, custody_at, for_hub = row
    envelope, _ = await read(db, seq, body)
    return QueuedEnvelope(
        envelope=replace(envelope, attempts=attempts),
        due=instant(due),
        is_leased=is_out,
        state=envelope_state(state),
        reason=message_of(reason),
        receipt_count=receipts,
        custody_since=None if custody_at is None else instant(custody_at),
        waits_for_hub=for_hub,
    )


async def open_circuit(
    db: Session, route: str, fate: OpenCircuit, earlier_end: datetime | None, found_at: datetime
) -> None:
    """Write that a route is down, as core.delivery.circuit_end says."""
    circuit_until = await db.value("select until from rest where route = $1 for update", route)
    end = circuit_end(
        fate, None if circuit_until is None else instant(circuit_until), earlier_end, found_at
    )
    times = number(fate.down_since), number(end)
    reason = words_text(fate.reason)
    await db.run(OPEN_CIRCUIT, route, *times, reason, fate.fault.value, fate.can_probe)


async def record_probe(
    db: Session, route: str, fate: OpenCircuit | None, earlier_end: datetime | None
) -> None:
    """Do what ports.Store.record_probe says."""
    if fate is None:
        await db.run("delete from rest where route = $1", route)
    else:
        await open_circuit(db, route, fate, earlier_end, fate.open_until)


def is_well(fate: Fate) -> bool:
    """Return True if the route answered, so that it may be used."""
    return not isinstance(fate, OpenCircuit) and (
        not isinstance(fate, Retry) or fate.has_answered
    )


async def write_routes(db: Session, seq: int, routes: Sequence[str]) -> None:
    await db.run("delete from way where envelope = $1", seq)
    await _put_routes(db, [(seq, routes)])


@dataclass(frozen=True, slots=True)
class Attempt:
    """Hold the receipt of an attempt of an envelope, by a route, and how many recipients took it."""

    seq: int
    receipt: Receipt
    route: str
    taken_count: int

    @property
    def row(self) -> tuple[object, ...]:
        """Return the values that ADD_RECEIPTS writes."""
        answers = self.receipt.answers.values()
        named_times = [number(one.again) for one in answers if one.again is not None]
        at, named_until = number(self.receipt.at), max(named_times, default=0)
        return (
            self.seq,
            schema.text(self.receipt),
            at,
            self.route,
            self.taken_count,
            named_until,
        )


async def add_receipts(db: Session, attempts: Sequence[Attempt]) -> None:
    """Add the receipts of attempts; of those that were taken the ids by which they may be found."""
    await db.run(ADD_RECEIPTS, *map(list, zip(*(one.row for one in attempts), strict=True)))
    accepted_ones = [one for one in attempts if one.taken_count]
    ids = {id: one.seq for one in accepted_ones for id in one.receipt.message_ids}
    if ids:
        await db.run(ADD_MESSAGES, sorted(ids), [ids[id] for id in sorted(ids)])
    accepted_at = dict[str, int]()
    for one in accepted_ones:
        accepted_at[one.route] = max(number(one.receipt.at), accepted_at.get(one.route, 0))
    if accepted_at:  # last, as all who settle wait for the row of a route
        routes = sorted(accepted_at)
        await db.run(LAST_ACCEPTED, routes, [accepted_at[route] for route in routes])


async def share(db: Session, envelope: Envelope, state: EnvelopeState) -> None:
    """Give the digest's state to the members, whose order keys depend on it."""
    if not envelope.members:
        return
    rows = await db.rows(SHARE, state.of_members.value, list(envelope.members))
    await promote(db, {order for (order,) in rows})


async def dissolve(db: Session, seq: int, digest: Envelope, due: datetime) -> None:
    """Let the members of a digest wait by themselves again, unless the digest was tried more
    than once. A receipt of the digest moves to the first member."""
    first, body = await db.row(MEMBER, digest.members[0])
    receipt_count = await db.value("select count(*) from receipt where envelope = $1", seq)
    member, why_not = await read(db, first, body)
    if receipt_count > 1 or why_not is not None or not may_be_undone(digest, member):
        return
    reason = await db.value("select why from spool where seq = $1", seq)
    await db.run("update receipt set envelope = $1 where envelope = $2", first, seq)
    await delete_row(db, seq)
    rows = await db.rows(RELEASE_MEMBERS, reason, number(due), list(digest.members))
    await _put_routes(db, [(one, digest.routes) for one, _ in rows])
    # Another digest of this contact may have stood behind it.
    await promote(db, {digest.order, *(order for _, order in rows)})


async def delete_row(db: Session, seq: int) -> None:
    """Delete the row of a digest that nothing tells any more."""
    await db.run("delete from way where envelope = $1", seq)
    await db.run("delete from spool where seq = $1", seq)


async def promote(db: Session, orders: Collection[str]) -> None:
    """Make the oldest open envelope of each of these order keys the head, and no other."""
    if orders:
        await db.run(PROMOTE, sorted(orders))


async def lock_orders(db: Session, ids: Collection[str]) -> None:
    """Hold the locks of the order keys of some envelopes, and of what a digest among them
    tells."""
    sql = "select envelope from spool where id = any($1::text[]) and member_count > 0"
    members = [
        member for (body,) in await db.rows(sql, list(ids)) for member in members_of(body)
    ]
    await db.lock_keys([key for (key,) in await db.rows(ORDERS, [*ids, *members])])


def members_of(body: str) -> Sequence[str]:
    """Return what the digest of a row tells; nothing if it cannot be read."""
    try:
        return schema.value(Envelope, body).members
    except schema.Unreadable:
        return ()
