"""Decide which waiting envelopes of one contact become one mail, and draft that mail.

From the moment of joining, the digest alone is lent, tried again, held and settled, and its
members share its fate. A member is in one digest at most, so the id of the digest is made from
a member's. A digest whose route turns out to be down, so that nothing of it has left, is
undone. A digest that nobody takes goes on as a larger one as soon as something new waits behind
its members.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from noroshi.core.digest_id import ENDING
from noroshi.core.levels import Level
from noroshi.core.mail import NO_ORIGIN, Envelope

ALARM_ROWS = "told"
"""The part of a payload that says in rows what an envelope tells; without it, it stays alone.
Each row has at least `level`, the event's new one."""
OLDEST = "oldest"
"""The key in a digest's payload for the time when its oldest member was made."""
MOST_MEMBERS, MOST_FOLLOWED = 500, 20
LONG = timedelta(hours=24)
"""An envelope that waited for so long is told as missed."""


def may_join(envelope: Envelope) -> bool:
    """Return True if a digest can tell an envelope: the envelope has rows of alarms, and nobody
    has got it yet."""
    fresh = not (envelope.reached or envelope.refused or envelope.attempts)
    return (
        fresh
        and not envelope.unanswered
        and bool(envelope.payload.get(ALARM_ROWS))
        and not envelope.members
    )


def digest_members(
    first: Envelope, pending: Sequence[Envelope], now: datetime, singles: int | None
) -> tuple[Envelope, ...]:
    """Return the envelopes that become one mail with `first`, itself among them; (): it goes by
    itself.

    `pending` are the open envelopes of its contact that are not out, oldest first, `first`
    among them; `singles` is how many mails may come one by one now, None: any number.
    """
    group = _as_many_as_fit(first, tuple(_group(first, pending)))
    if first not in group:
        return ()
    is_crowded = singles is not None and len(group) > singles
    if is_crowded or any(now - envelope.born >= LONG for envelope in group):
        return group
    same_order = tuple(envelope for envelope in group if envelope.order == first.order)
    return same_order if len(same_order) > 1 and _is_recovered(same_order[-1]) else ()


def may_be_followed_up(envelope: Envelope) -> bool:
    """Return whether an envelope was tried in vain and can be told anew, with what waits behind it:
    nobody has it, no try stayed without an answer, and it says in rows what it tells."""
    in_vain = envelope.attempts and not (
        envelope.reached or envelope.refused or envelope.unanswered
    )
    return bool(in_vain and (envelope.members or envelope.payload.get(ALARM_ROWS)))


def follow_up_members(first: Envelope, pending: Sequence[Envelope]) -> tuple[Envelope, ...]:
    """Return the envelopes that become one mail with `first`, which was tried in vain and which
    they wait behind, itself among them, or its members in its place. (): it goes by itself, as
    it may have been accepted, or nothing waits behind it. `pending` as in `digest_members`,
    with those members."""
    attempted_envelopes = (
        _attempted_envelopes(first, pending) if may_be_followed_up(first) else ()
    )
    if not attempted_envelopes:
        return ()
    orders, own_ids = (
        {envelope.order for envelope in attempted_envelopes},
        {first.id, *(envelope.id for envelope in attempted_envelopes)},
    )
    waiting_envelopes = [
        envelope
        for envelope in pending
        if envelope.order in orders and envelope.id not in own_ids
    ]
    addable = tuple(
        islice(_group(first, waiting_envelopes), MOST_MEMBERS - len(attempted_envelopes))
    )
    return (*attempted_envelopes, *addable) if addable else ()


def _attempted_envelopes(first: Envelope, pending: Sequence[Envelope]) -> tuple[Envelope, ...]:
    """Return what is told by an envelope that was tried in vain: itself, or a digest's members;
    (): that cannot be told anew."""
    if not first.members:
        return (first,)
    members = {
        envelope.id: envelope
        for envelope in pending
        if _letterhead(envelope) == _letterhead(first)
    }
    if not members.keys() >= set(first.members):
        return ()
    return tuple(members[id] for id in first.members)


def digest(
    members: Sequence[Envelope],
    payload: Mapping[str, Any],
    now: datetime,
    attempted_envelope: Envelope | None = None,
) -> Envelope:
    """Draft the envelope that tells what the members tell, in their place. Its pauses and its
    routes go on from those of `attempted_envelope`, which was tried in vain and which the
    digest replaces.

    Its order key is new: the members keep their place in theirs, and a digest that is held, or
    whose routes are down, is in no other one's way. The digest goes on in the thread of its
    first member, if that has one; else it begins a thread. What an agent keeps for its hub is
    dated by the hub's clock, as its last member is.
    """
    first, last = members[0], members[-1]
    id = last.id + ENDING
    return Envelope(
        id=id,
        routes=first.routes,
        contact=first.contact,
        to=first.to,
        order=id,
        alarms=(),
        payload={**payload, OLDEST: min(map(waits_since, members)).isoformat()},
        born=now,
        action=first.action,
        lane=min((member.lane for member in members), key=lambda lane: lane.value),
        thread=_thread_of_members(members),
        attempts=attempted_envelope.attempts if attempted_envelope else 0,
        earlier_attempts=attempted_envelope.earlier_attempts if attempted_envelope else 0,
        members=tuple(member.id for member in members),
        origin=first.origin if first.agent else NO_ORIGIN,
        agent=first.agent,
        custody=first.custody,
        written_at=None if last.written_at is None else now + (last.written_at - last.born),
    )


def _thread_of_members(members: Sequence[Envelope]) -> tuple[str, ...]:
    """Return the mails before these in their threads. A thread may name mails that the digest
    tells itself: they are left out."""
    if not members[0].thread:
        return ()
    own_ids = {member.known_as for member in members}
    thread_ids = dict.fromkeys(
        id for member in members for id in member.thread if id not in own_ids
    )
    return tuple(thread_ids)[:MOST_FOLLOWED]


def may_be_undone(digest: Envelope, member: Envelope) -> bool:
    """Return True if a digest whose route was down left nothing behind: then its members are
    put together anew with what came meanwhile. `member` is the first one, as it was before."""
    was_attempted = digest.attempts > member.attempts or digest.unanswered
    is_untouched = not (was_attempted or digest.reached or digest.refused)
    return is_untouched and (digest.to, digest.routes) == (member.to, member.routes)


def waits_since(envelope: Envelope) -> datetime:
    """Return since when the oldest of what it tells has been waiting."""
    oldest = envelope.payload.get(OLDEST) if envelope.members else None
    return datetime.fromisoformat(oldest) if oldest else envelope.born


def _group(first: Envelope, pending: Iterable[Envelope]) -> Iterator[Envelope]:
    """Yield pending envelopes of the same letterhead. Leave out each one that would overtake an
    older envelope of the same order key that stays behind."""
    blocked_orders = set[str]()
    for envelope in pending:
        if envelope.order in blocked_orders:
            continue
        if may_join(envelope) and _letterhead(envelope) == _letterhead(first):
            yield envelope
        else:
            blocked_orders.add(envelope.order)


def _as_many_as_fit(first: Envelope, group: tuple[Envelope, ...]) -> tuple[Envelope, ...]:
    """Return the envelopes of the most urgent order keys, of each the oldest; `first` is among
    them."""
    if len(group) <= MOST_MEMBERS:
        return group
    lanes = dict[str, int]()
    for envelope in group:
        lanes[envelope.order] = min(
            lanes.get(envelope.order, envelope.lane.value), envelope.lane.value
        )
    by_urgency = sorted(
        group, key=lambda envelope: (envelope.order != first.order, lanes[envelope.order])
    )
    chosen_ids = {envelope.id for envelope in by_urgency[:MOST_MEMBERS]}
    return tuple(envelope for envelope in group if envelope.id in chosen_ids)


def _letterhead(envelope: Envelope) -> tuple[object, ...]:
    sender = envelope.agent, envelope.custody
    return envelope.contact, envelope.to, envelope.routes, envelope.action, *sender


def _is_recovered(envelope: Envelope) -> bool:
    return all(row["level"] == Level.OK.value for row in envelope.payload[ALARM_ROWS])
