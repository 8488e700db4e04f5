"""Decide what becomes of an envelope after an attempt. No notification dies of old age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi.core.mail import Answer, Envelope, Fault, Lane, Parcel, Receipt, Verdict
from noroshi.core.translation import NOTHING, Message, _, each_once

BACKOFF = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300, 600, 1200, 2400, 3600))
SHORTEST = BACKOFF[0]
"""No mail is tried again sooner, unless a person says so."""
LONGEST_OF_CRITICAL = timedelta(minutes=5)
"""The longest wait of a mail that was put off, once another critical alarm is behind it."""
TRIES_A_ROUTE = 4
NO_ANSWER = _("no reply for this address")
UNANSWERED = Answer(Verdict.DEFERRED, words=NO_ANSWER)
WORDLESS = {
    Verdict.DEFERRED: _("deferred without giving a reason"),
    Verdict.REFUSED: _("refused without giving a reason"),
    Verdict.ROUTE_DOWN: _("the route is down; no reason was given"),
}


@dataclass(frozen=True, slots=True)
class Probing:
    """The pauses between probes of a route that is down: a share of the time it has been down, no
    sooner than `shortest_pause`, no later than `longest_pause`."""

    shortest_pause: timedelta
    longest_pause: timedelta
    share: float


# Exchange Online throttles a mailbox whose sign-in or sending fails again and again (5.2.251 to
# 255; "Continuous error throttling for SMTP AUTH submissions"), so a no is asked again rarely.
# A sign-in, a new secret and new settings wake the route at once.
PROBING = {
    Fault.NETWORK: Probing(timedelta(seconds=1), timedelta(minutes=2), 0.1),
    Fault.SERVER: Probing(timedelta(seconds=1), timedelta(minutes=2), 0.1),
    Fault.QUOTA: Probing(timedelta(minutes=15), timedelta(hours=1), 0.25),
    Fault.SIGN_IN: Probing(timedelta(minutes=15), timedelta(hours=1), 0.25),
    Fault.PERMISSION: Probing(timedelta(minutes=15), timedelta(hours=1), 0.25),
    Fault.SETUP: Probing(timedelta(minutes=1), timedelta(minutes=30), 0.25),
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A provider took it. Whether it arrived is another question."""

    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Retry:
    """Try the mail again by this route. `has_answered`: the route did answer, so it is well;
    else nothing is known of it."""

    retry_at: datetime
    reason: Message
    has_answered: bool = True


@dataclass(frozen=True, slots=True)
class NextRoute:
    """Try the mail by the next of its routes."""

    reason: Message


@dataclass(frozen=True, slots=True)
class OpenCircuit:
    """Open the circuit: the route is at fault, and not the envelope, whose attempts are not
    counted. `can_probe`: a look at the route without a mail tells whether it is well again."""

    down_since: datetime
    open_until: datetime
    reason: Message
    fault: Fault = Fault.SERVER
    can_probe: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """Refused by every route: kept, shown, and released by a person."""

    reason: Message


Fate = Accepted | Retry | NextRoute | OpenCircuit | SetAside


def decide_fate(parcel: Parcel, receipt: Receipt, jitter: float) -> Fate:
    """Decide the fate of an envelope by the receipt of an attempt. `jitter`, from 0 to 1, spreads
    the retries of envelopes that failed together."""
    envelope = parcel.envelope
    answers = {address: answer_for(address, receipt) for address in envelope.to}
    verdicts = {answer.verdict for answer in answers.values()}
    if verdicts == {Verdict.ACCEPTED}:  # so are nearly all, and need no words
        return Accepted(receipt.at)
    has_next_route, failure_text = (
        parcel.route != envelope.routes[-1],
        failure_words(receipt.answers.values()),
    )
    if Verdict.ROUTE_DOWN in verdicts:
        return _open_circuit(parcel, receipt, failure_text, jitter)
    if Verdict.DEFERRED in verdicts:
        if has_next_route and envelope.attempts + 1 >= TRIES_A_ROUTE:
            return NextRoute(failure_text)
        requested_times = [a.again for a in answers.values() if a.again is not None]
        pause = _pause(envelope, envelope.attempts) * (1 + jitter / 4)
        return Retry(max([receipt.at + pause, *requested_times]), failure_text)
    if Verdict.ACCEPTED in verdicts or envelope.reached:
        return Accepted(receipt.at)
    # A route before this one may only have rested, and has not been asked.
    other_routes = set(envelope.routes) - {parcel.route}
    return NextRoute(failure_text) if other_routes else SetAside(failure_text)


def settle_envelope(
    parcel: Parcel, receipt: Receipt, fate: Fate
) -> tuple[Envelope, datetime | None]:
    """Return the envelope as it is from now on, and when it may be lent again; None: never."""
    updated_envelope = drop_settled(parcel.envelope, receipt)
    match fate:
        case Accepted() | SetAside():
            return updated_envelope, None
        case Retry(retry_at=at, has_answered=False):
            return replace(updated_envelope, unanswered=updated_envelope.unanswered + 1), at
        case Retry(retry_at=at):
            return replace(updated_envelope, attempts=updated_envelope.attempts + 1), at
        case NextRoute():
            other_routes = tuple(
                route for route in updated_envelope.routes if route != parcel.route
            )
            return replace(updated_envelope, routes=other_routes, attempts=0), receipt.at
        case OpenCircuit():
            return updated_envelope, receipt.at


def drop_settled(envelope: Envelope, receipt: Receipt) -> Envelope:
    """Drop the addresses that were accepted or refused; only the others stay to be tried."""
    verdicts = {address: answer_for(address, receipt).verdict for address in envelope.to}
    final_verdicts = (Verdict.ACCEPTED, Verdict.REFUSED)
    remaining = tuple(
        address for address in envelope.to if verdicts[address] not in final_verdicts
    )
    accepted = tuple(a for a in envelope.to if verdicts[a] is Verdict.ACCEPTED)
    reached_recipients = envelope.reached + accepted
    if not remaining:
        return replace(envelope, reached=reached_recipients)
    refused_recipients = tuple(a for a in envelope.to if verdicts[a] is Verdict.REFUSED)
    return replace(
        envelope,
        to=remaining,
        reached=reached_recipients,
        refused=envelope.refused + refused_recipients,
    )


def lets_others_go_first(envelope: Envelope) -> bool:
    """Return whether an envelope was out as two or more lives of the node ended: it may be what
    ended them, so it waits for `SHORTEST` and is never due at once."""
    return envelope.unanswered > 1


def answer_for(address: str, receipt: Receipt) -> Answer:
    """Return the answer for an address; one that the receipt does not name is tried again."""
    return receipt.answers.get(address, UNANSWERED)


def circuit_after_probe(
    since: datetime, now: datetime, answer: Answer, jitter: float
) -> OpenCircuit | None:
    """Return how long a route that has been down is left alone after a probe; None: it is well
    again."""
    if answer.verdict is not Verdict.ROUTE_DOWN:
        return None
    return _circuit_until(since, now, (answer,), failure_words((answer,)), jitter)


def _open_circuit(
    parcel: Parcel, receipt: Receipt, reason: Message, jitter: float
) -> OpenCircuit:
    since = parcel.down_since or receipt.at
    return _circuit_until(since, receipt.at, receipt.answers.values(), reason, jitter)


def _circuit_until(
    since: datetime, now: datetime, answers: Iterable[Answer], reason: Message, jitter: float
) -> OpenCircuit:
    """Open the circuit: return how long the route is left alone after it was found down.

    Pauses are in proportion to the outage: a short one is over soon, a long one costs little.
    What the other side asked for is kept.
    """
    outages = [a for a in answers if a.verdict is Verdict.ROUTE_DOWN]
    fault = next((a.fault for a in outages if a.fault is not None), Fault.SERVER)
    probing = PROBING[fault]
    share = (now - since) * probing.share
    pause = min(max(share, probing.shortest_pause), probing.longest_pause) * (1 + jitter / 10)
    requested_times = [a.again for a in outages if a.again is not None]
    is_early = all(a.early for a in outages)
    return OpenCircuit(since, max([now + pause, *requested_times]), reason, fault, is_early)


def circuit_end(
    fate: OpenCircuit,
    known_end: datetime | None,
    earlier_end: datetime | None,
    found_at: datetime,
) -> datetime:
    """Return until when a circuit is open after an attempt that found its route down. Before the
    attempt it was open until `earlier_end`, and by now until `known_end`; None: it was closed.

    A person who woke the route meanwhile may have repaired what the attempt failed at, so the route
    stays due. Two parcels that were out at once may both find it down: the later end counts.
    """
    if known_end is None:
        return fate.open_until
    was_woken = earlier_end not in (None, known_end) and known_end <= found_at
    return known_end if was_woken else max(known_end, fate.open_until)


def failure_words(answers: Iterable[Answer]) -> Message:
    """Return why some were not accepted, in words that a person reads."""
    failures = [answer for answer in answers if answer.verdict is not Verdict.ACCEPTED]
    return each_once(
        WORDLESS[a.verdict] if a.explanation == NOTHING else a.explanation for a in failures
    )


def pause_with_news(envelope: Envelope, lane: Lane, news: Lane) -> timedelta:
    """Return how long after its last try a mail is tried again once something of the lane
    `news` waits behind it; `lane` is the mail's own, or that of what waited behind it
    before."""
    # News makes another mail of it, but a route that defers that as well is no better for it. So
    # what is more urgent than all before goes as soon as may be, and after that the pauses go on
    # growing, as for one mail: up to an hour, and for what is critical up to some minutes.
    if news.value < lane.value:
        return SHORTEST
    pause = _pause(envelope, max(envelope.attempts - 1, 0))
    return min(pause, LONGEST_OF_CRITICAL) if news is Lane.CRITICAL else pause


def _pause(envelope: Envelope, attempts: int) -> timedelta:
    return BACKOFF[min(envelope.earlier_attempts + attempts, len(BACKOFF) - 1)]
