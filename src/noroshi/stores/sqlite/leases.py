"""Lend the envelopes that leave, and settle them, several of each in one go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pysqlite3 import dbapi2 as driver

from noroshi import schema
from noroshi.core.delivery import Accepted, Fate, OpenCircuit, Retry, settle_envelope
from noroshi.core.digest import may_join
from noroshi.core.mail import Envelope, EnvelopeState, Parcel, Receipt
from noroshi.core.report import ReportDraft
from noroshi.core.sender_lease import SendRight
from noroshi.core.translation import Message
from noroshi.ports import PARCEL_LEASE, Node
from noroshi.stores.sqlite import reports, spool
from noroshi.stores.sqlite.quarantine import is_damaged_row, read
from noroshi.stores.sqlite.types import Connection, instant, number, words_text
from noroshi.stores.store_rules import accepted_count, outcome

# Of the heads of their order keys that are due, the most urgent whose turn on this route it is:
# no route before it in the envelope's list is up. The planner must take the small index. All of
# them are one row, as each row more is one more turn at the interpreter's lock.
DUE = f"""
select json_group_array(json_array(s.seq, s.attempts, s.envelope, s.due) order by s.lane, s.due, s.seq),
       (select json_array(since, until) from rest where route = :route)
from (
    select s.seq from spool s indexed by spool_due
    join way w on w.envelope = s.seq and w.route = :route
    where s.fate = '{EnvelopeState.WAITING}' and s.head = 1 and s.due <= :now
      and (s.agent = '' or s.agent || '/' || s.custody in (select value from json_each(:rights)))
      and not exists (select 1 from rest where route = :route and until > :now)
      and (s.alone or (s.contact not in (select value from json_each(:but))
          and (s.lane = 0 or s.contact not in (select value from json_each(:only_critical)))))
      and not exists (select 1 from way better left join rest on rest.route = better.route
          where better.envelope = s.seq and better.place < w.place
            and coalesce(rest.until, 0) <= :now)
    order by s.lane, s.due, s.seq limit :most) due
cross join spool s on s.seq = due.seq"""  # noqa: S608  our own text
DueRows = list[tuple[int, int, str, int]]
DUE_AS_BYTES = DUE.replace("s.envelope,", "hex(s.envelope),")
LEND = """
update spool set lease = lent.value ->> 1, node = :node, life = :life, due = :until,
                 attempts = attempts + 1
from jsonb_each(:lent) lent where spool.seq = lent.value ->> 0"""
HELD = """
select json_group_array(row.key)
from jsonb_each(:leases) row
cross join spool s on s.id = row.value ->> 0 and s.lease = row.value ->> 1"""
SETTLE = """
insert into settling
    (id, lease, due, attempts, envelope, fate, why, route, receipt, at, taken, well)
select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
       value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
from jsonb_each(:rows) row"""


QUARANTINE = f"""
update spool set fate = '{EnvelopeState.SET_ASIDE}', why = ?, due = ?, lease = null, node = null, life = null,
                 attempts = attempts - 1
where id = ? and lease = ? returning seq"""  # noqa: S608  our own text
MEMBERS = f"""
update spool set fate = '{EnvelopeState.WAITING}', why = '', due = ?
where fate = '{EnvelopeState.IN_DIGEST}' and {spool.DIGEST_IN_REASON} = ?
returning seq, order_key, cast(envelope as blob)"""  # noqa: S608  our own text


NO_RIGHTS = "[]"


def rights_text(send_rights: Collection[SendRight]) -> str:
    """Return rights as DUE reads them: of a thousand agents they are made once for many claims."""
    return schema.text([one.key for one in send_rights])


@dataclass(frozen=True, slots=True)
class Claim:
    """A request for an envelope: who asks, for which route and when, and the lease that it
    would have; the rest as in ports.Store.claim_parcel, `send_rights` as `rights_text` makes it."""

    node: Node
    route: str
    now: datetime
    lease: str
    excluded_contacts: Collection[str] = ()
    only_critical: Collection[str] = ()
    send_rights: str = NO_RIGHTS

    @property
    def kind(self) -> tuple[object, ...]:
        """Return what those have in common that may be answered in one go."""
        return (
            "lend",
            self.node,
            self.route,
            tuple(self.excluded_contacts),
            tuple(self.only_critical),
            self.send_rights,
        )


@dataclass(frozen=True, slots=True)
class End:
    """An attempt's end, and the envelopes and the rows for the hub that tell of it."""

    parcel: Parcel
    receipt: Receipt
    fate: Fate
    notices: Sequence[Envelope] = ()
    reports: Sequence[ReportDraft] = ()

    @property
    def plain(self) -> bool:
        """Return True if nothing but this envelope changes, so that others may end beside
        it."""
        waits_or_left = isinstance(self.fate, Accepted | Retry)
        return waits_or_left and not self.notices and not self.parcel.envelope.members


def lend(db: Connection, claims: Sequence[Claim]) -> Sequence[Parcel | None]:
    """Return an envelope for each claim, as ports.Store.claim_parcel says, as far as there are
    any. The claims are of one kind."""
    first, now = claims[0], max(claim.now for claim in claims)
    parameters = {"route": first.route, "now": number(now), "most": len(claims)}
    parameters |= {"but": schema.text(list(first.excluded_contacts))}
    parameters |= {"only_critical": schema.text(list(first.only_critical))}
    parameters |= {"rights": first.send_rights}
    rows, outage_numbers = _due(db, parameters)
    leased = [(row[0], claim.lease) for row, claim in zip(rows, claims, strict=False)]
    if leased:
        holder = {"node": first.node.name, "life": first.node.life}
        lease_end = {"until": number(now + PARCEL_LEASE)}
        db.execute(LEND, {"lent": schema.text(leased)} | holder | lease_end)
    outage = None if outage_numbers is None else tuple(map(instant, outage_numbers))
    parcels = [
        _parcel(db, row, first.route, lease, outage)
        for row, (_, lease) in zip(rows, leased, strict=True)
    ]
    return parcels + [None] * (len(claims) - len(parcels))


def _due(
    db: Connection, parameters: Mapping[str, object]
) -> tuple[Sequence[Any], Sequence[int] | None]:
    """Return the rows, and since when and until when the route is down."""
    try:
        rows, outage = db.execute(DUE, parameters).fetchone()
        return schema.value(DueRows, rows), _outage_numbers(outage)
    except driver.OperationalError as error:
        if not is_damaged_row(error):
            raise
    rows, outage = db.execute(DUE_AS_BYTES, parameters).fetchone()
    return [
        (seq, attempts, bytes.fromhex(body), due)
        for seq, attempts, body, due in schema.value(DueRows, rows)
    ], _outage_numbers(outage)


def _outage_numbers(text: str | None) -> Sequence[int] | None:
    return None if text is None else schema.value(tuple[int, int], text)


def _parcel(
    db: Connection,
    row: Sequence[Any],
    route: str,
    lease: str,
    outage: Sequence[datetime] | None,
) -> Parcel:
    seq, attempts, body, due = row
    envelope, damage = read(db, seq, body)
    if envelope.attempts != attempts:
        envelope = replace(envelope, attempts=attempts)
    down_since, open_until = outage or (None, None)
    return Parcel(envelope, route, lease, down_since, instant(due), damage, open_until)


def settle(db: Connection, ends: Sequence[End]) -> Sequence[bool]:
    """Do for each what ports.Store.settle says. Where one has more to it, each is written by
    itself, as what it leaves behind is another one's to find."""
    if len(ends) == 1 or all(end.plain for end in ends):
        return _settle_at_once(db, ends)
    return [is_held for end in ends for is_held in _settle_at_once(db, (end,))]


def _settle_at_once(db: Connection, ends: Sequence[End]) -> Sequence[bool]:
    envelopes = [settle_envelope(end.parcel, end.receipt, end.fate) for end in ends]
    rows = [
        _row(end, *envelope_text) for end, envelope_text in zip(ends, envelopes, strict=True)
    ]
    leases = [(end.parcel.envelope.id, end.parcel.lease) for end in ends]
    (held_rows,) = db.execute(HELD, {"leases": schema.text(leases)}).fetchone()
    held_places = frozenset(schema.value(list[int], held_rows))
    own_rows = [row for place, row in enumerate(rows) if place in held_places]
    db.execute(SETTLE, {"rows": schema.text(own_rows)})
    for place in sorted(held_places):
        envelope, due = envelopes[place]
        _write_remaining(db, ends[place], envelope, has_ended=due is None)
    return [place in held_places for place in range(len(ends))]


def _row(end: End, envelope: Envelope, due: datetime | None) -> Sequence[object]:
    """Return the values that SETTLE writes of an attempt; the last one says that the route is
    well."""
    receipt, (state, reason) = end.receipt, outcome(end.fate)
    body = envelope.attempts, schema.text(envelope), state, words_text(reason)
    attempt = (
        end.parcel.route,
        schema.text(receipt),
        number(receipt.at),
        accepted_count(receipt),
    )
    first = envelope.id, end.parcel.lease, number(due or receipt.at)
    return (*first, *body, *attempt, spool.is_well(end.fate))


def _write_remaining(db: Connection, end: End, envelope: Envelope, *, has_ended: bool) -> None:
    """Write what the trigger does not write: the trigger handles the mail's own routes and the
    next mail of the order key."""
    state, _ = outcome(end.fate)
    if has_ended:
        spool.share(db, envelope, state)
    elif may_join(end.parcel.envelope) is not may_join(envelope):
        spool.set_alone(db, spool.seq_of(db, envelope), envelope)
    if not has_ended and envelope.routes != end.parcel.envelope.routes:
        spool.write_routes(db, spool.seq_of(db, envelope), envelope.routes)
    if isinstance(end.fate, OpenCircuit):
        parcel, found_at = end.parcel, end.receipt.at
        spool.open_circuit(db, parcel.route, end.fate, parcel.open_until, found_at)
        if envelope.members:
            spool.dissolve(db, spool.seq_of(db, envelope), envelope, end.receipt.at)
    for notice in end.notices:
        spool.put(db, notice)
    if end.reports:
        reports.add(db, end.reports)


def quarantine(
    db: Connection, parcel: Parcel, reason: Message, now: datetime, notices: Iterable[Envelope]
) -> bool:
    """Do what ports.Store.quarantine says. The record itself stays as it is: a newer Noroshi
    reads it."""
    row = db.execute(
        QUARANTINE, (words_text(reason), number(now), parcel.envelope.id, parcel.lease)
    ).fetchall()
    if not row:
        return False
    _release_members(db, parcel.envelope, now)
    for notice in notices:
        spool.put(db, notice)
    return True


def _release_members(db: Connection, digest: Envelope, now: datetime) -> None:
    """Let the members of a digest wait by themselves again."""
    parameters = number(now), digest.id
    members: Sequence[Any] = db.execute(MEMBERS, parameters).fetchall()
    for seq, _, body in members:
        # One that cannot be read either is put in quarantine by the routes that are known.
        spool.write_routes(db, seq, read(db, seq, body)[0].routes or digest.routes)
    for order in {order for _, order, _ in members}:
        spool.promote(db, order)
