"""Put envelopes in, hold them, let them go and find them again; leases.py lends them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pysqlite3 import dbapi2 as driver

from noroshi import schema
from noroshi.core.delivery import (
    SHORTEST,
    Fate,
    OpenCircuit,
    Retry,
    circuit_end,
    pause_with_news,
)
from noroshi.core.digest import may_be_undone, may_join
from noroshi.core.mail import Envelope, EnvelopeState, Fault, Lane, Parcel, Receipt
from noroshi.core.translation import plain
from noroshi.ports import QueuedEnvelope, RouteOutage
from noroshi.stores.sqlite.deferral import UNANSWERED_COUNT, earliest_try
from noroshi.stores.sqlite.quarantine import is_damaged_row, read
from noroshi.stores.sqlite.types import (
    Connection,
    envelope_state,
    instant,
    message_of,
    number,
    sql_list,
    words_text,
)
from noroshi.stores.store_rules import (
    BODY,
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

PUT = f"""
insert or ignore into spool
    (id, order_key, due, attempts, envelope, lane, contact, alone, agent, custody, head)
values (:id, :order, :due, :attempts, :envelope, :lane, :contact, :alone, :agent, :custody, not exists (
    select 1 from spool where order_key = :order and fate in {sql_list(OPEN_STATES)}))
returning seq, head"""  # noqa: S608  our own text
RELEASE_LEASE = """
update spool set due = ?, lease = null, node = null, life = null, attempts = attempts - 1
where id = ? and lease = ?"""
NEVER_TRIED = f"""
update spool set due = min(due, iif({UNANSWERED_COUNT} > 1, :later, :now))
where fate in {sql_list(OPEN_STATES)} and due > :now and lease is null
    and not exists (select 1 from receipt where receipt.envelope = spool.seq)"""  # noqa: S608  our own text
"""Make envelopes due that nobody has deferred, whatever the clock said when they were written;
an envelope that may have ended two lives of the node lets others go first."""
RELEASE_LEASES = f"""
update spool set due = iif({UNANSWERED_COUNT}, :later, :now),
    lease = null, node = null, life = null, alone = 1,
    attempts = attempts - 1,
    envelope = iif(json_valid(envelope), json_set(envelope, '$.unanswered',
        coalesce(json_extract(envelope, '$.unanswered'), 0) + 1), envelope)
where fate in {sql_list(OPEN_STATES)} and node = :node and life between :first and :last"""  # noqa: S608  our own text
OPEN_CIRCUIT = """
insert into rest (route, since, until, why, fault, early) values (?, ?, ?, ?, ?, ?)
on conflict do update set since = min(since, excluded.since), until = excluded.until,
    why = excluded.why, fault = excluded.fault, early = excluded.early
"""
BYTES = "cast(envelope as blob)"
"""An envelope that is damaged comes out as it lies there."""
BODY_OF = "select cast(envelope as blob) from spool where seq = ?"
WAITS_FOR_HUB = """select kept.seq from spool kept indexed by spool_agent
where kept.agent <> '' and kept.fate in ('', 'together') and kept.custody = 'hub'
    and not exists (select 1 from agent where agent.id = kept.agent)"""
"""Selects envelopes of this node, as an agent of a hub, that the hub is to send: their agent is not in
the table, which holds the agents of this node."""
ROW = f"""select seq, attempts, cast(envelope as blob), due, lease is not null, fate, why,
    (select count(*) from receipt where receipt.envelope = seq), custody_at,
    seq in ({WAITS_FOR_HUB}) from spool"""  # noqa: S608  our own text
LIGHT = "json_remove(envelope, " + ", ".join(f"'$.payload.{name}'" for name in BODY) + ")"
"""An envelope as `without_body` leaves it: so many at once would be a great part of a process."""
WAITING_ROWS = f"""{ROW.replace(BYTES, LIGHT)} indexed by spool_shown
where fate in {sql_list(SHOWN_STATES)} order by seq"""
WAITING_AS_BYTES = WAITING_ROWS.replace(LIGHT, BYTES)
OLDEST = f"select min(seq) from spool where order_key = ? and fate in {sql_list(OPEN_STATES)}"  # noqa: S608  our own text
SHARE = """
update spool set fate = ?
where id in (select value from json_each(?)) and custody <> 'sent-by-agent' returning order_key"""
RELEASE_MEMBERS = f"""
update spool set fate = '{EnvelopeState.WAITING}', why = ?, due = ? where id in (select value from json_each(?))
returning seq, order_key"""  # noqa: S608  our own text
DIGEST_IN_REASON = "iif(json_valid(why), why ->> '$.en', why)"
"""The digest that a member is in; the first schema's rows hold it as a name."""
HEAD = f"""
select waits.seq, waits.due, (select count(*) from way where envelope = waits.seq),
       waits.attempts, {BYTES.replace("envelope", "waits.envelope")},
       waits.lease is not null, waits.lane
from spool head indexed by spool_order
cross join spool waits on waits.fate = '{EnvelopeState.WAITING}'
    and waits.id = case when head.fate <> '{EnvelopeState.IN_DIGEST}' then head.id
        else {DIGEST_IN_REASON.replace("why", "head.why")} end
where head.order_key = ? and head.fate in {sql_list(OPEN_STATES)} and head.head = 1"""  # noqa: S608
"""Find the envelope that holds up an order key: the head, or the digest that the head is in."""
MEMBER = "select seq, cast(envelope as blob) from spool where id = ?"
MOVE = f"""
update spool set due = due + ?1 where fate in {sql_list(OPEN_STATES)} and (attempts or ?1 < 0)"""  # noqa: S608  our own text
NEW_STEP = """
insert into note values (?, ?)
on conflict (name) do update set body = excluded.body where body <> excluded.body"""
NO_HEAD = f"""
update spool set head = 0
where order_key = ? and fate in {sql_list(OPEN_STATES)} and head and seq <> ?"""  # noqa: S608  our own text
RECEIPT_COUNT = "select count(*) from receipt where envelope = ?"
AT_HAND = "select seq, fate, cast(envelope as blob) from spool where id = ? and lease is null"


def put(db: Connection, envelope: Envelope) -> bool:
    """Insert an envelope. False: the id exists already, settled or not."""
    row_values = {"id": envelope.id, "order": envelope.order, "due": number(envelope.born)}
    body = {"attempts": envelope.attempts, "envelope": schema.text(envelope)}
    sort = {"lane": envelope.lane.value, "contact": envelope.contact}
    sort |= {"agent": envelope.agent, "custody": envelope.custody.value}
    body |= sort | {"alone": not may_join(envelope)}
    row = db.execute(PUT, row_values | body).fetchone()
    if row is None:
        return False
    write_routes(db, row[0], envelope.routes)
    if not row[1]:
        _hasten_head(db, envelope)
    alarms = [(id, row[0]) for id in envelope.alarms]
    db.executemany("insert or ignore into alarm values (?, ?)", alarms)
    db.execute("update counter set value = value + ? where name = 'raised'", (len(alarms),))
    return True


def _hasten_head(db: Connection, newcomer: Envelope) -> None:
    """Make due what an envelope waits behind, as ports.Store.post says."""
    row = db.execute(HEAD, (newcomer.order,)).fetchone()
    if row is None:
        return
    seq, due, ways, attempts, body, is_out, urgency = row
    lane = "update spool set lane = ?1 where seq = ?2 and lane > ?1"
    db.execute(lane, (newcomer.lane.value, seq))
    if is_out or (due <= number(newcomer.born) and ways == len(newcomer.routes)):
        return
    head, damage = read(db, seq, body)
    if damage is not None:
        return
    head = replace(head, attempts=attempts)
    pause = pause_with_news(head, Lane(urgency), newcomer.lane)
    rerouted = with_all_routes(head, newcomer.routes)
    if rerouted.routes != head.routes:
        text = schema.text(rerouted)
        sql = "update spool set envelope = ?, attempts = ? where seq = ?"
        db.execute(sql, (text, rerouted.attempts, seq))
        set_alone(db, seq, rerouted)
        write_routes(db, seq, rerouted.routes)
    next_try = min(due, earliest_try(db, seq, number(newcomer.born), pause))
    db.execute("update spool set due = ? where seq = ?", (next_try, seq))


def seq_of(db: Connection, envelope: Envelope) -> int:
    (seq,) = db.execute("select seq from spool where id = ?", (envelope.id,)).fetchone()
    return int(seq)


def set_alone(db: Connection, seq: int, envelope: Envelope) -> None:
    """Write whether it may be put into a digest: that may be otherwise now than when it was put
    in."""
    db.execute("update spool set alone = ? where seq = ?", (not may_join(envelope), seq))


def release_lease(db: Connection, parcel: Parcel, now: datetime) -> bool:
    """Do what ports.Store.release_lease says."""
    row = (number(parcel.due_again(now)), parcel.envelope.id, parcel.lease)
    return bool(db.execute(RELEASE_LEASE, row).rowcount)


def release_leases(db: Connection, node: str, lives: range, now: datetime) -> None:
    """Count what these lives of a node had out as not answered, and make it due as
    ports.Store.begin says."""
    due = {"now": number(now), "later": number(now + SHORTEST)}
    lives_of_node = {"node": node, "first": lives.start, "last": lives.stop - 1}
    db.execute(RELEASE_LEASES, due | lives_of_node)


def hasten_never_tried(db: Connection, now: datetime) -> None:
    """Make due as a life begins what no route has put off."""
    db.execute(NEVER_TRIED, {"now": number(now), "later": number(now + SHORTEST)})


def retry(db: Connection, id: str, now: datetime) -> bool:
    due = number(now)
    row = db.execute(
        "select seq, fate, lease is not null and due > ?, envelope from spool where id = ?",
        (due, id),
    ).fetchone()
    if row is None or row[1] not in RETRIABLE_STATES or row[2]:
        return False
    seq, state, _, body = row
    envelope = schema.value(Envelope, body)  # Unreadable: it would only be put by once more
    db.execute(
        "update spool set due = ?, fate = ? where seq = ?", (due, EnvelopeState.WAITING, seq)
    )
    if state == EnvelopeState.SET_ASIDE:
        write_routes(db, seq, envelope.routes)
        promote(db, envelope.order)
        share(db, envelope, EnvelopeState.WAITING)
    for route in envelope.routes:
        wake(db, route, now)
    return True


def wake(db: Connection, route: str, now: datetime) -> bool:
    """Do what ports.Store.wake says."""
    row = db.execute("select until from rest where route = ?", (route,)).fetchone()
    db.execute("update rest set until = ? where route = ?", (number(now), route))
    return row is not None and row[0] > number(now)


def hold(db: Connection, id: str, person: str) -> bool:
    sql = "update spool set fate = ?, why = ? where id = ? and fate = ? and lease is null"
    row = (EnvelopeState.HELD, words_text(plain(person)), id, EnvelopeState.WAITING)
    return bool(db.execute(sql, row).rowcount)


def release(db: Connection, id: str, now: datetime) -> bool:
    seq, state, envelope = _at_hand(db, id)
    if envelope is None or state not in RELEASABLE_STATES:
        return False
    if state == EnvelopeState.SET_ASIDE:
        _require_readable(db, seq)
    sql = "update spool set fate = ?, why = '', due = ? where seq = ?"
    db.execute(sql, (EnvelopeState.WAITING, number(now), seq))
    write_routes(db, seq, envelope.routes)
    promote(db, envelope.order)
    share(db, envelope, EnvelopeState.WAITING)
    return True


def drop(db: Connection, id: str, person: str) -> bool:
    seq, state, envelope = _at_hand(db, id)
    if envelope is None or state not in SHOWN_STATES:
        return False
    sql = "update spool set fate = ?, why = ? where seq = ?"
    db.execute(sql, (EnvelopeState.DROPPED, words_text(plain(person)), seq))
    write_routes(db, seq, ())
    promote(db, envelope.order)
    share(db, envelope, EnvelopeState.DROPPED)
    return True


def readdress(
    db: Connection, id: str, addresses: Sequence[str], routes: Sequence[str], reset: bool
) -> bool:
    seq, state, envelope = _at_hand(db, id)
    if envelope is None or state not in SHOWN_STATES:
        return False
    _require_readable(db, seq)
    readdressed = readdress_envelope(envelope, addresses, routes, reset)
    sql = "update spool set envelope = ?, attempts = iif(?, 0, attempts) where seq = ?"
    db.execute(sql, (schema.text(readdressed), reset, seq))
    if reset:
        set_alone(db, seq, readdressed)
    if state != EnvelopeState.SET_ASIDE:
        write_routes(db, seq, readdressed.routes)
    if not reset:
        _reroute_members(db, envelope, readdressed.routes)
    return True


def _reroute_members(db: Connection, digest: Envelope, routes: Sequence[str]) -> None:
    """Let what is told in it go by the same routes, should it wait by itself again."""
    for id in digest.members:
        seq, body = db.execute(MEMBER, (id,)).fetchone()
        member, damage = read(db, seq, body)
        routes_of_member = renamed_routes(member.routes, digest.routes, routes)
        if damage is None and routes_of_member != member.routes:
            text = schema.text(replace(member, routes=routes_of_member))
            db.execute("update spool set envelope = ? where seq = ?", (text, seq))


def _at_hand(db: Connection, id: str) -> tuple[int, EnvelopeState, Envelope | None]:
    """Return the row, state and envelope of one that is not out now; None: there is none."""
    row = db.execute(AT_HAND, (id,)).fetchone()
    if row is None:
        return 0, EnvelopeState.WAITING, None
    seq, state, body = row
    return seq, envelope_state(state), read(db, seq, body)[0]


def _require_readable(db: Connection, seq: int) -> None:
    """Raise Unreadable: it would only be put in quarantine once more, or be written over."""
    (body,) = db.execute(BODY_OF, (seq,)).fetchone()
    schema.value(Envelope, body.decode("utf-8", "replace"))


def queue(db: Connection) -> Sequence[QueuedEnvelope]:
    try:
        return [_queued_row(db, row) for row in db.execute(WAITING_ROWS)]
    except driver.OperationalError as error:
        if not is_damaged_row(error):
            raise
    rows = [_queued_row(db, row) for row in db.execute(WAITING_AS_BYTES)]
    return [replace(one, envelope=without_body(one.envelope)) for one in rows]


def envelope(db: Connection, id: str) -> tuple[QueuedEnvelope, Sequence[Receipt]] | None:
    row = db.execute("select seq from spool where id = ?", (id,)).fetchone()
    return None if row is None else row_of(db, row[0])


def row_of(db: Connection, seq: int) -> tuple[QueuedEnvelope, Sequence[Receipt]]:
    """Return the envelope of an existing row, with the receipts."""
    row = db.execute(f"{ROW} where seq = ?", (seq,)).fetchone()
    sql = "select body from receipt where envelope = ? order by rowid"
    receipts = [schema.value(Receipt, body) for (body,) in db.execute(sql, (seq,))]
    return _queued_row(db, row), tuple(receipts)


def route_outages(db: Connection) -> Sequence[RouteOutage]:
    sql = "select route, since, until, why, fault, early from rest order by route"
    return [
        RouteOutage(
            name,
            instant(down_since),
            instant(open_until),
            message_of(reason),
            Fault(fault),
            bool(is_early),
        )
        for name, down_since, open_until, reason, fault, is_early in db.execute(sql)
    ]


def shift(db: Connection, amount: int, step: str) -> None:
    if not db.execute(NEW_STEP, (CLOCK_STEP, step)).rowcount:
        return
    db.execute("update lease set until = until + ?", (amount,))
    db.execute("update turn set until = until + ?", (amount,))
    db.execute("update life set seen = seen + ?", (amount,))
    db.execute("update rest set since = since + ?1, until = until + ?1", (amount,))
    # What was never tried is due however far the clock was set on; and who wrote it may have
    # seen the new time already.
    db.execute(MOVE, (amount,))


def _queued_row(db: Connection, row: tuple[Any, ...]) -> QueuedEnvelope:
    (
        seq,
        attempts,
        body,
        due,
        is_out,
        state,
        reason,
        receipt_count,
        custody_at,
        waits_for_hub,
    ) = row
    envelope, _ = read(db, seq, body)
    return QueuedEnvelope(
        envelope=replace(envelope, attempts=attempts),
        due=instant(due),
        is_leased=bool(is_out),
        state=envelope_state(state),
        reason=message_of(reason),
        receipt_count=receipt_count,
        custody_since=None if custody_at is None else instant(custody_at),
        waits_for_hub=bool(waits_for_hub),
    )


def open_circuit(
    db: Connection,
    route: str,
    fate: OpenCircuit,
    earlier_end: datetime | None,
    found_at: datetime,
) -> None:
    """Write that a route is down, as core.delivery.circuit_end says."""
    row = db.execute("select until from rest where route = ?", (route,)).fetchone()
    known_end = None if row is None else instant(row[0])
    end = circuit_end(fate, known_end, earlier_end, found_at)
    numbers = number(fate.down_since), number(end)
    db.execute(
        OPEN_CIRCUIT,
        (route, *numbers, words_text(fate.reason), fate.fault.value, fate.can_probe),
    )


def record_probe(
    db: Connection, route: str, fate: OpenCircuit | None, earlier_end: datetime | None
) -> None:
    """Do what ports.Store.record_probe says."""
    if fate is None:
        db.execute("delete from rest where route = ?", (route,))
    else:
        open_circuit(db, route, fate, earlier_end, fate.open_until)


def is_well(fate: Fate) -> bool:
    """Return True if the route answered, so that it may be used."""
    return not isinstance(fate, OpenCircuit) and (
        not isinstance(fate, Retry) or fate.has_answered
    )


def write_routes(db: Connection, seq: int, routes: Sequence[str]) -> None:
    db.execute("delete from way where envelope = ?", (seq,))
    rows = [(seq, place, route) for place, route in enumerate(routes)]
    db.executemany("insert into way values (?, ?, ?)", rows)


def share(db: Connection, envelope: Envelope, state: EnvelopeState) -> None:
    """Give the digest's state to the members, whose order keys depend on it."""
    if not envelope.members:
        return
    members = json.dumps(list(envelope.members))
    orders = db.execute(SHARE, (state.of_members, members)).fetchall()
    for (order,) in set(orders):
        promote(db, order)


def dissolve(db: Connection, seq: int, digest: Envelope, due: datetime) -> None:
    """Let the members of a digest wait by themselves again, unless the digest was tried more
    than once. A receipt of the digest moves to the first member."""
    first, body = db.execute(MEMBER, (digest.members[0],)).fetchone()
    (receipt_count,) = db.execute(RECEIPT_COUNT, (seq,)).fetchone()
    member, why_not = read(db, first, body)
    if receipt_count > 1 or why_not is not None or not may_be_undone(digest, member):
        return
    (reason,) = db.execute("select why from spool where seq = ?", (seq,)).fetchone()
    db.execute("update receipt set envelope = ? where envelope = ?", (first, seq))
    db.execute("delete from way where envelope = ?", (seq,))
    db.execute("delete from spool where seq = ?", (seq,))
    members = json.dumps(list(digest.members))
    for one, _ in (
        member_rows := db.execute(RELEASE_MEMBERS, (reason, number(due), members)).fetchall()
    ):
        write_routes(db, one, digest.routes)
    # Another digest of this contact may have stood behind it.
    for order in {digest.order, *(order for _, order in member_rows)}:
        promote(db, order)


def promote(db: Connection, order: str) -> None:
    """Make the oldest open envelope of an order key the head, and no other."""
    (oldest,) = db.execute(OLDEST, (order,)).fetchone()
    if oldest is not None:
        db.execute(NO_HEAD, (order, oldest))
        db.execute("update spool set head = 1 where seq = ?", (oldest,))
