"""Lend the envelopes that leave, and settle them, several of each in one go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from noroshi import schema
from noroshi.core.delivery import Accepted, Fate, OpenCircuit, Retry, settle_envelope
from noroshi.core.digest import may_join
from noroshi.core.mail import Envelope, EnvelopeState, Parcel, Receipt
from noroshi.core.report import ReportDraft
from noroshi.core.sender_lease import SendRight
from noroshi.core.translation import Message
from noroshi.ports import PARCEL_LEASE, Node, StoreError
from noroshi.stores.column_values import instant, number, words_text
from noroshi.stores.postgres import reports, spool
from noroshi.stores.postgres.connection_errors import ConnectError
from noroshi.stores.postgres.gathered import Gathered
from noroshi.stores.postgres.quarantine import read
from noroshi.stores.postgres.session import Session
from noroshi.stores.store_rules import ENDED_STATES, accepted_count, outcome

# Of the heads of their order keys that are due, the most urgent whose turn on this route it is: no
# route before it in the envelope's list is up. What somebody else is just taking is passed over.
LEND = f"""
with due as materialized (
    select s.seq, s.attempts, s.envelope, s.due, s.lane
    from spool s join way w on w.envelope = s.seq and w.route = $1
    where s.fate = '{EnvelopeState.WAITING}' and s.head and s.due <= $2
      and (s.agent = '' or s.agent || '/' || s.custody = any($3::text[]))
      and (s.alone or (s.contact <> all($4::text[])
          and (s.lane = 0 or s.contact <> all($5::text[]))))
      and not exists (select 1 from way better left join rest on rest.route = better.route
          where better.envelope = s.seq and better.place < w.place
            and coalesce(rest.until, 0) <= $2)
    order by s.lane, s.due, s.seq limit cardinality($6::text[]) for update of s skip locked
), placed as (select *, row_number() over (order by lane, due, seq) as place from due)
update spool s
set lease = ($6::text[])[placed.place], node = $7, life = $8, due = $9,
    attempts = s.attempts + 1
from placed where s.seq = placed.seq
returning placed.seq, placed.attempts, placed.envelope, placed.due, s.lease, placed.place"""  # noqa: S608  our own text
FREE_UNHEARD = """
update spool
set lease = null, node = null, life = null, due = least(due, $2), attempts = attempts - 1
where lease = any($1::text[])"""
HELD = f"""
select s.seq, s.id from spool s
join unnest($1::text[], $2::text[], $3::integer[]) as lent (id, lease, accepted_at_attempt)
    on s.id = lent.id and (s.lease = lent.lease or (
        s.lease is null and s.fate = '{EnvelopeState.WAITING}'
        and s.attempts = lent.accepted_at_attempt))
order by s.seq for update of s"""  # noqa: S608  our own text
"""An acceptance also counts where another node has taken over the sending meanwhile, as long as that
one has not sent the mail again."""
SETTLE = """
update spool s
set lease = null, node = null, life = null, due = ended.due, attempts = ended.attempts,
    envelope = ended.envelope, fate = ended.fate, why = ended.why,
    unanswered = ended.unanswered
from unnest($1::bigint[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[],
            $7::integer[])
    as ended (seq, due, attempts, envelope, fate, why, unanswered)
where s.seq = ended.seq"""
QUARANTINE = f"""
update spool set fate = '{EnvelopeState.SET_ASIDE}', why = $1, due = $2, lease = null, node = null,
                 life = null, attempts = attempts - 1
where id = $3 and lease = $4 returning seq"""  # noqa: S608  our own text
MEMBERS = f"""
update spool set fate = '{EnvelopeState.WAITING}', why = '', due = $1, digest = ''
where fate = '{EnvelopeState.IN_DIGEST}' and digest = $2
returning seq, order_key, envelope"""  # noqa: S608  our own text
ORDERS_OF_MEMBERS = """
select order_key from spool where digest = $1 or id = $1"""


ParcelWork = Callable[[Session], Awaitable[Sequence[Parcel | None]]]
WriteParcels = Callable[[ParcelWork], Awaitable[Sequence[Parcel | None]]]


@dataclass(frozen=True, slots=True)
class Claim:
    """A request for an envelope: who asks, for which route and when, and the lease that it
    would have; the rest as in ports.Store.claim_parcel."""

    node: Node
    route: str
    now: datetime
    lease: str
    excluded_contacts: Collection[str] = ()
    only_critical: Collection[str] = ()
    send_rights: Collection[SendRight] = ()

    @property
    def kind(self) -> tuple[object, ...]:
        """Return what those have in common that may be answered in one go."""
        return (
            self.node,
            self.route,
            tuple(self.excluded_contacts),
            tuple(self.only_critical),
            frozenset(self.send_rights),
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


class ParcelLender:
    """Lend envelopes, several in one go. If the answer to a claim is lost, nobody has the envelope
    that may have been lent: it is free again at the next claim, or later, as the server may not be
    through with that one."""

    def __init__(self, write: WriteParcels) -> None:
        self._write = write
        self._unheard_leases = dict[str, datetime]()
        self.gathered = Gathered[Claim, Parcel | None](self._lend)

    async def lend(self, claim: Claim) -> Parcel | None:
        """Do what ports.Store.claim_parcel says."""
        try:
            return await self.gathered.do(claim.kind, claim)
        except StoreError as error:
            if not isinstance(error.__cause__, ConnectError):  # else nothing was asked
                self._unheard_leases[claim.lease] = claim.now
            raise

    async def _lend(self, claims: Sequence[Claim]) -> Sequence[Parcel | None]:
        now = max(claim.now for claim in claims)
        self._unheard_leases = {
            lease: claimed_at
            for lease, claimed_at in self._unheard_leases.items()
            if now - claimed_at < PARCEL_LEASE
        }
        unheard_leases = list(self._unheard_leases)

        async def work(db: Session) -> Sequence[Parcel | None]:
            if unheard_leases:
                await db.run(FREE_UNHEARD, unheard_leases, number(now))
            return await lend(db, claims, now)

        return await self._write(work)


async def lend(db: Session, claims: Sequence[Claim], now: datetime) -> Sequence[Parcel | None]:
    """Return an envelope for each claim, as ports.Store.claim_parcel says, as far as there are
    any. The claims are of one kind."""
    first = claims[0]
    outage = await db.row("select since, until from rest where route = $1", first.route)
    if outage is not None and outage[1] > number(now):
        return [None] * len(claims)
    rows = sorted(await _lend_due(db, claims, now), key=lambda row: row[-1])
    down_since, open_until = (None, None) if outage is None else map(instant, outage)
    parcels = [await _parcel(db, row, first.route, down_since, open_until) for row in rows]
    return parcels + [None] * (len(claims) - len(parcels))


async def _lend_due(db: Session, claims: Sequence[Claim], now: datetime) -> Sequence[Any]:
    first = claims[0]
    return await db.rows(
        LEND,
        first.route,
        number(now),
        [one.key for one in first.send_rights],
        list(first.excluded_contacts),
        list(first.only_critical),
        [claim.lease for claim in claims],
        first.node.name,
        first.node.life,
        number(now + PARCEL_LEASE),
    )


async def _parcel(
    db: Session,
    row: Sequence[Any],
    route: str,
    down_since: datetime | None,
    open_until: datetime | None,
) -> Parcel:
    seq, attempts, body, due, lease, _ = row
    envelope, damage = await read(db, seq, body)
    if envelope.attempts != attempts:
        envelope = replace(envelope, attempts=attempts)
    return Parcel(envelope, route, lease, down_since, instant(due), damage, open_until)


async def settle(db: Session, ends: Sequence[End]) -> Sequence[bool]:
    """Do for each what ports.Store.settle says. Where one has more to it, each is written by
    itself, as what it leaves behind is another one's to find."""
    notice_orders = [notice.order for end in ends for notice in end.notices]
    await _lock(db, [end.parcel.envelope for end in ends], notice_orders)
    if len(ends) == 1 or all(end.plain for end in ends):
        return await _settle_at_once(db, ends)
    return [is_held for end in ends for is_held in await _settle_at_once(db, (end,))]


async def _lock(
    db: Session, envelopes: Sequence[Envelope], notice_orders: Iterable[str]
) -> None:
    """Hold the order keys of envelopes, of what they tell as digests, and of what is put in."""
    members = [member for one in envelopes for member in one.members]
    of_members = [key for (key,) in await db.rows(spool.ORDERS, members)] if members else []
    await db.lock_keys([*(one.order for one in envelopes), *of_members, *notice_orders])


async def _settle_at_once(db: Session, ends: Sequence[End]) -> Sequence[bool]:
    leases = [end.parcel.lease for end in ends]
    held_rows = await db.rows(
        HELD,
        [end.parcel.envelope.id for end in ends],
        leases,
        [_accepted_at_attempt(end) for end in ends],
    )
    seqs = {id: seq for seq, id in held_rows}
    held_ends = [(seqs[id], end) for end in ends if (id := end.parcel.envelope.id) in seqs]
    results = [settle_envelope(end.parcel, end.receipt, end.fate) for _, end in held_ends]
    if held_ends:
        rows = [_row(*one, *result) for one, result in zip(held_ends, results, strict=True)]
        await db.run(SETTLE, *map(list, zip(*rows, strict=True)))
        await _add_receipts(db, held_ends)
    for (seq, end), (envelope, due) in zip(held_ends, results, strict=True):
        await _write_remaining(db, seq, end, envelope, has_ended=due is None)
    await _pass_on(db, held_ends)
    return [end.parcel.envelope.id in seqs for end in ends]


def _accepted_at_attempt(end: End) -> int | None:
    return end.parcel.envelope.attempts if isinstance(end.fate, Accepted) else None


def _row(seq: int, end: End, envelope: Envelope, due: datetime | None) -> tuple[object, ...]:
    """Return the values that SETTLE writes of an attempt."""
    state, reason = outcome(end.fate)
    first = seq, number(due or end.receipt.at), envelope.attempts, schema.text(envelope)
    return (*first, state.value, words_text(reason), envelope.unanswered)


async def _pass_on(db: Session, ends: Sequence[tuple[int, End]]) -> None:
    """Take the routes of what has ended, and make the next of their order keys the heads."""
    last_ends = [(seq, end) for seq, end in ends if outcome(end.fate)[0] in ENDED_STATES]
    if last_ends:
        seqs = [seq for seq, _ in last_ends]
        await db.run("delete from way where envelope = any($1::bigint[])", seqs)
        await spool.promote(db, {end.parcel.envelope.order for _, end in last_ends})


async def _add_receipts(db: Session, ends: Sequence[tuple[int, End]]) -> None:
    """Add the receipts, and end the rests of the routes that answered."""
    await spool.add_receipts(
        db,
        [
            spool.Attempt(seq, end.receipt, end.parcel.route, accepted_count(end.receipt))
            for seq, end in ends
        ],
    )
    well_routes = sorted({end.parcel.route for _, end in ends if spool.is_well(end.fate)})
    if well_routes:
        await db.run("delete from rest where route = any($1::text[])", well_routes)


async def _write_remaining(
    db: Session, seq: int, end: End, envelope: Envelope, *, has_ended: bool
) -> None:
    """Write what an end changes beside the row and the receipt."""
    state, _ = outcome(end.fate)
    route = end.parcel.route
    if has_ended:
        await spool.share(db, envelope, state)
    elif may_join(end.parcel.envelope) is not may_join(envelope):
        await spool.set_alone(db, seq, envelope)
    if not has_ended and envelope.routes != end.parcel.envelope.routes:
        await spool.write_routes(db, seq, envelope.routes)
    if isinstance(end.fate, OpenCircuit):
        open_until, found_at = end.parcel.open_until, end.receipt.at
        await spool.open_circuit(db, route, end.fate, open_until, found_at)
        if envelope.members:
            await spool.dissolve(db, seq, envelope, end.receipt.at)
    await spool.put_all(db, end.notices)
    if end.reports:
        await reports.add(db, end.reports)


async def quarantine(
    db: Session, parcel: Parcel, reason: Message, now: datetime, notices: Sequence[Envelope]
) -> bool:
    """Do what ports.Store.quarantine says. The record itself stays as it is: a newer Noroshi
    reads it."""
    orders = [key for (key,) in await db.rows(ORDERS_OF_MEMBERS, parcel.envelope.id)]
    await db.lock_keys([*orders, *(notice.order for notice in notices)])
    row = words_text(reason), number(now), parcel.envelope.id, parcel.lease
    seq = await db.value(QUARANTINE, *row)
    if seq is None:
        return False
    await db.run("delete from way where envelope = $1", seq)
    await spool.promote(db, {parcel.envelope.order})
    await _release_members(db, parcel.envelope, now)
    await spool.put_all(db, notices)
    return True


async def _release_members(db: Session, digest: Envelope, now: datetime) -> None:
    """Let the members of a digest wait by themselves again."""
    members = await db.rows(MEMBERS, number(now), digest.id)
    for seq, _, body in members:
        # One that cannot be read either is put in quarantine by the routes that are known.
        routes = (await read(db, seq, body))[0].routes or digest.routes
        await spool.write_routes(db, seq, routes)
    await spool.promote(db, {order for _, order, _ in members})
