"""Do what every store does alike: wake those who wait, and turn a fate into a state."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from noroshi.core.delivery import Accepted, Fate, SetAside
from noroshi.core.mail import MARK, Envelope, EnvelopeState, Receipt, Verdict
from noroshi.core.model import State
from noroshi.core.sender_lease import Custody, SendRight
from noroshi.core.translation import NOTHING, Message

OPEN_STATES = (EnvelopeState.WAITING, EnvelopeState.HELD, EnvelopeState.IN_DIGEST)
"""States of envelopes that no later envelope of the same order key may overtake."""
SHOWN_STATES = (EnvelopeState.WAITING, EnvelopeState.HELD, EnvelopeState.SET_ASIDE)
"""States of envelopes that wait for something by themselves."""
RETRIABLE_STATES = (EnvelopeState.WAITING, EnvelopeState.SET_ASIDE)
"""States of envelopes that a person may have tried now."""
RELEASABLE_STATES = (EnvelopeState.HELD, EnvelopeState.SET_ASIDE)
"""States of envelopes that wait for a person."""
SETTLED_STATES = (EnvelopeState.ACCEPTED, EnvelopeState.DROPPED)
"""States of envelopes that need nothing any more."""
ENDED_STATES = (*SETTLED_STATES, EnvelopeState.SET_ASIDE)
"""States of envelopes that leave by no route."""

CLOCK_STEP = "clock-step"
"""The note of the last step by which what waits has followed a clock that was set."""
BODY = ("text", "html", "attachments")
"""The parts of a payload that only the mail itself needs, and that are nearly all of it."""
SERIALS_AHEAD = 1_000_000
"""By how much at least the numbers jump that ids are made of: what was told after the backup has
ids that the backup does not know, and a mail under one of them would pass for a mail that is known.
They jump to the seconds since 1970, as the same backup may come back a second time."""


class Wakeups:
    """Wake all who wait. What came since a task last waited wakes that task at once, so that
    nothing is missed between looking and waiting."""

    def __init__(self) -> None:
        self._count = 0
        self._counts = WeakKeyDictionary[asyncio.Task[Any], int]()
        self._waiters = set[asyncio.Future[None]]()

    def notify(self) -> None:
        self._count += 1
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self, timeout: timedelta) -> None:
        task = asyncio.current_task()
        assert task is not None, "only a task can wait"
        if self._counts.get(task, 0) == self._count:
            await self._wait_for_news(timeout)
        self._counts[task] = self._count

    async def _wait_for_news(self, timeout: timedelta) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            # Not wait_for: in Python 3.11 it loses a cancel that comes together with the news.
            async with asyncio.timeout(timeout.total_seconds()):
                await waiter
        except TimeoutError:
            pass
        finally:
            self._waiters.discard(waiter)


def first_state(last_event: str | None, events: int, known_state: State | None = None) -> State:
    """Return the first state of a monitor that was never measured. A monitor that was forgotten
    and is back continues the old count: ids that were used before would make new events and
    mails pass for old ones.

    The count is at least that of all `events`: a restored backup may not know of a monitor that
    was forgotten later, and restoring raises that number. `known_state` is what another store knows of
    the monitor.
    """
    own_count = int(last_event.partition(MARK)[0].rpartition(".")[2]) if last_event else 0
    initial_state = known_state or State()
    return replace(initial_state, serial=max(own_count, events, initial_state.serial))


def outcome(fate: Fate) -> tuple[EnvelopeState, Message]:
    """Return an envelope's state after an attempt, and the trouble, if any."""
    match fate:
        case Accepted():
            return EnvelopeState.ACCEPTED, NOTHING
        case SetAside(reason=reason):
            return EnvelopeState.SET_ASIDE, reason
        case _:
            return EnvelopeState.WAITING, fate.reason


def sender_of(envelope: Envelope) -> tuple[str, Custody]:
    """Return by whom an envelope is sent: others are never told together with it."""
    return envelope.agent, envelope.custody


def may_be_sent(envelope: Envelope, send_rights: Collection[SendRight]) -> bool:
    """Return whether an envelope may be sent now: one of an agent needs the right."""
    return not envelope.agent or SendRight(*sender_of(envelope)) in send_rights


def accepted_count(receipt: Receipt) -> int:
    """Return how many recipients this attempt was accepted for."""
    return sum(a.verdict is Verdict.ACCEPTED for a in receipt.answers.values())


def with_unanswered_attempt(envelope: Envelope) -> Envelope:
    """Return an envelope that was out when a life ended: that attempt, which is on record, had
    no answer."""
    attempts = envelope.attempts - 1
    return replace(envelope, attempts=attempts, unanswered=envelope.unanswered + 1)


def with_all_routes(envelope: Envelope, routes: Sequence[str]) -> Envelope:
    """Return an envelope that some routes did not take, with all of them, once something new
    waits behind it. The envelope still counts as tried, so that it is sent together with what
    is new, and the pauses go on growing."""
    if not set(envelope.routes) < set(routes):
        return envelope
    earlier_attempts = envelope.earlier_attempts + envelope.attempts
    return replace(
        envelope, routes=tuple(routes), attempts=1, earlier_attempts=earlier_attempts
    )


def readdress_envelope(
    envelope: Envelope, addresses: Sequence[str], routes: Sequence[str], reset: bool
) -> Envelope:
    """Return an envelope with other addresses. That is another mail: who was refused is named
    in it no more."""
    readdressed = replace(envelope, to=tuple(addresses), refused=()) if addresses else envelope
    if reset:
        readdressed = replace(readdressed, attempts=0, earlier_attempts=0, unanswered=0)
    return replace(readdressed, routes=tuple(routes) or envelope.routes)


def renamed_routes(
    routes_of_member: tuple[str, ...], old_routes: tuple[str, ...], new_routes: Sequence[str]
) -> tuple[str, ...]:
    """Return a member's routes once the routes of the digest are renamed. The digest may have
    dropped some of the member's routes."""
    if routes_of_member == old_routes:
        return tuple(new_routes)
    names = (
        dict(zip(old_routes, new_routes, strict=True))
        if len(old_routes) == len(new_routes)
        else {}
    )
    return tuple(dict.fromkeys(names.get(route, route) for route in routes_of_member))


def without_body(envelope: Envelope) -> Envelope:
    """Return an envelope without the mail body, for readers of many envelopes."""
    payload = {name: part for name, part in envelope.payload.items() if name not in BODY}
    return replace(envelope, payload=payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """Tell of the store that came back: `last_seen` is the last instant the backup knows of
    (None: no node had run).

    `waiting_count` mails are sent once a node runs; `out_count` of these were being sent at the
    time of the backup; `held_count` wait for a person. `previous_store` is the new path of the
    replaced store (None: there was none).
    """

    version: int
    last_seen: datetime | None
    waiting_count: int
    out_count: int
    held_count: int
    previous_store: Path | None
